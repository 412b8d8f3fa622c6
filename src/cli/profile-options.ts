/** Options of `inkstone profile`. */

import type { OptionTable } from './command.ts';
import { wholePositive } from './option-rules.ts';

export const profileOptions = {
  generate: {
    type: 'boolean',
    doc: {
      en: 'one token after another instead of a training step',
      zh: '测量逐词元生成，而不是训练步',
    },
  },
  steps: {
    type: 'number',
    default: 5,
    rule: wholePositive,
    doc: { en: 'steps to measure', zh: '测量的步数' },
  },
  batch: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'rows of a training step (default: as the recipe says), or texts at once',
      zh: '训练步的行数（默认按配方），或同时生成的文本数',
    },
  },
  context: {
    type: 'number',
    rule: wholePositive,
    doc: { en: 'tokens of each row (default: the whole context)', zh: '每行词元数（默认：整个上下文）' },
  },
  precision: {
    type: 'string',
    choices: ['f32', 'bf16'],
    default: 'f32',
    doc: { en: 'of the matrix products', zh: '矩阵乘的精度' },
  },
} as const satisfies OptionTable;
