/** The options of `inkstone compress`. */

import type { OptionTable } from './command.ts';
import { compareOptions } from './compare-options.ts';
import { notNegative } from './option-rules.ts';

const { documents, prompts, length, strategies, unit, seed, offline } = compareOptions;

export const compressOptions = {
  types: {
    type: 'string',
    placeholder: 'a,b…',
    default: 'f32,bf16,q8_0,q4_0',
    doc: {
      en: 'ways of keeping the weights to try, the first one to be held against',
      zh: '要试的权重存放方式，以第一种为准',
    },
  },
  data: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'texts that the model has not learnt from (default: what the run holds out of its data)',
      zh: '模型没学过的文本（默认：训练记录的留出部分）',
    },
  },
  tolerance: {
    type: 'number',
    default: 1,
    rule: notNegative,
    doc: {
      en: 'how many percent more bits a character may cost',
      zh: '每字符的比特数最多可增加百分之几',
    },
  },
  out: {
    type: 'string',
    placeholder: 'file',
    doc: {
      en: 'a GGUF file to write: in the smallest way within the tolerance',
      zh: '写出的 GGUF 文件：取容许范围内最小的一种',
    },
  },
  documents,
  prompts,
  length,
  strategies: { ...strategies, default: 'greedy;top-p:0.9' },
  unit,
  seed,
  offline,
} as const satisfies OptionTable;
