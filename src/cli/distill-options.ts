/** Options of a training under a teacher. NOTE By name only: the help must not load models. A name left out does not compile. */

import type { DistillationWay } from '../adapt/index.ts';
import type { OptionTable } from './command.ts';
import { positive, probability } from './option-rules.ts';

const ways: { readonly [Way in DistillationWay]: true } = { logits: true, hidden: true, sequence: true };

/** What can be learned of a teacher. */
export const distillationWays = Object.keys(ways) as DistillationWay[];

export const distillOptions = {
  teacher: {
    type: 'string',
    placeholder: 'model',
    doc: {
      en: 'a larger model to learn from as well: a run, a folder or a GGUF file; its tokenizer is taken',
      zh: '同时向一个更大的模型（教师）学习：训练记录、目录或 GGUF 文件；沿用它的分词器',
    },
  },
  distill: {
    type: 'string',
    placeholder: 'a,b…',
    default: 'logits',
    doc: {
      en: 'with --teacher, what of it is learned: logits (its probabilities), hidden (its states), sequence (texts that it writes)',
      zh: '用于 --teacher：学教师的什么：logits（概率）、hidden（隐状态）、sequence（它写的文本）',
    },
  },
  distillShare: {
    type: 'number',
    default: 0.5,
    rule: probability,
    doc: {
      en: "with --teacher, its share of the loss (logits) and of the batches (sequence); the rest is the text's own",
      zh: '用于 --teacher：它在损失（logits）与批次（sequence）中所占的比例，其余来自原文',
    },
  },
  distillTemperature: {
    type: 'number',
    default: 2,
    rule: positive,
    doc: {
      en: 'with logits: both models are softened by this before they are compared',
      zh: '用于 logits：比较之前，两个模型的分布都按此温度变平',
    },
  },
} as const satisfies OptionTable;
