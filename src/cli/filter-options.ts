/** Options that take documents out of a corpus, or parts of them, for what they are: their language, quality, words, personal data. */

import type { OptionTable } from './command.ts';

export const filterOptions = {
  language: {
    type: 'string',
    placeholder: 'codes',
    doc: {
      en: 'keep documents in these languages only: zh,en (default: all)',
      zh: '只保留这些语言的文本：zh,en（默认全部保留）',
    },
  },
  quality: {
    type: 'string',
    choices: ['gopher', 'c4'],
    doc: {
      en: 'drop what is hardly prose, by the rules of Gopher or of C4',
      zh: '按 Gopher 或 C4 的规则去掉不像文章的文本',
    },
  },
  blocklist: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'drop documents that hold a word of this file, one a line',
      zh: '去掉含有此文件所列词语的文本，每行一条',
    },
  },
  maskPersonal: {
    type: 'boolean',
    doc: {
      en: 'mask mail addresses, phone, card and Chinese ID numbers, IP addresses, passwords in URLs',
      zh: '遮盖邮箱、电话、银行卡号、身份证号、IP 地址、网址中的密码',
    },
  },
  excludeOverlap: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'cut out what stands in these evaluation texts, too (13 words in a row, as for GPT-3)',
      zh: '剪去与这些评测文本重合之处（连续 13 词，同 GPT-3）',
    },
  },
} as const satisfies OptionTable;
