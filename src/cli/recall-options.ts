/** The options of `inkstone recall`. */

import type { OptionTable } from './command.ts';
import { inspectOptions } from './inspect-options.ts';
import { seed } from './shared-options.ts';

/** The models are small: larger ones would not fit beside their batches. */
const MOST_PARAMETERS = 10_000_000;

export const recallOptions = {
  architectures: {
    type: 'string',
    placeholder: 'list',
    default: 'rnn,gru,lstm,rwkv,linear,transformer',
    doc: {
      en: 'what to compare, joined by commas; linear: a Transformer with linear attention',
      zh: '要比较的架构，以逗号连接；linear 为线性注意力的 Transformer',
    },
  },
  parameters: {
    type: 'number',
    default: 30_000,
    rule: {
      test: (x: number) => Number.isInteger(x) && x >= 1 && x <= MOST_PARAMETERS,
      words: { en: `a whole number from 1 to ${MOST_PARAMETERS}`, zh: `为 1 到 ${MOST_PARAMETERS} 的整数` },
    },
    doc: { en: 'how many numbers each of them learns', zh: '每个模型学习多少个参数' },
  },
  distances: {
    type: 'string',
    placeholder: 'list',
    default: '1,4,16,64',
    doc: {
      en: 'how many tokens back the symbol stands that is asked for, joined by commas',
      zh: '所问的符号位于多少个词元之前，以逗号连接',
    },
  },
  steps: {
    type: 'number',
    default: 300,
    rule: {
      test: (x: number) => Number.isInteger(x) && x > 1,
      words: { en: 'a whole number of at least 2', zh: '为不小于 2 的整数' },
    },
    doc: { en: 'updates of each', zh: '每个模型的更新步数' },
  },
  seed,
  out: inspectOptions.out,
} as const satisfies OptionTable;
