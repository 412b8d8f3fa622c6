/** Options of `inkstone data augment`, and the seed of what `data` draws by chance. */

import type { OptionTable } from './command.ts';
import { probability, wholeFromZero, wholePositive } from './option-rules.ts';

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
  seed: {
    type: 'number',
    verbs: ['augment', 'diversity'],
    default: 1,
    rule: wholeFromZero,
    doc: { en: 'seed of what is left to chance', zh: '随机数种子' },
  },
} as const satisfies OptionTable;
