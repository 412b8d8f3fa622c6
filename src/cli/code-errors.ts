/** What can go wrong where code is written, and where it is learned. */

import { defineErrors } from '../errors.ts';

export const failCode = defineErrors({
  'cli/no-infill-tokens': {
    en: (d: { needed: string; known: string }) =>
      `train: --fim needs a tokenizer with the special tokens ${d.needed} and one that ends a text, this one has ${d.known}; train one with inkstone tokenizer train --special '<|endoftext|>,${d.needed.replaceAll(' ', '')}', or leave out --tokenizer`,
    zh: (d) =>
      `train：--fim 需要带有特殊词元 ${d.needed} 及文本结束词元的分词器，此分词器只有 ${d.known}；请用 inkstone tokenizer train --special '<|endoftext|>,${d.needed.replaceAll(' ', '')}' 训练一个，或去掉 --tokenizer`,
  },
});
