/** A recurrent model that reads many sequences at once: the `LanguageModel` contract over states of fixed size. */

import { runEmbedding, runLinear } from '../nn/index.ts';
import { fromArray, type Tensor } from '../tensor/index.ts';
import type { StepResult, StepWants } from '../types.ts';
import { keptForReading } from './kept-weights.ts';
import { limits } from './limits.ts';
import {
  finishRecurrent,
  type RecurrentParams,
  recurrentHead,
  runLayers,
  startState,
  unpackStates,
} from './recurrent.ts';
import type { RecurrentConfig } from './recurrent-config.ts';
import { KEPT_EVERY, type KeptState } from './recurrent-past.ts';
import { computeIn, flatRows, rowsOf } from './sequences.ts';
import { createStateModel, type StateModel, type StateReading } from './state-model.ts';

export interface RecurrentModelOptions {
  /** `f32` uses the given parameters as they are and as they change; `bf16` copies the matrices now, at half the bytes. Default `f32`. */
  readonly weights?: 'f32' | 'bf16';
  /** The longest sequence, in tokens. The model itself has no limit: this is one for those who plan by it. Default 8,192. */
  readonly contextLength?: number;
}

export interface RecurrentLanguageModel extends StateModel {
  readonly config: RecurrentConfig;
}

/**
 * A model for generation. A token costs the same at any place, in time and memory. `rewind` goes back to the last state kept
 * and reads on from there with the next step.
 */
export function createRecurrentModel(
  params: RecurrentParams,
  config: RecurrentConfig,
  { weights: kept = 'f32', contextLength = limits.recurrentTokens }: RecurrentModelOptions = {},
): RecurrentLanguageModel {
  const { weights, precision } = keptForReading(params, kept);
  const { vocabSize, width: hiddenSize } = config;
  const compute = computeIn(precision);
  const model = createStateModel({
    vocabSize,
    contextLength,
    hiddenSize,
    start: startState(config),
    read: (readings, wants) => compute(() => read(weights, config, readings, wants)),
    project: (flat) =>
      compute(() => {
        const x = fromArray<'f32'>(flat, [flat.length / hiddenSize, hiddenSize], 'f32');
        return rowsOf(runLinear({ weight: recurrentHead(weights) }, finishRecurrent(weights, x)));
      }),
    embed: (ids) => {
      const all = fromArray<'i32'>(Int32Array.from(ids), [ids.length], 'i32');
      return compute(() => rowsOf(runEmbedding(weights.embedding, all)));
    },
  });
  return { ...model, config };
}

/** What is found on the way: wanted rows, and states that are kept. */
interface Found {
  readonly hidden: Float32Array[];
  readonly layers: Float32Array[][];
  readonly states: KeptState[];
}

/**
 * Reads all requests, as many at a time as are long enough: sorted by length, a batch without padding for each stretch between
 * two ends.
 */
function read(
  params: RecurrentParams,
  config: RecurrentConfig,
  readings: readonly StateReading[],
  { logits: wanted = 'last', hidden: wantsHidden = false, layers: wantsLayers = false }: StepWants,
): { results: StepResult[]; states: KeptState[][] } {
  const found: Found[] = readings.map(() => ({ hidden: [], layers: [], states: [] }));
  const order = [...readings.keys()].sort((a, b) => readings[b].ids.length - readings[a].ids.length);
  const ends = [...new Set(order.map((i) => readings[i].ids.length))].reverse();
  let states = order.map((i) => readings[i].from.values);
  let start = 0;
  for (const end of ends) {
    const rows = order.filter((i) => readings[i].ids.length >= end);
    states = readStretch({ rows, start, end, states });
    start = end;
  }
  return answer();

  function readStretch(stretch: {
    rows: readonly number[];
    start: number;
    end: number;
    states: readonly Float32Array[];
  }): Float32Array[] {
    const { rows, start, end } = stretch;
    const [steps, batch] = [end - start, rows.length];
    const ids = new Int32Array(steps * batch);
    rows.forEach((i, row) => {
      for (let t = 0; t < steps; t++) ids[t * batch + row] = readings[i].ids[start + t];
    });
    const seen: Tensor[] = [];
    const after = runLayers(params, config, fromArray<'i32'>(ids, [steps, batch], 'i32'), {
      states: unpackStates(config, stretch.states.slice(0, batch)),
      look: wantsLayers ? (x) => seen.push(x) : undefined,
    });
    const parts = after.states.flat().map(arrayOf);
    const layerParts = seen.map(arrayOf);
    const top = arrayOf(after.x);
    const rowOf = ({ data, size }: Part, t: number, row: number): Float32Array =>
      data.subarray((t * batch + row) * size, (t * batch + row + 1) * size);
    const stateAt = (t: number, row: number): Float32Array =>
      joined(parts.map((part) => rowOf(part, t, row)));
    return rows.map((i, row) => {
      const { from, ids: all, known } = readings[i];
      for (let t = 0; t < steps; t++) {
        const place = start + t;
        const isLast = place === all.length - 1;
        const length = from.length + place + 1;
        if (isLast || length % KEPT_EVERY === 0) found[i].states.push({ length, values: stateAt(t, row) });
        if (wanted === 'none' || place < known || (wanted === 'last' && !isLast)) continue;
        found[i].hidden.push(rowOf(top, t, row).slice());
        if (wantsLayers) found[i].layers.push(layerParts.map((part) => rowOf(part, t, row).slice()));
      }
      return stateAt(steps - 1, row);
    });
  }

  function answer(): { results: StepResult[]; states: KeptState[][] } {
    const all = logitRows(
      params,
      flatRows(
        found.flatMap(({ hidden }) => hidden),
        config.width,
      ),
      config.width,
    );
    let row = 0;
    const results = found.map(({ hidden, layers }) => ({
      logits: all.slice(row, (row += hidden.length)),
      ...(wantsHidden && { hidden }),
      ...(wantsLayers && { layers }),
    }));
    return { results, states: found.map(({ states: kept }) => kept) };
  }
}

/** A tensor [T, B, size], to be copied out of. */
interface Part {
  readonly data: Float32Array;
  readonly size: number;
}

const arrayOf = ({ data, shape }: Tensor): Part => ({ data: data as Float32Array, size: shape[2] });

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let from = 0;
  for (const array of arrays) {
    all.set(array, from);
    from += array.length;
  }
  return all;
}

/** The logits of rows of states [rows, size], one behind the other. */
function logitRows(params: RecurrentParams, flat: Float32Array, size: number): Float32Array[] {
  if (flat.length === 0) return [];
  const x = fromArray<'f32'>(flat, [flat.length / size, size], 'f32');
  return rowsOf(runLinear({ weight: recurrentHead(params) }, x));
}
