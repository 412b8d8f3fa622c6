/** The options of `inkstone tune`. */

import type { OptionRow, OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';
import { data, seed } from './option-tables.ts';

const values = (en: string, zh: string) =>
  ({ type: 'string', placeholder: 'x,y…', doc: { en, zh } }) as const satisfies OptionRow;

export const tuneOptions = {
  data: {
    ...data,
    doc: {
      en: "text to be like, instead of what the run's own data held out",
      zh: '以此文本为准，而不用训练时的留出集',
    },
  },
  temperature: values('temperatures to try, 0.7,1 for example', '要试的温度，例如 0.7,1'),
  topK: values('values of top-k to try; 0 is none', '要试的 top-k；0 为不用'),
  topP: values('values of top-p to try; 1 is none', '要试的 top-p；1 为不用'),
  minP: values('values of min-p to try; 0 is none', '要试的 min-p；0 为不用'),
  budget: {
    type: 'number',
    default: 40,
    rule: wholePositive,
    doc: {
      en: 'choices to try at most; of more, so many are drawn at random',
      zh: '最多试多少组；更多时随机抽取这么多',
    },
  },
  prompts: {
    type: 'number',
    default: 16,
    rule: wholePositive,
    doc: { en: 'held-out texts to continue', zh: '续写多少篇留出文本' },
  },
  promptTokens: {
    type: 'number',
    default: 8,
    rule: wholePositive,
    doc: { en: 'tokens of each that are given', zh: '每篇给出开头多少个词元' },
  },
  maxTokens: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'tokens to write (default: 64, or what the texts allow)',
      zh: '续写多少个词元（默认：64，或文本允许的长度）',
    },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'where the options are written (default: decoding.yaml in the run, or beside the file)',
      zh: '选项写到哪里（默认：训练目录下或模型文件旁的 decoding.yaml）',
    },
  },
  seed,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
