/** The options of `inkstone length`. */

import type { OptionTable } from './command.ts';
import { generateOptions } from './generate-options.ts';
import { inspectOptions } from './inspect-options.ts';
import { wholePositive } from './option-rules.ts';
import { data, seed } from './shared-options.ts';

export const lengthOptions = {
  data: {
    ...data,
    verbs: ['extend', 'stream'],
    doc: {
      en: "texts to read (default: the held-out side of the first run's own data)",
      zh: '要读的文本（默认：第一个训练记录自身数据的留出部分）',
    },
  },
  tokens: {
    type: 'number',
    verbs: ['extend', 'stream', 'cost'],
    rule: wholePositive,
    doc: {
      en: 'so many tokens: to read (extend 4096, stream 1024), or to foretell the cost of (cost: the context)',
      zh: '词元数：要读的（extend 4096，stream 1024），或要预测开销的（cost：整个上下文）',
    },
  },
  times: {
    type: 'string',
    verbs: ['extend', 'passkey'],
    default: '1,2,4,8',
    doc: { en: 'lengths, in contexts of the first run', zh: '长度，以第一个训练记录的上下文为单位' },
  },
  sinks: {
    type: 'string',
    verbs: ['stream'],
    default: '0,1,4',
    doc: { en: 'numbers of first tokens that stay', zh: '常驻的开头词元数' },
  },
  window: {
    type: 'number',
    verbs: ['stream'],
    rule: wholePositive,
    doc: {
      en: 'tokens that are kept in all (default: the context)',
      zh: '总共保留的词元数（默认：整个上下文）',
    },
  },
  extend: { ...generateOptions.extend, verbs: ['cost'] },
  trials: {
    type: 'number',
    verbs: ['passkey'],
    default: 10,
    rule: wholePositive,
    doc: { en: 'texts for each length and depth', zh: '每种长度与深度的文本数' },
  },
  lang: {
    type: 'string',
    verbs: ['passkey'],
    choices: ['en', 'zh'],
    default: 'en',
    doc: { en: 'language of the task', zh: '任务的语言' },
  },
  texts: {
    type: 'number',
    verbs: ['passkey'],
    rule: wholePositive,
    doc: {
      en: 'without a run: write so many texts to --out (.jsonl), from which a model learns the task',
      zh: '不带训练记录：向 --out（.jsonl）写这么多篇文本，供模型学习该任务',
    },
  },
  sentences: {
    type: 'number',
    verbs: ['passkey'],
    default: 7,
    rule: wholePositive,
    doc: { en: 'of --texts: sentences around the number, at most', zh: '--texts：数字周围最多几句' },
  },
  check: {
    type: 'boolean',
    verbs: ['cost'],
    doc: { en: 'then write so many tokens, and compare', zh: '随后真的写这么多词元并对照' },
  },
  out: inspectOptions.out,
  seed: { ...seed, verbs: ['passkey'] },
  offline: {
    type: 'boolean',
    verbs: ['extend', 'stream'],
    doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' },
  },
} as const satisfies OptionTable;
