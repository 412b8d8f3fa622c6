/** The encoder's config: every choice that tells BERT from RoBERTa and from an encoder trained here, checked once. */

import {
  type BlockConfig,
  type BlockKind,
  ffnActivations,
  isGated,
  type NormConfig,
  type PositionConfig,
  type Positions,
  positions,
} from '../nn/index.ts';
import {
  above0,
  check,
  type DecoderConfig,
  normRules,
  oneOf,
  positionRules,
  type Rules,
  share,
  wholeFromZero,
  wholePositive,
  yesOrNo,
} from './config.ts';
import { fail } from './errors.ts';

/** Sizes and kinds that an encoder has as a decoder has them. */
export type SharedConfig = Pick<
  DecoderConfig,
  | 'vocabSize'
  | 'contextLength'
  | 'width'
  | 'layers'
  | 'heads'
  | 'headSize'
  | 'ffnSize'
  | 'activation'
  | 'norm'
  | 'positions'
  | 'qkNorm'
  | 'tiedHead'
  | 'dropout'
>;

/** A complete config; plain data, as it stands in `config.json`. */
export interface EncoderConfig extends SharedConfig {
  /** `postNorm` normalises what each part of a block made (BERT), `preNorm` what it reads. */
  readonly block: EncoderBlock;
  /** Every linear layer has a bias. */
  readonly bias: boolean;
  /** The place of the first token: 0, or 2 for RoBERTa, whose table of positions has so many rows more. */
  readonly positionOffset: number;
  /** Kinds of segments that a token can belong to, each with a learned vector. 0: none. */
  readonly tokenTypes: number;
  /** Normalises the sum of the embeddings. */
  readonly embeddingNorm: boolean;
  /** A head that guesses masked tokens: transform, norm, the embedding table (or a table of its own), bias. */
  readonly maskedHead: boolean;
  /** tanh of a linear map of the first token's state. */
  readonly pooler: boolean;
  // What follows is absent where it has its default.
  /** Token embeddings are multiplied by this. Default 1. */
  readonly embeddingScale?: number;
  /** Scores are products of queries and keys times this. Default 1/√headSize. */
  readonly attentionScale?: number;
}

export type EncoderBlock = Extract<BlockKind, 'postNorm' | 'preNorm'>;

type Sizes = Pick<EncoderConfig, 'vocabSize' | 'contextLength' | 'width' | 'layers' | 'heads'>;

/** What a user writes: five sizes; the rest has defaults (BERT's class, without segments and pooler). */
export interface EncoderOptions
  extends Sizes,
    Partial<Omit<EncoderConfig, keyof Sizes | 'norm' | 'positions'>> {
  readonly norm?: NormConfig['kind'] | Partial<NormConfig>;
  readonly positions?: PositionConfig['kind'] | PositionConfig;
}

const rules: Rules<Required<Omit<EncoderConfig, 'norm' | 'positions'>>> = {
  vocabSize: wholePositive,
  contextLength: wholePositive,
  width: wholePositive,
  layers: wholePositive,
  heads: wholePositive,
  headSize: wholePositive,
  ffnSize: wholePositive,
  activation: oneOf(ffnActivations),
  qkNorm: yesOrNo,
  tiedHead: yesOrNo,
  dropout: share,
  block: oneOf(['postNorm', 'preNorm']),
  bias: yesOrNo,
  positionOffset: wholeFromZero,
  tokenTypes: wholeFromZero,
  embeddingNorm: yesOrNo,
  maskedHead: yesOrNo,
  pooler: yesOrNo,
  embeddingScale: above0,
  attentionScale: above0,
};

/** Those that hold where every token sees every other. */
const POSITIONS: readonly PositionConfig['kind'][] = ['none', 'learned', 'sinusoidal', 'rotary', 't5'];
const encoderPositionRules = { ...positionRules, kind: oneOf(POSITIONS) };

/**
 * Checks options and fills the defaults. A complete config passes through unchanged.
 *
 * @example encoderConfig({ vocabSize: 6000, contextLength: 128, width: 256, layers: 6, heads: 8 })
 */
export function encoderConfig(options: EncoderOptions): EncoderConfig {
  const { norm, positions: position, ...plain } = options;
  for (const key of ['vocabSize', 'contextLength', 'width', 'layers', 'heads'] as const) {
    check({ [key]: plain[key] }, rules);
  }
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  check(given, rules);
  const { width, heads } = plain;
  if (plain.headSize === undefined && width % heads) throw fail('model/heads', { width, heads });
  const bias = plain.bias ?? true;
  const normGiven = typeof norm === 'string' ? { kind: norm } : (norm ?? {});
  const kind = normGiven.kind ?? 'layerNorm';
  const config: EncoderConfig = {
    headSize: width / heads,
    ffnSize: plain.activation && isGated(plain.activation) ? Math.ceil((8 * width) / 3 / 32) * 32 : 4 * width,
    activation: 'gelu',
    qkNorm: false,
    tiedHead: true,
    dropout: 0,
    block: 'postNorm',
    bias,
    positionOffset: 0,
    tokenTypes: 0,
    embeddingNorm: true,
    maskedHead: true,
    pooler: false,
    ...(given as typeof plain),
    norm: { kind, bias: bias && kind === 'layerNorm', eps: kind === 'rmsNorm' ? 1e-6 : 1e-12, ...normGiven },
    positions:
      typeof position === 'string'
        ? ({ kind: position } as PositionConfig)
        : (position ?? { kind: 'learned' }),
  };
  check(config.norm, normRules, 'norm.');
  check(config.positions, encoderPositionRules, 'positions.');
  encoderPlan(config);
  return config;
}

/** What follows from a config and is needed at every pass. */
export interface EncoderPlan {
  readonly scheme: Positions;
  readonly block: BlockConfig;
}

const plans = new WeakMap<EncoderConfig, EncoderPlan>();

/** The plan of a config, built once. */
export function encoderPlan(config: EncoderConfig): EncoderPlan {
  let plan = plans.get(config);
  if (!plan) plans.set(config, (plan = makePlan(config)));
  return plan;
}

function makePlan(config: EncoderConfig): EncoderPlan {
  const { width, heads, headSize, ffnSize: size, activation, norm, bias, qkNorm } = config;
  const contextLength = config.contextLength + config.positionOffset;
  const { positions: given } = config;
  const bothWays = given.kind === 't5' ? { ...given, bidirectional: true } : given;
  return {
    scheme: positions(bothWays, { contextLength, width, heads, headSize }),
    block: {
      kind: config.block,
      attention: {
        width,
        heads,
        kvHeads: heads,
        headSize,
        inputBias: bias,
        outputBias: bias,
        qkNorm: qkNorm ? { kind: 'rmsNorm', bias: false, eps: norm.eps } : undefined,
      },
      ffn: { width, size, activation, bias },
      norm,
    },
  };
}
