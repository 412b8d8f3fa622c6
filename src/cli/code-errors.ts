/** What can go wrong where code is written, and where it is learned. */

import { defineErrors } from '../errors.ts';

export const failCode = defineErrors({
  'cli/no-infill-tokens': {
    en: (d: { needed: string; known: string }) =>
      `train: --fim needs a tokenizer with the special tokens ${d.needed} and one that ends a text, this one has ${d.known}; train one with inkstone tokenizer train --special '<|endoftext|>,${d.needed.replaceAll(' ', '')}', or leave out --tokenizer`,
    zh: (d) =>
      `train：--fim 需要带有特殊词元 ${d.needed} 及文本结束词元的分词器，此分词器只有 ${d.known}；请用 inkstone tokenizer train --special '<|endoftext|>,${d.needed.replaceAll(' ', '')}' 训练一个，或去掉 --tokenizer`,
  },
  'cli/command-file': {
    en: (d: { command: string; file: string }) =>
      `code repair: the command must name ${d.file}, or {file} in its place, so that a copy can be tried; got "${d.command}"`,
    zh: (d) => `code repair：命令须写出 ${d.file}，或以 {file} 代替，才能在副本上试；得到 "${d.command}"`,
  },
  'cli/command-shell': {
    en: (d: { got: string }) =>
      `code repair: the command must be one program with its words, got "${d.got}"; put more into a script`,
    zh: (d) => `code repair：命令须是一个程序及其参数，得到 "${d.got}"；更复杂的请写成脚本`,
  },
  'cli/file-changed': {
    en: (d: { file: string }) =>
      `code repair: ${d.file} must be as it was read, and has changed meanwhile; nothing was written, run it again`,
    zh: (d) => `code repair：${d.file} 须与读入时相同，而它已被改动；什么也没有写入，请重新运行`,
  },
});
