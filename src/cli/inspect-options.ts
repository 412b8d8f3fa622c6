/** The options of `inkstone inspect`. */

import type { OptionTable } from './command.ts';
import { wholeFromZero, wholePositive } from './option-rules.ts';

export const inspectOptions = {
  text: { type: 'string', doc: { en: 'the text to look at', zh: '要查看的文本' } },
  what: {
    type: 'string',
    choices: ['tokens', 'attention', 'lens', 'why', 'map'],
    default: 'tokens',
    doc: {
      en: 'tokens: how likely each is; attention: where each head looks; lens: what each layer would say; why: this token rather than that; map: embeddings in the plane',
      zh: 'tokens：各词元的概率；attention：各头看向何处；lens：每一层会怎么说；why：为何是此词元而非彼；map：嵌入的平面图',
    },
  },
  top: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'alternatives shown of each token', zh: '每个词元显示几个候选' },
  },
  layer: {
    type: 'number',
    rule: wholeFromZero,
    doc: { en: 'attention: the layer of one head, in numbers', zh: 'attention：某个头所在的层，给出数值' },
  },
  head: {
    type: 'number',
    rule: wholeFromZero,
    doc: { en: 'attention: which head of that layer', zh: 'attention：该层的第几个头' },
  },
  this: {
    type: 'string',
    doc: { en: 'why: this token (default: the likeliest)', zh: 'why：此词元（默认：最可能的）' },
  },
  that: {
    type: 'string',
    doc: { en: 'why: rather than that one (default: the second)', zh: 'why：而非彼词元（默认：第二可能的）' },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'also write it to a file: .html (table and plot), .svg (plot) or .csv (table)',
      zh: '同时写入文件：.html（表与图）、.svg（图）或 .csv（表）',
    },
  },
} as const satisfies OptionTable;
