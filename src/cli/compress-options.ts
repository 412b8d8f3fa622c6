/** The options of `inkstone compress`. */

import type { OptionTable } from './command.ts';
import { compareOptions } from './compare-options.ts';
import { notNegative } from './option-rules.ts';

const { documents, prompts, length, strategies, unit, seed, offline } = compareOptions;

/** The ways of keeping weights that are tried where none is named. */
export const USUAL_TYPES = 'f32,bf16,q8_0,q8_0+int8,q4_0,q4_0+int8';

export const compressOptions = {
  types: {
    type: 'string',
    placeholder: 'a,b…',
    doc: {
      en: `ways of keeping the weights to try, the first one to be held against (default: ${USUAL_TYPES}); gptq is q4_0 that makes up for what rounding changes; with +int8 what weights multiply is rounded to 8 bits too`,
      zh: `要试的权重存放方式，以第一种为准（默认：${USUAL_TYPES}）；gptq 是补偿舍入误差的 q4_0；加 +int8 则与权重相乘的激活值也舍入为 8 位`,
    },
  },
  prune: {
    type: 'string',
    placeholder: 'a,b…',
    doc: {
      en: 'also with fewer weights, beside f32: magnitude:0.5 (the smallest become 0), wanda:0.5 (the smallest times what they multiply), 2:4 or wanda:2:4 (two of every four stay), structured:0.25 (feed-forward neurons go: smaller and faster)',
      zh: '另试减少权重，与 f32 对照：magnitude:0.5（最小的归零）、wanda:0.5（按权重乘以输入的大小）、2:4 或 wanda:2:4（每四个留两个）、structured:0.25（去掉前馈神经元，真正变小变快）',
    },
  },
  calibration: {
    type: 'string',
    placeholder: 'source',
    doc: {
      en: 'text that wanda, structured and gptq read to know what matters (default: what the run learned from)',
      zh: 'wanda、structured 与 gptq 用来判断重要性的文本（默认：该次训练所学的文本）',
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
