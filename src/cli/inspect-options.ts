/** The options of those who look inside a model: `inkstone inspect` and `inkstone gradients`. */

import type { OptionTable } from './command.ts';
import { wholeFromZero, wholePositive } from './option-rules.ts';
import { data } from './shared-options.ts';

export const inspectOptions = {
  text: { type: 'string', doc: { en: 'the text to look at', zh: '要查看的文本' } },
  what: {
    type: 'string',
    choices: ['tokens', 'attention', 'lens', 'why', 'map', 'experts', 'spectra'],
    default: 'tokens',
    doc: {
      en: 'tokens: how likely each is; attention: where each head looks; lens: what each layer would say; why: this token rather than that; map: embeddings in the plane; experts: how many tokens go to each (mixture of experts); spectra: singular values of each weight, and how many directions it uses',
      zh: 'tokens：各词元的概率；attention：各头看向何处；lens：每一层会怎么说；why：为何是此词元而非彼；map：嵌入的平面图；experts：各专家分到多少词元（混合专家）；spectra：每个权重矩阵的奇异值，实际用到多少个方向',
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

export const gradientsOptions = {
  text: {
    type: 'string',
    doc: {
      en: "one text to look at (default: windows of the first run's held-out texts)",
      zh: '要查看的一段文本（默认：取第一个训练记录留出文本中的若干窗口）',
    },
  },
  data: {
    ...data,
    doc: {
      en: "take the windows from these texts (default: the held-out side of the first run's own data)",
      zh: '从这些文本取窗口（默认：第一个训练记录自身数据的留出部分）',
    },
  },
  windows: {
    type: 'number',
    default: 16,
    rule: wholePositive,
    doc: { en: 'how many windows to average over', zh: '对多少个窗口取平均' },
  },
  steps: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'how far back to look (default: as far as training did)',
      zh: '回溯多少步（默认：与训练窗口相同）',
    },
  },
  out: inspectOptions.out,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
