/**
 * One encoder–decoder for the classes of the Transformer, T5 and Marian (Vaswani et al. 2017; Raffel et al. 2020; Junczys-Dowmunt et al.
 * 2018): an encoder reads the source, and every block of a decoder looks at what it made of it. One embedding serves both.
 * Shapes: B pairs, S tokens of a source, T tokens of a target, D = width, V = vocabulary.
 */

import { attendMemory, crossMemory, initialize, type MemoryPadding, type Parameters } from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import type { Tensor } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, decoderSpec, forward, loss, type MemoryLook } from './decoder.ts';
import { type EncoderParams, encode, encoderSpec } from './encoder.ts';
import { decoderHalf, type EncoderDecoderConfig, encoderHalf } from './encoder-decoder-config.ts';
import { planOf } from './plan.ts';

/** The tree of parameter shapes and initialisers. Paths are the names in a checkpoint. */
export function encoderDecoderSpec(
  config: EncoderDecoderConfig,
  { std = 1 / Math.sqrt(config.width) }: { readonly std?: number } = {},
) {
  const { embedding: _, ...encoder } = encoderSpec(encoderHalf(config), { std });
  const { embedding, head, headBias, ...decoder } = decoderSpec(decoderHalf(config), { std });
  return { embedding, encoder, decoder, ...(head && { head }), ...(headBias && { headBias }) };
}

export type EncoderDecoderParams = Parameters<ReturnType<typeof encoderDecoderSpec>>;

/** New parameters, f32: normal numbers of deviation 1/√D unless `std` says another. Equal seeds give equal parameters. */
export function initEncoderDecoder(
  config: EncoderDecoderConfig,
  rng: Rng,
  options: { readonly std?: number } = {},
): EncoderDecoderParams {
  return initialize(encoderDecoderSpec(config, options), rng);
}

/** The parameters of the half that writes. */
export const decoderParams = ({ encoder: _, decoder, ...shared }: EncoderDecoderParams): DecoderParams => ({
  ...shared,
  ...decoder,
});

const encoderParams = ({ embedding, encoder }: EncoderDecoderParams): EncoderParams => ({
  embedding,
  ...encoder,
});

/** Source texts of a batch, padded on the right. */
export interface SourceBatch {
  /** i32 [B, S]. */
  readonly source: Tensor;
  /** The real tokens of each source; those behind are padding. Default: all. */
  readonly sourceLengths?: ArrayLike<number>;
  /** Turns dropout on: a seed that must differ from step to step. */
  readonly dropoutSeed?: number;
}

export interface PairBatch extends SourceBatch {
  /** i32 [B, T]: the start token, then the target. */
  readonly ids: Tensor;
  /** i32 [B, T]: the token that follows each; −1 counts for nothing, as behind the end of a target. */
  readonly targets: Tensor;
}

/** What the encoder makes of source texts: [B, S, D]. */
export function encodeSource(
  params: EncoderDecoderParams,
  config: EncoderDecoderConfig,
  { source, sourceLengths: lengths, dropoutSeed }: SourceBatch,
): Tensor {
  return encode(encoderParams(params), encoderHalf(config), source, { lengths, dropoutSeed });
}

/** Teacher forcing: logits of every place of the targets, [B, T, V]. */
export function pairLogits(
  params: EncoderDecoderParams,
  config: EncoderDecoderConfig,
  batch: Omit<PairBatch, 'targets'>,
): Tensor {
  return forward(decoderParams(params), decoderHalf(config), batch.ids, lookAt(params, config, batch));
}

/** Mean cross-entropy of the targets' tokens, in nats; `smoothing`: the share spread evenly (Szegedy et al. 2016). */
export function pairLoss(
  params: EncoderDecoderParams,
  config: EncoderDecoderConfig,
  batch: PairBatch,
  options: { readonly smoothing?: number } = {},
): Tensor {
  const { ids, targets } = batch;
  const pass = { ids, targets, ...lookAt(params, config, batch) };
  return loss(decoderParams(params), decoderHalf(config), pass, options);
}

/** Dropout in the decoder must not repeat that of the encoder. */
const DECODER_SEED = 2 ** 31;

function lookAt(
  params: EncoderDecoderParams,
  config: EncoderDecoderConfig,
  batch: SourceBatch,
): MemoryLook & { readonly dropoutSeed?: number } {
  const { sourceLengths: end, dropoutSeed } = batch;
  return {
    ...lookAtMemory(decoderHalf(config), encodeSource(params, config, batch), { end }),
    ...(dropoutSeed !== undefined && { dropoutSeed: (dropoutSeed + DECODER_SEED) % 2 ** 32 }),
  };
}

/** Every token of a pass sees the whole of its row's memory [B, S, D], whatever made it; gradients reach what did. */
export function lookAtMemory(config: DecoderConfig, memory: Tensor, padding: MemoryPadding = {}): MemoryLook {
  const cross = planOf(config).block.cross!;
  return {
    memory,
    attendMemory: (weights, _, states) => attendMemory(crossMemory(weights, states!, cross, padding), cross),
  };
}
