/** Options of `inkstone privacy`. */

import type { OptionTable } from './command.ts';
import { positive, wholePositive } from './option-rules.ts';
import { trainOptions } from './train-options.ts';

const ofCompare = { verbs: ['compare'] } as const;
const { data, preset, tokenizer, vocabSize, layers, width, heads, contextLength, lr, seed } = trainOptions;
const { batchSize, steps, privateClip, privateDelta, privateUnit, textColumn, offline } = trainOptions;

export const privacyCommandOptions = {
  epsilons: {
    ...ofCompare,
    type: 'string',
    placeholder: 'a,b…',
    default: 'none,8,3,1',
    doc: {
      en: 'the ε to compare; none: a training that is not private',
      zh: '要比较的各个 ε；none 表示不加隐私保护',
    },
  },
  examples: {
    verbs: ['cost'],
    type: 'number',
    rule: wholePositive,
    doc: { en: 'how many examples there are', zh: '共有多少个样本' },
  },
  epsilon: {
    verbs: ['cost'],
    type: 'number',
    rule: positive,
    doc: { en: 'the ε to reach after all steps: tells the noise', zh: '全部步数之后要达到的 ε：求噪声' },
  },
  noise: {
    verbs: ['cost'],
    type: 'number',
    rule: positive,
    doc: { en: 'the noise, in clipping norms: tells ε', zh: '噪声（以裁剪阈值为单位）：求 ε' },
  },
  steps: { ...steps, default: 500 },
  batchSize: { ...batchSize, default: 64 },
  privateDelta,
  data: { ...data, ...ofCompare },
  out: {
    ...ofCompare,
    type: 'string',
    placeholder: 'folder',
    doc: {
      en: 'where the runs and the table are kept (default: runs/, the name of the data and -privacy)',
      zh: '训练记录与表格的存放目录（默认：runs/ 加数据名加 -privacy）',
    },
  },
  preset: { ...preset, ...ofCompare, default: 'shakespeare-cpu' },
  privateClip: { ...privateClip, ...ofCompare },
  privateUnit: { ...privateUnit, ...ofCompare },
  tokenizer: { ...tokenizer, ...ofCompare },
  vocabSize: { ...vocabSize, ...ofCompare },
  layers: { ...layers, ...ofCompare },
  width: { ...width, ...ofCompare },
  heads: { ...heads, ...ofCompare },
  contextLength: { ...contextLength, ...ofCompare },
  lr: { ...lr, ...ofCompare },
  textColumn: { ...textColumn, ...ofCompare },
  seed: { ...seed, ...ofCompare },
  offline: { ...offline, ...ofCompare },
} as const satisfies OptionTable;
