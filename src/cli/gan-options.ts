/** Options of `inkstone gan`. */

import type { AdversarialSettings } from '../gan/index.ts';
import type { OptionTable } from './command.ts';
import { belowOne, positive, wholeFromZero, wholePositive } from './option-rules.ts';
import { data, seed } from './shared-options.ts';

const verbs = ['train'] as const;
const methods = ['policy', 'straight-through'] as const satisfies readonly AdversarialSettings['method'][];
const losses = [
  'bce',
  'non-saturating',
  'wasserstein',
] as const satisfies readonly AdversarialSettings['loss'][];
/** As many signs as the oracle's alphabet has. */
export const MOST_WORDS = 20_000;

const between = (least: number, most: number) => ({
  test: (n: number) => Number.isInteger(n) && n >= least && n <= most,
  words: { en: `a whole number from ${least} to ${most}`, zh: `为 ${least} 到 ${most} 的整数` },
});

export const ganOptions = {
  oracle: {
    type: 'boolean',
    verbs,
    doc: {
      en: 'the truth is a random LSTM, which knows exactly how likely a text is: what methods are compared on',
      zh: '以随机 LSTM 为真相，它确知每篇文本的概率：用于比较各方法',
    },
  },
  vocabSize: {
    type: 'number',
    verbs,
    default: 200,
    rule: between(4, MOST_WORDS),
    doc: { en: "words of the oracle (SeqGAN's has 5000)", zh: '真相模型的词数（SeqGAN 为 5000）' },
  },
  width: {
    type: 'number',
    verbs,
    default: 32,
    rule: between(1, 1024),
    doc: {
      en: 'state of the oracle, and of the writer that learns from it',
      zh: '真相模型及其生成器的状态大小',
    },
  },
  texts: {
    type: 'number',
    verbs,
    default: 10_000,
    rule: between(100, 1_000_000),
    doc: { en: 'texts that are learned from the oracle', zh: '向真相模型学习的文本数' },
  },
  data,
  init: {
    type: 'string',
    verbs,
    placeholder: 'run',
    doc: {
      en: 'with --data: the trained model that goes on learning, recurrent or a Transformer',
      zh: '与 --data 同用：继续学习的已训练模型，循环网络或 Transformer 均可',
    },
  },
  answers: {
    type: 'boolean',
    verbs,
    doc: {
      en: 'the data are pairs (source and target, question and answer): the second side is written behind the first',
      zh: '数据是成对文本（原文与目标、问与答）：接着前一半写后一半',
    },
  },
  prefix: {
    type: 'number',
    verbs,
    default: 0,
    rule: wholeFromZero,
    doc: {
      en: 'tokens of each text that are given: what follows them is written and judged',
      zh: '每篇给定的前若干词元：其后的部分由模型续写并受评判',
    },
  },
  length: {
    type: 'number',
    verbs,
    default: 20,
    rule: between(2, 512),
    doc: { en: 'tokens of a text; longer ones are cut', zh: '每篇的词元数；更长的会截断' },
  },
  epochs: {
    type: 'number',
    verbs,
    rule: wholeFromZero,
    doc: {
      en: 'passes of maximum likelihood beforehand, at most (default: 20 with --oracle, else 0)',
      zh: '事先最大似然训练的遍数上限（默认：--oracle 为 20，否则为 0）',
    },
  },
  method: {
    type: 'string',
    verbs,
    default: 'policy',
    choices: methods,
    doc: {
      en: "policy: by trying, with Monte-Carlo rollouts (SeqGAN); straight-through: along the critic's slope (Gumbel-softmax)",
      zh: 'policy：试错，蒙特卡洛推演（SeqGAN）；straight-through：沿判别器的梯度（Gumbel-softmax）',
    },
  },
  loss: {
    type: 'string',
    verbs,
    default: 'bce',
    choices: losses,
    doc: {
      en: 'what critic and writer want; wasserstein needs one of the three options below',
      zh: '判别器与生成器的目标；wasserstein 需要下面三个选项之一',
    },
  },
  gradientPenalty: {
    type: 'number',
    verbs,
    placeholder: 'weight',
    rule: positive,
    doc: { en: "hold the critic's slope at 1 (WGAN-GP: 10)", zh: '把判别器的梯度约束在 1（WGAN-GP：10）' },
  },
  weightClip: {
    type: 'number',
    verbs,
    placeholder: 'limit',
    rule: positive,
    doc: {
      en: "keep the critic's numbers within ± this (WGAN: 0.01)",
      zh: '判别器参数限制在 ± 此值（WGAN：0.01）',
    },
  },
  spectralNorm: {
    type: 'boolean',
    verbs,
    doc: {
      en: "divide the critic's weights by their greatest singular value",
      zh: '判别器权重除以各自的最大奇异值',
    },
  },
  rollouts: {
    type: 'number',
    verbs,
    default: 4,
    rule: between(1, 64),
    doc: { en: 'policy: texts that are tried behind each token', zh: 'policy：每个词元之后试写几篇' },
  },
  softness: {
    type: 'number',
    verbs,
    default: 1,
    rule: positive,
    doc: {
      en: 'straight-through: temperature of the softened draw',
      zh: 'straight-through：软化抽样的温度',
    },
  },
  warmup: {
    type: 'number',
    verbs,
    default: 150,
    rule: wholeFromZero,
    doc: { en: 'rounds in which the critic learns alone, first', zh: '先让判别器单独学习的轮数' },
  },
  rounds: {
    type: 'number',
    verbs,
    default: 150,
    rule: wholePositive,
    doc: { en: 'rounds of both', zh: '双方对抗的轮数' },
  },
  criticSteps: {
    type: 'number',
    verbs,
    default: 3,
    rule: wholePositive,
    doc: { en: 'updates of the critic in each round', zh: '每轮判别器的更新步数' },
  },
  filters: {
    type: 'number',
    verbs,
    default: 32,
    rule: between(1, 1024),
    doc: { en: 'filters of each width from 1 to 5 in the critic', zh: '判别器中宽度 1 至 5 各有几个滤波器' },
  },
  dropout: {
    type: 'number',
    verbs,
    default: 0,
    rule: belowOne,
    doc: { en: "of the critic's filters", zh: '判别器滤波器的丢弃率' },
  },
  batchSize: {
    type: 'number',
    verbs,
    default: 64,
    rule: between(2, 4096),
    doc: { en: 'texts of each side in an update', zh: '每次更新中每方的文本数' },
  },
  lr: {
    type: 'number',
    verbs,
    default: 0.002,
    rule: positive,
    doc: {
      en: 'learning rate of the writer against the critic',
      zh: '对抗训练中生成器的学习率',
    },
  },
  criticLr: {
    type: 'number',
    verbs,
    default: 0.003,
    rule: positive,
    doc: { en: 'learning rate of the critic', zh: '判别器的学习率' },
  },
  evalEvery: {
    type: 'number',
    verbs,
    default: 25,
    rule: wholePositive,
    doc: { en: 'rounds between measurements', zh: '每隔多少轮度量一次' },
  },
  samples: {
    type: 'number',
    default: 500,
    rule: between(2, 20_000),
    doc: { en: 'texts that are written for a measurement', zh: '度量时写几篇' },
  },
  temperatures: {
    type: 'string',
    verbs: ['measure'],
    default: '1.2,1,0.9,0.8,0.7,0.6,0.5',
    doc: {
      en: 'at which the model before the adversarial training is measured as well',
      zh: '对抗训练之前的模型在哪些温度下也作度量',
    },
  },
  out: {
    type: 'string',
    verbs,
    placeholder: 'folder',
    doc: {
      en: 'where the run is kept (default: runs/, the name of the data and -gan)',
      zh: '训练记录的存放目录（默认：runs/ 加数据名加 -gan）',
    },
  },
  textColumn: {
    type: 'string',
    verbs,
    placeholder: 'name',
    doc: {
      en: 'the column or field that holds the text (csv, tsv, parquet, json, jsonl)',
      zh: '文本所在的列或字段（csv、tsv、parquet、json、jsonl）',
    },
  },
  seed,
  offline: { type: 'boolean', doc: { en: 'use only what was fetched before', zh: '只用已下载的内容' } },
} as const satisfies OptionTable;
