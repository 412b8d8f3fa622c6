/** RWKV-4 (Peng et al. 2023, arXiv:2305.13048): layers that read a whole text at once and go on from a state of fixed size. */

import {
  channelMixingSpec,
  embeddingSpec,
  linearSpec,
  normalInit,
  normSpec,
  type Parameters,
  runChannelMixing,
  runEmbedding,
  runNorm,
  runTimeMixing,
  timeMixingSpec,
  WKV_EMPTY,
} from '../nn/index.ts';
import { add, type Tensor } from '../tensor/index.ts';
import type { RecurrentConfig } from './recurrent-config.ts';

const norm = { kind: 'layerNorm', bias: true, eps: 1e-5 } as const;

/** The tree of parameter shapes and initialisers. A small table makes the first norm's gradients large (the paper, §3.4). */
export function rwkvSpec(config: RecurrentConfig) {
  const { vocabSize, width, layers, tiedHead, ffnSize = 4 * width } = config;
  const scale = 0.5 / Math.sqrt(width);
  const head: { head?: ReturnType<typeof linearSpec> } = tiedHead
    ? {}
    : { head: linearSpec(width, vocabSize, { init: normalInit(scale) }) };
  return {
    embedding: embeddingSpec(vocabSize, width, normalInit(tiedHead ? scale : 1e-4)),
    firstNorm: normSpec(width, norm),
    layers: Array.from({ length: layers }, (_, layer) => ({
      timeNorm: normSpec(width, norm),
      time: timeMixingSpec({ width, ffnSize, layer, layers }),
      channelNorm: normSpec(width, norm),
      channel: channelMixingSpec({ width, ffnSize, layer, layers }),
    })),
    finalNorm: normSpec(width, norm),
    ...head,
  };
}

export type RwkvParams = Parameters<ReturnType<typeof rwkvSpec>>;

/** What a layer remembers: the row that time mixing read last, its sums and their exponents, the row that channel mixing read last. */
export const rwkvStateSizes = (width: number): readonly number[] => [width, 3 * width, width];

/** A layer's state before the first token. */
export function emptyRwkvState(width: number): Float32Array {
  const state = new Float32Array(5 * width);
  state.fill(WKV_EMPTY, 3 * width, 4 * width);
  return state;
}

export interface RwkvPass {
  readonly states: readonly (readonly Tensor[])[];
  readonly drop: (x: Tensor, stream: number) => Tensor;
  readonly look?: (x: Tensor) => void;
}

/** Reads ids i32 [T, B] behind states [B, n]: the residual stream [T, B, D], and states after each token, [T, B, n]. */
export function runRwkv(
  params: RwkvParams,
  ids: Tensor,
  { states, drop, look }: RwkvPass,
): { readonly x: Tensor; readonly states: readonly (readonly Tensor[])[] } {
  let x = drop(runNorm(params.firstNorm, runEmbedding(params.embedding, ids), norm), 0);
  look?.(x);
  const after = params.layers.map((layer, i) => {
    const [timeLast, start, channelLast] = states[i];
    const read = runNorm(layer.timeNorm, x, norm);
    const { y, sums } = runTimeMixing(layer.time, read, { last: timeLast, sums: start });
    x = add(x, drop(y, 2 * i + 1));
    const readNext = runNorm(layer.channelNorm, x, norm);
    x = add(x, drop(runChannelMixing(layer.channel, readNext, channelLast), 2 * i + 2));
    look?.(x);
    return [read, sums, readNext];
  });
  return { x, states: after };
}

/** What the head reads. */
export const finishRwkv = (params: RwkvParams, x: Tensor): Tensor => runNorm(params.finalNorm, x, norm);
