/**
 * Recurrent language models: embedding, layers of RNN (Elman 1990), GRU (Cho et al. 2014) or LSTM (Hochreiter & Schmidhuber 1997) one
 * above the other (Graves 2013) or of RWKV, head. Shapes: B sequences of T tokens, D = width, V = vocabulary; inside, time is the first axis.
 */

import {
  embeddingSpec,
  headLoss,
  initialize,
  linearSpec,
  normalInit,
  type Parameters,
  recurrentSpec,
  runEmbedding,
  runLinear,
  runRecurrent,
} from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import { affine, cast, dropout, fromArray, permute, type Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';
import { type CellConfig, hasCells, layerConfig, type RecurrentConfig } from './recurrent-config.ts';
import { emptyRwkvState, finishRwkv, type RwkvParams, runRwkv, rwkvSpec, rwkvStateSizes } from './rwkv.ts';

/** The tree of parameter shapes and initialisers. Paths are the names in a checkpoint. */
export const recurrentModelSpec = (config: RecurrentConfig) =>
  hasCells(config) ? cellsSpec(config) : rwkvSpec(config);

function cellsSpec(config: CellConfig) {
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

export type CellParams = Parameters<ReturnType<typeof cellsSpec>>;
export type RecurrentParams = CellParams | RwkvParams;

const isRwkv = (params: RecurrentParams): params is RwkvParams => 'firstNorm' in params;

/** New parameters, f32: recurrent matrices orthogonal, forget gates open. Equal seeds give equal parameters. */
export function initRecurrent(config: CellConfig, rng: Rng): CellParams;
export function initRecurrent(config: RecurrentConfig, rng: Rng): RecurrentParams;
export function initRecurrent(config: RecurrentConfig, rng: Rng): RecurrentParams {
  return initialize(recurrentModelSpec(config), rng);
}

/** What a layer remembers, in one tensor or several: [B, n], or after each token [T, B, n]. */
export type LayerState = readonly Tensor[];

/** The n of each of a layer's tensors. */
export function stateSizes(config: RecurrentConfig): readonly number[] {
  const { cell, width } = config;
  return cell === 'rwkv' ? rwkvStateSizes(width) : cell === 'lstm' ? [width, width] : [width];
}

/** What all layers remember before the first token, one behind the other. */
export function startState(config: RecurrentConfig): Float32Array {
  const size = stateSizes(config).reduce((sum, n) => sum + n, 0);
  const all = new Float32Array(config.layers * size);
  if (hasCells(config)) return all;
  for (let layer = 0; layer < config.layers; layer++) all.set(emptyRwkvState(config.width), layer * size);
  return all;
}

/** States of several texts, each as `startState` has one, as the tensors of each layer. */
export function unpackStates(
  config: RecurrentConfig,
  kept: readonly Float32Array[],
  dtype: 'f32' | 'f64' = 'f32',
): LayerState[] {
  let from = 0;
  const part = (n: number): Tensor => {
    const values = new Float32Array(kept.length * n);
    kept.forEach((state, row) => values.set(state.subarray(from, from + n), row * n));
    from += n;
    return cast(fromArray<'f32'>(values, [kept.length, n], 'f32'), dtype);
  };
  return Array.from({ length: config.layers }, () => stateSizes(config).map(part));
}

/** How a pass reads its tokens. */
export interface RecurrentPass {
  /** What each layer remembers before the first token. Default: nothing. */
  readonly states?: readonly LayerState[];
  /** Turns dropout on: a seed that must differ from step to step. */
  readonly dropoutSeed?: number;
  /** Is shown what enters the first layer, then what each layer hands on: [T, B, D]. */
  readonly look?: (x: Tensor) => void;
}

/**
 * What the first layer reads: [..., D]. The table is of size 1/√D for the head; times √D it is of unit size, as in Transformers with a
 * tied head (Vaswani et al. 2017, §3.4).
 */
export function embedIds({ embedding }: CellParams, { width }: RecurrentConfig, ids: Tensor): Tensor {
  return affine(runEmbedding(embedding, ids), Math.sqrt(width), 0);
}

/** What the head reads after each token of ids i32 [T, B], [T, B, D], and what each layer remembers then. */
export function runLayers(
  params: RecurrentParams,
  config: RecurrentConfig,
  ids: Tensor,
  { states, dropoutSeed, look }: RecurrentPass = {},
): { readonly x: Tensor; readonly states: readonly LayerState[] } {
  const drop = dropoutOf(config, dropoutSeed);
  const { dtype } = params.embedding.weight;
  const before =
    states ??
    unpackStates(config, Array(ids.shape[1]).fill(startState(config)), dtype === 'f64' ? dtype : 'f32');
  if (isRwkv(params)) {
    const { x, states: after } = runRwkv(params, ids, { states: before, drop, look });
    return { x: finishRwkv(params, x), states: after };
  }
  const layer = layerConfig(config as CellConfig);
  let x = embedIds(params, config, ids);
  look?.(x);
  x = drop(x, 0);
  const after = params.layers.map((weights, i) => {
    const [hidden, cell] = before[i];
    const state = runRecurrent(weights, x, layer, { hidden, cell });
    look?.(state.hidden);
    x = drop(state.hidden, i + 1);
    return state.cell ? [state.hidden, state.cell] : [state.hidden];
  });
  return { x, states: after };
}

/** What the head reads of what `look` is shown last. */
export const finishRecurrent = (params: RecurrentParams, x: Tensor): Tensor =>
  isRwkv(params) ? finishRwkv(params, x) : x;

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

/** What the head reads: ids i32 [B, T] → [B, T, D]. */
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
