/** The config of encoder–decoders: what tells Vaswani's Transformer, T5 and Marian apart, checked once. */

import {
  check,
  type DecoderConfig,
  decoderConfig,
  type Rules,
  share,
  wholeFromZero,
  wholePositive,
} from './config.ts';
import { type EncoderConfig, encoderConfig, type SharedConfig } from './encoder-config.ts';

/** A complete config; plain data, as it stands in `config.json`. Sizes and kinds are those of both halves. */
export interface EncoderDecoderConfig
  extends SharedConfig,
    Pick<DecoderConfig, 'embeddingScale' | 'attentionScale' | 'headScale' | 'headBias'> {
  /** Blocks of the encoder; `layers` are the decoder's. What tells this config from others. */
  readonly encoderLayers: number;
  /** The longest source, in tokens; `contextLength` is for what is written. */
  readonly sourceLength: number;
  readonly block: 'preNorm' | 'postNorm';
  /** Every linear layer but the head has a bias. */
  readonly bias: boolean;
  /** The token that every text of the decoder begins with. */
  readonly startId: number;
}

type Sizes = Pick<
  EncoderDecoderConfig,
  'vocabSize' | 'contextLength' | 'width' | 'layers' | 'heads' | 'startId'
>;

/** What a user writes; the rest has defaults (Vaswani et al. 2017, embeddings times √width, but with the norms before the parts). */
export interface EncoderDecoderOptions
  extends Sizes,
    Partial<Omit<EncoderDecoderConfig, keyof Sizes | 'norm' | 'positions'>> {
  readonly norm?: EncoderDecoderConfig['norm']['kind'] | Partial<EncoderDecoderConfig['norm']>;
  readonly positions?: EncoderDecoderConfig['positions']['kind'] | EncoderDecoderConfig['positions'];
}

/** What the two halves do not check. */
const rules: Rules<Pick<EncoderDecoderConfig, 'encoderLayers' | 'sourceLength' | 'startId' | 'dropout'>> = {
  encoderLayers: wholePositive,
  sourceLength: wholePositive,
  startId: wholeFromZero,
  dropout: share,
};

/**
 * Checks options and fills the defaults. A complete config passes through unchanged.
 *
 * @example encoderDecoderConfig({ vocabSize: 8000, contextLength: 64, width: 256, layers: 3, heads: 8, startId: 0 })
 */
export function encoderDecoderConfig(options: EncoderDecoderOptions): EncoderDecoderConfig {
  const { encoderLayers = options.layers, sourceLength = options.contextLength, startId, ...both } = options;
  check({ encoderLayers, sourceLength, startId }, rules);
  const block = both.block ?? 'preNorm';
  const bias = both.bias ?? true;
  const { embeddingScale = Math.sqrt(both.width) } = both;
  const kind = { block, bias, embeddingScale, crossAttention: true };
  const filled = decoderConfig({ positions: 'sinusoidal', ...both, ...kind });
  const { kvHeads: _, window: __, logitSoftcap: ___, crossAttention: ____, ...shared } = filled;
  const config: EncoderDecoderConfig = { ...shared, block, bias, encoderLayers, sourceLength, startId };
  encoderHalf(config);
  return config;
}

/** Whether a config is of an encoder–decoder. */
export const isEncoderDecoderConfig = (config: unknown): config is EncoderDecoderConfig =>
  typeof config === 'object' && config !== null && 'encoderLayers' in config;

const decoders = new WeakMap<EncoderDecoderConfig, DecoderConfig>();
const encoders = new WeakMap<EncoderDecoderConfig, EncoderConfig>();

/** The half that writes, as a decoder whose blocks look at a memory. */
export function decoderHalf(config: EncoderDecoderConfig): DecoderConfig {
  let half = decoders.get(config);
  if (!half) {
    const { encoderLayers: _, sourceLength: __, startId: ___, ...both } = config;
    decoders.set(config, (half = decoderConfig({ ...both, crossAttention: true })));
  }
  return half;
}

/** The half that reads. */
export function encoderHalf(config: EncoderDecoderConfig): EncoderConfig {
  let half = encoders.get(config);
  if (!half) {
    const { encoderLayers: layers, sourceLength: contextLength, startId: _, ...both } = config;
    const { tiedHead: __, headScale: ___, headBias: ____, ...shared } = both;
    const parts = { embeddingNorm: false, maskedHead: false };
    encoders.set(config, (half = encoderConfig({ ...shared, layers, contextLength, ...parts })));
  }
  return half;
}
