/** Options of what is done to a corpus for what its texts are: taken out by language, quality, words, personal data; or made more of. */

import type { OptionTable } from './command.ts';
import { probability, wholeFromZero, wholePositive } from './option-rules.ts';

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

/** Of `inkstone data augment`, `counterfactual` and `canaries`, and the seed of what `data` draws by chance. */
export const augmentOptions = {
  synonyms: {
    type: 'string',
    verbs: ['augment'],
    placeholder: 'file',
    doc: {
      en: 'words of one meaning a line, with commas between: for the methods synonym and insert',
      zh: '每行一组同义词，以逗号分隔：用于 synonym 与 insert 方法',
    },
  },
  methods: {
    type: 'string',
    verbs: ['augment'],
    placeholder: 'names',
    doc: {
      en: 'which changes: synonym,insert,swap,delete (default: swap,delete, and all with synonyms)',
      zh: '做哪些改动：synonym,insert,swap,delete（默认 swap,delete；有同义词则全部）',
    },
  },
  rate: {
    type: 'number',
    verbs: ['augment'],
    default: 0.1,
    rule: probability,
    doc: { en: 'share of the words that is changed', zh: '改动的词所占比例' },
  },
  copies: {
    type: 'number',
    verbs: ['augment'],
    default: 4,
    rule: wholePositive,
    doc: { en: 'new texts for each text', zh: '每篇文本生成几篇新文本' },
  },
  pairs: {
    type: 'string',
    verbs: ['counterfactual'],
    placeholder: 'file',
    doc: {
      en: "two words a line that take each other's place, with a comma between: he,she",
      zh: '每行两个互换的词，以逗号分隔：他,她',
    },
  },
  format: {
    type: 'string',
    verbs: ['canaries'],
    placeholder: 'text',
    default: 'the secret number is {4}',
    doc: {
      en: 'a canary, with the number of its random digits in braces: the password is {6}',
      zh: '金丝雀的写法，花括号中是随机数字的位数：密码是{6}',
    },
  },
  times: {
    type: 'string',
    verbs: ['canaries'],
    placeholder: 'list',
    default: '0,0,0,1,1,1,4,4,4,16,16,16',
    doc: {
      en: 'a canary for each number, which stands in the text so often; 0: in none, to compare with',
      zh: '每个数对应一只金丝雀，即它在文本中出现的次数；0：不放入，供比较',
    },
  },
  seed: {
    type: 'number',
    verbs: ['augment', 'diversity', 'canaries'],
    default: 1,
    rule: wholeFromZero,
    doc: { en: 'seed of what is left to chance', zh: '随机数种子' },
  },
} as const satisfies OptionTable;
