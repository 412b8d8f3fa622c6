/** Options of private training, and of the command that tells what it costs. */

import type { OptionTable } from './command.ts';
import { positive, share } from './option-rules.ts';

export const privacyOptions = {
  private: {
    type: 'number',
    placeholder: 'epsilon',
    rule: positive,
    doc: {
      en: 'train with differential privacy: what the model tells of any one document stays below this ε (8 is usual, 1 strict)',
      zh: '以差分隐私训练：模型泄露任何一篇文本的程度不超过此 ε（8 常用，1 严格）',
    },
  },
  privateNoise: {
    type: 'number',
    rule: positive,
    doc: {
      en: 'in place of --private: this much noise, in clipping norms; ε follows',
      zh: '代替 --private：直接给定噪声（以裁剪阈值为单位），ε 随之而定',
    },
  },
  privateClip: {
    type: 'number',
    default: 1,
    rule: positive,
    doc: {
      en: 'with privacy: the longest that the gradient of one example may be',
      zh: '用于差分隐私：单个样本梯度的最大长度',
    },
  },
  privateDelta: {
    type: 'number',
    rule: share,
    doc: {
      en: 'with privacy: the probability that ε does not hold (default: a tenth of one in as many as there are examples)',
      zh: '用于差分隐私：ε 不成立的概率（默认：样本数倒数的十分之一）',
    },
  },
  privateUnit: {
    type: 'string',
    choices: ['document', 'piece'],
    doc: {
      en: 'with privacy: what is protected, whole documents, or pieces of text as long as the context (default: documents, unless there are few)',
      zh: '用于差分隐私：保护的单位，整篇文本，或与上下文等长的片段（默认：整篇，除非篇数太少）',
    },
  },
} as const satisfies OptionTable;
