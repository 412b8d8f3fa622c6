/**
 * Recurrent language models: embedding, layers of RNN (Elman 1990), GRU (Cho et al. 2014) or LSTM (Hochreiter & Schmidhuber 1997) one
 * above the other (Graves 2013), head. Shapes: B sequences of T tokens, D = width, V = vocabulary; inside, time is the first axis.
 */

import {
  embeddingSpec,
  emptyState,
  headLoss,
  initialize,
  linearSpec,
  normalInit,
  type Parameters,
  type RecurrentState,
  recurrentSpec,
  runEmbedding,
  runLinear,
  runRecurrent,
} from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import { affine, dropout, fromArray, permute, type Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';
import { layerConfig, type RecurrentConfig } from './recurrent-config.ts';

/** The tree of parameter shapes and initialisers. Paths are the names in a checkpoint. */
export function recurrentModelSpec(config: RecurrentConfig) {
  const { vocabSize, width, layers, tiedHead } = config;
  // States lie in (−1, 1): logits from a table like this begin near 0.
  const init = normalInit(1 / Math.sqrt(width));
  const head: { head?: ReturnType<typeof linearSpec> } = tiedHead
    ? {}
    : { head: linearSpec(width, vocabSize, { init }) };
  return {
    embedding: embeddingSpec(vocabSize, width, init),
    layers: Array.from({ length: layers }, () => recurrentSpec(layerConfig(config))),
    ...head,
  };
}

export type RecurrentParams = Parameters<ReturnType<typeof recurrentModelSpec>>;

/** New parameters, f32: recurrent matrices orthogonal, forget gates open. Equal seeds give equal parameters. */
export function initRecurrent(config: RecurrentConfig, rng: Rng): RecurrentParams {
  return initialize(recurrentModelSpec(config), rng);
}

/** How a pass reads its tokens. */
export interface RecurrentPass {
  /** What each layer remembers before the first token. Default: nothing. */
  readonly states?: readonly RecurrentState[];
  /** Turns dropout on: a seed that must differ from step to step. */
  readonly dropoutSeed?: number;
  /** Is shown what enters the first layer, then what each layer hands on: [T, B, D]. */
  readonly look?: (x: Tensor) => void;
}

/**
 * What the first layer reads: [..., D]. The table is of size 1/√D for the head; times √D it is of unit size, as in Transformers with a
 * tied head (Vaswani et al. 2017, §3.4).
 */
export function embedIds({ embedding }: RecurrentParams, { width }: RecurrentConfig, ids: Tensor): Tensor {
  return affine(runEmbedding(embedding, ids), Math.sqrt(width), 0);
}

/** What each layer remembers after each token of ids i32 [T, B]: every tensor [T, B, D]. The last layer's is what the head reads. */
export function runLayers(
  params: RecurrentParams,
  config: RecurrentConfig,
  ids: Tensor,
  { states, dropoutSeed, look }: RecurrentPass = {},
): { readonly x: Tensor; readonly states: readonly RecurrentState[] } {
  const drop = dropoutOf(config, dropoutSeed);
  const layer = layerConfig(config);
  let x = embedIds(params, config, ids);
  look?.(x);
  x = drop(x, 0);
  const after = params.layers.map((weights, i) => {
    const before = states?.[i] ?? emptyState(layer, ids.shape[1], x.dtype as 'f32');
    const state = runRecurrent(weights, x, layer, before);
    look?.(state.hidden);
    x = drop(state.hidden, i + 1);
    return state;
  });
  return { x, states: after };
}

function dropoutOf({ dropout: p }: RecurrentConfig, seed: number | undefined) {
  return (x: Tensor, stream: number): Tensor =>
    p && seed !== undefined ? dropout(x, p, { seed, stream }) : x;
}

export interface RecurrentBatch extends Pick<RecurrentPass, 'dropoutSeed'> {
  /** i32 [B, T]. */
  readonly ids: Tensor;
  /** i32 [B, T]: the id that should follow each token; −1 counts for nothing. */
  readonly targets: Tensor;
}

/** i32 [B, T] → [T, B], checked. */
export function timeFirst(ids: Tensor): Tensor<'i32'> {
  if (ids.shape.length !== 2) throw fail('model/tokens-shape', { got: ids.shape });
  const [batch, length] = ids.shape;
  const turned = new Int32Array(batch * length);
  for (let i = 0; i < turned.length; i++) turned[(i % length) * batch + Math.floor(i / length)] = ids.data[i];
  return fromArray<'i32'>(turned, [length, batch], 'i32');
}

/** The last layer's states: ids i32 [B, T] → [B, T, D]. */
export function recurrentHidden(
  params: RecurrentParams,
  config: RecurrentConfig,
  ids: Tensor,
  pass: RecurrentPass = {},
): Tensor {
  return permute(runLayers(params, config, timeFirst(ids), pass).x, [1, 0, 2]);
}

/** The matrix that turns states into logits, [V, D]. */
export function recurrentHead(params: RecurrentParams): Tensor {
  return (params.head ?? params.embedding).weight;
}

/** Logits of every place: ids i32 [B, T] → [B, T, V]. */
export function recurrentLogits(
  params: RecurrentParams,
  config: RecurrentConfig,
  ids: Tensor,
  pass: RecurrentPass = {},
): Tensor {
  return runLinear({ weight: recurrentHead(params) }, recurrentHidden(params, config, ids, pass));
}

/** Mean next-token cross-entropy of a batch, in nats. The gradient goes back through all its T steps. */
export function recurrentLoss(
  params: RecurrentParams,
  config: RecurrentConfig,
  { ids, targets, dropoutSeed }: RecurrentBatch,
): Tensor {
  const { x } = runLayers(params, config, timeFirst(ids), { dropoutSeed });
  return headLoss(x, recurrentHead(params), timeFirst(targets));
}
