/** A decoder with linear attention that reads many sequences at once, each remembered as one matrix for each head of each layer. */

import { type Attend, linearAttention, linearStateSize, runEmbedding } from '../nn/index.ts';
import { concat, embedding, fromArray, reshape, rowsView, slice, type Tensor } from '../tensor/index.ts';
import type { StepResult, StepWants } from '../types.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, finish, logitsOf, runBlocks } from './decoder.ts';
import { seenExperts } from './expert-shares.ts';
import { limits } from './limits.ts';
import { planOf } from './plan.ts';
import { KEPT_EVERY, type KeptState } from './recurrent-past.ts';
import { rowsOf } from './sequences.ts';
import { createStateModel, type StateModel, type StateReading } from './state-model.ts';

/** Numbers that one layer remembers. */
const layerSize = ({ heads, headSize }: DecoderConfig): number => linearStateSize(heads, headSize);

/**
 * Reads on behind states. A text may be longer than the context of training where positions have no table of places.
 * `compute` runs what makes tensors; what comes out is copied out of them.
 */
export function createLinearModel(
  params: DecoderParams,
  trained: DecoderConfig,
  compute: <Result>(body: () => Result) => Result,
): StateModel {
  const { vocabSize, width: hiddenSize, layers, positions } = trained;
  const hasTable = planOf(trained).scheme.tableShape !== undefined || positions.kind === 'sinusoidal';
  const contextLength = hasTable
    ? trained.contextLength
    : Math.max(trained.contextLength, limits.recurrentTokens);
  const config = { ...trained, contextLength };
  return createStateModel({
    vocabSize,
    contextLength,
    hiddenSize,
    start: new Float32Array(layers * layerSize(config)),
    read: (readings, wants) => compute(() => read(params, config, readings, wants)),
    project: (flat) =>
      compute(() => {
        const x = fromArray<'f32'>(flat, [flat.length / hiddenSize, hiddenSize], 'f32');
        return rowsOf(logitsOf(params, config, finish(params, config, x)));
      }),
    embed: (ids) => compute(() => rowsOf(runEmbedding(params.embedding, indices(ids)))),
  });
}

function read(
  params: DecoderParams,
  config: DecoderConfig,
  readings: readonly StateReading[],
  { logits: wanted = 'last', hidden: wantsHidden = false, ...wants }: StepWants,
): { results: StepResult[]; states: KeptState[][] } {
  const ids = indices(readings.flatMap((reading) => reading.ids));
  const positions = indices(readings.flatMap(({ from, ids }) => ids.map((_, i) => from.length + i)));
  const pasts = readings.map((reading) => statePast(config, reading));
  const states: Tensor[] | undefined = wants.layers ? [] : undefined;
  const sent = wants.experts && config.experts !== undefined ? seenExperts() : undefined;
  const attendAt =
    (layer: number): Attend =>
    (q, k, v) => {
      let row = 0;
      const mixed = pasts.map(({ count, attend }) => {
        const [from, to] = [row, (row += count)];
        const own = (x: Tensor) => asBatch(rowsView(x, from, to));
        return attend(layer, own(q), own(k), own(v));
      });
      return reshape(mixed.length === 1 ? mixed[0] : concat(mixed, 1), q.shape);
    };
  const x = runBlocks(params, config, { ids, positions }, attendAt, {
    look: states && ((state) => states.push(state)),
    route: sent?.route,
  });
  let end = 0;
  const places = readings.map(({ ids: { length }, known }) => {
    const first = end;
    end += length;
    const all = Array.from({ length }, (_, at) => first + at);
    return wanted === 'none' ? [] : wanted === 'last' ? all.slice(-1) : all.slice(known);
  });
  const rows = indices(places.flat());
  const pick = (state: Tensor): Float32Array[] => (rows.size ? rowsOf(embedding(state, rows)) : []);
  const hidden = rows.size ? finish(params, config, embedding(x, rows)) : undefined;
  const logits = hidden ? rowsOf(logitsOf(params, config, hidden)) : [];
  const hiddenRows = hidden && wantsHidden ? rowsOf(hidden) : [];
  const layerRows = states?.map(pick);
  let row = 0;
  const results = places.map((own) => {
    const [from, to] = [row, (row += own.length)];
    return {
      logits: logits.slice(from, to),
      ...(wantsHidden && { hidden: hiddenRows.slice(from, to) }),
      ...(layerRows && { layers: own.map((_, at) => layerRows.map((of) => of[from + at])) }),
      ...(sent && { experts: sent.rowsAt(own) }),
    };
  });
  return { results, states: pasts.map(({ kept }) => kept()) };
}

const asBatch = (rows: Tensor): Tensor => reshape(rows, [1, ...rows.shape]);

const indices = (values: readonly number[]): Tensor =>
  fromArray<'i32'>(Int32Array.from(values), [values.length], 'i32');

/** One request's attention in each layer, and the states it leaves: after every 64th token, and after the last. */
function statePast(config: DecoderConfig, { from, ids }: StateReading) {
  const { heads, headSize, layers } = config;
  const size = layerSize(config);
  const end = from.length + ids.length;
  // Up to the next place where a state is kept, then whole chunks.
  const first = Math.min(end, (Math.floor(from.length / KEPT_EVERY) + 1) * KEPT_EVERY);
  const stretches = first < end ? [[from.length, first], [first, end]] : [[from.length, end]]; // biome-ignore format: pairs
  const lengths = [first];
  for (let length = first + KEPT_EVERY; length < end + KEPT_EVERY && first < end; length += KEPT_EVERY) {
    lengths.push(Math.min(length, end));
  }
  /** What each layer knew after the chunks of each stretch. */
  const states = Array.from({ length: layers }, (): Tensor[] => []);
  const partOf = (values: Float32Array, layer: number): Float32Array =>
    values.subarray(layer * size, (layer + 1) * size);
  return {
    count: ids.length,
    /** Copied out behind the pass: kernels in line are waited for once. */
    kept: (): KeptState[] => {
      const kept = lengths.map((length) => ({ length, values: new Float32Array(layers * size) }));
      states.forEach((stretchStates, layer) => {
        let next = 0;
        for (const found of stretchStates) {
          for (let chunk = 0; chunk < found.shape[2]; chunk++) {
            copyChunk(found, chunk, partOf(kept[next++].values, layer));
          }
        }
      });
      return kept;
    },
    attend(layer: number, q: Tensor, k: Tensor, v: Tensor): Tensor {
      const shape = [1, heads, headSize, headSize + 1];
      let state: Tensor = fromArray<'f32'>(Float32Array.from(partOf(from.values, layer)), shape, 'f32');
      const mixed = stretches.map(([start, stop]) => {
        const rows = (x: Tensor) =>
          asBatch(rowsView(reshape(x, x.shape.slice(1)), start - from.length, stop - from.length));
        const found = linearAttention(rows(q), rows(k), rows(v), state);
        states[layer].push(found.states);
        const { shape: known } = found.states;
        state = reshape(slice(found.states, 2, known[2] - 1), shape);
        return found.mixed;
      });
      return mixed.length === 1 ? mixed[0] : concat(mixed, 1);
    },
  };
}

/** Of states [1, H, chunks, Dh, Dh + 1], those after one chunk. */
function copyChunk(
  { shape: [, heads, chunks, rows, columns], data }: Tensor,
  chunk: number,
  into: Float32Array,
): void {
  const part = rows * columns;
  for (let head = 0; head < heads; head++) {
    const at = (head * chunks + chunk) * part;
    into.set((data as Float32Array).subarray(at, at + part), head * part);
  }
}
