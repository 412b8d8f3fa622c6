/** Options of the kind of a model. NOTE By name only: the help must not load the decoder. A name left out does not compile. */

import type { RecurrentKind } from '../models/index.ts';
import type { BlockKind, FfnActivation, NormKind, PositionKind } from '../nn/index.ts';
import type { OptionTable } from './command.ts';
import { distillOptions } from './distill-options.ts';
import { belowOne, notNegative, wholePositive } from './option-rules.ts';
import { privacyOptions } from './privacy-options.ts';

const positions: { readonly [Name in PositionKind]: true } = {
  none: true,
  learned: true,
  sinusoidal: true,
  rotary: true,
  alibi: true,
  t5: true,
};
const blocks: { readonly [Name in BlockKind]: true } = {
  preNorm: true,
  postNorm: true,
  sandwich: true,
  parallel: true,
  parallelTwoNorms: true,
};
const activations: { readonly [Name in FfnActivation]: true } = {
  relu: true,
  gelu: true,
  geluTanh: true,
  silu: true,
  swiglu: true,
  geglu: true,
};
const norms: { readonly [Name in NormKind]: true } = { layerNorm: true, rmsNorm: true };

const recurrent: { readonly [Name in RecurrentKind]: true } = {
  rnn: true,
  gru: true,
  lstm: true,
  rwkv: true,
};

/** Whether an architecture is a recurrent one. */
export const isRecurrent = (name: string | undefined): name is RecurrentKind =>
  name !== undefined && Object.hasOwn(recurrent, name);

/** The architecture that learns from pairs of texts. */
export const ENCODER_DECODER = 'encoder-decoder';

const namesOf = <Name extends string>(table: { readonly [N in Name]: true }) => Object.keys(table) as Name[];

export const modelOptions = {
  architecture: {
    type: 'string',
    choices: ['transformer', ENCODER_DECODER, ...namesOf(recurrent)],
    doc: {
      en: 'what the model is made of: attention (default), an encoder and a decoder, which translates pairs of texts, or recurrent layers, which read with a state of fixed size (rwkv: all places at once while training)',
      zh: '模型由什么构成：注意力（默认）、编码器加解码器（学习成对文本的翻译），或以固定大小的状态逐词阅读的循环层（rwkv 训练时所有位置并行）',
    },
  },
  positions: {
    type: 'string',
    choices: namesOf(positions),
    doc: {
      en: 'how the model knows the order of its tokens',
      zh: '模型如何知道词元的次序',
    },
  },
  block: {
    type: 'string',
    choices: namesOf(blocks),
    doc: {
      en: 'where the norms of a block stand, and whether attention and feed-forward run side by side',
      zh: '块内归一化的位置，以及注意力与前馈是否并行',
    },
  },
  activation: {
    type: 'string',
    choices: namesOf(activations),
    doc: { en: 'the feed-forward part: its activation or gate', zh: '前馈部分的激活函数或门控' },
  },
  norm: {
    type: 'string',
    choices: namesOf(norms),
    doc: { en: 'how the residual stream is normalised', zh: '残差流的归一化方式' },
  },
} as const satisfies OptionTable;

/** Of what only a Transformer that writes can have. */
export const decoderOptions = {
  attention: {
    type: 'string',
    placeholder: 'kind:size',
    doc: {
      en: 'what a token sees of those before it: full (default); window:256, the last ones; block:64, its block and the one before; strided:64, layers in turn the last ones and every 64th; linear, all through a state of fixed size',
      zh: '词元能看到前文的哪些：full 全部（默认）；window:256 最近若干个；block:64 自己的块与前一块；strided:64 各层轮流看最近若干个与每隔 64 个的一个；linear 经由固定大小的状态看全部',
    },
  },
  experts: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'mixture of experts: feed-forward parts of each layer, of which a token goes through few',
      zh: '混合专家：每层的前馈部分个数，每个词元只经过其中几个',
    },
  },
  activeExperts: {
    type: 'number',
    rule: wholePositive,
    doc: {
      en: 'with experts: how many a token goes through (default 2)',
      zh: '用于 experts：每个词元经过几个（默认 2）',
    },
  },
  expertBalance: {
    type: 'number',
    rule: notNegative,
    doc: {
      en: 'with experts: weight of uneven use in the loss (default 0.01; 0: none)',
      zh: '用于 experts：用量不均在损失中的权重（默认 0.01；0 为不计）',
    },
  },
} as const satisfies OptionTable;

/** Their names: elsewhere they would have no effect. */
export const ofDecoders = Object.keys(decoderOptions) as readonly (keyof typeof decoderOptions)[];

/** The options that only Transformers that write have. */
export const ofWriters = ['cure', 'fim', ...Object.keys(distillOptions), ...ofDecoders];
/** What only a training on plain text to write on has. */
export const ofPlainText = [...ofWriters, ...Object.keys(privacyOptions)];

/** Options of training on pairs of texts. */
export const pairOptions = {
  source: {
    type: 'string',
    placeholder: 'field',
    doc: {
      en: 'with encoder-decoder: the field that holds what is read (default: source, src, input, …, or the first of two); a number: a column of a table without header',
      zh: '用于 encoder-decoder：所读文本所在的字段（默认：source、src、input 等，或两列中的第一列）；数字表示无表头表格的列号',
    },
  },
  target: {
    type: 'string',
    placeholder: 'field',
    doc: {
      en: 'with encoder-decoder: the field that holds what is to be written (default: target, tgt, output, …, or the second of two)',
      zh: '用于 encoder-decoder：要写出的文本所在的字段（默认：target、tgt、output 等，或两列中的第二列）',
    },
  },
  taskField: {
    type: 'string',
    placeholder: 'field',
    doc: {
      en: 'with encoder-decoder: the field that says what is to be done; "task: " is put before each source, so that one model learns several (T5)',
      zh: '用于 encoder-decoder：说明任务的字段；每个源文本前加上“任务: ”，使一个模型学会多种任务（T5）',
    },
  },
  labelSmoothing: {
    type: 'number',
    rule: belowOne,
    doc: {
      en: 'with encoder-decoder: the share of probability that targets give to all other tokens (default 0.1)',
      zh: '用于 encoder-decoder：目标分给其余词元的概率份额（默认 0.1）',
    },
  },
} as const satisfies OptionTable;
