/** Models that remember a text as a state of fixed size: the `LanguageModel` contract over what reading behind a state gives. */

import type { LanguageModel, Sequence, StepRequest, StepResult, StepWants } from '../types.ts';
import { fail } from './errors.ts';
import { type KeptState, type RecurrentPast, recurrentPast } from './recurrent-past.ts';
import { checkBatch, checkIds, checkReading, checkRewind, flatRows, livePasts } from './sequences.ts';

export interface StateSequence extends Sequence {
  /** Bytes of the state that the next token needs: the same at any length. */
  readonly cacheBytes: number;
  fork(): StateSequence;
}

export interface StateModel extends LanguageModel {
  /** Size of the hidden rows. */
  readonly hiddenSize: number;
  open(adapter?: string): StateSequence;
  project(rows: readonly Float32Array[]): Float32Array[];
  embed(ids: readonly number[]): Float32Array[];
}

/** One checked request: all ids to read behind a state, the first `known` of them once more. */
export interface StateReading {
  readonly from: KeptState;
  readonly ids: readonly number[];
  readonly known: number;
}

/** What a kind of model brings. */
export interface StateReader {
  readonly vocabSize: number;
  readonly contextLength: number;
  readonly hiddenSize: number;
  /** Numbers of a state. */
  readonly stateSize: number;
  /** Reads all requests; `states[request]` are those after every 64th token, and the last. */
  read(
    readings: readonly StateReading[],
    wants: StepWants,
  ): { readonly results: StepResult[]; readonly states: readonly (readonly KeptState[])[] };
  /** The logits of hidden rows, one behind the other. */
  project(flat: Float32Array): Float32Array[];
  embed(ids: readonly number[]): Float32Array[];
}

/** `rewind` goes back to the last state kept and reads on from there with the next step. */
export function createStateModel(reader: StateReader): StateModel {
  const { vocabSize, contextLength, hiddenSize, stateSize } = reader;
  /** What every sequence opened here has read. */
  const pasts = livePasts<RecurrentPast>();
  const live = pasts.of;

  const openSequence = (past: RecurrentPast): StateSequence => {
    const sequence: StateSequence = {
      get length() {
        return live(sequence).length;
      },
      get cacheBytes() {
        return live(sequence).from.values.byteLength;
      },
      rewind(to) {
        checkRewind(live(sequence).length, to);
        past.rewind(to);
      },
      fork: () => openSequence(live(sequence).fork()),
      close() {
        pasts.set(sequence, undefined);
      },
    };
    pasts.set(sequence, past);
    return sequence;
  };

  const checkRequest = ({ sequence, ids }: StepRequest) => {
    const past = live(sequence);
    checkReading(ids, past.length, { contextLength, vocabSize });
    const { from, again } = past;
    return { past, from, ids: [...again, ...Array.from(ids)], known: again.length };
  };

  return {
    vocabSize,
    contextLength,
    hiddenSize,
    open(adapter) {
      if (adapter !== undefined) throw fail('model/adapter', { adapter, known: [] });
      return openSequence(recurrentPast({ length: 0, values: new Float32Array(stateSize) }));
    },
    step(batch, wants = {}) {
      if (!batch.length) return [];
      checkBatch(batch);
      const readings = batch.map(checkRequest);
      const { results, states } = reader.read(readings, wants);
      readings.forEach(({ past, ids }, i) => past.advance(ids, states[i]));
      return results;
    },
    project: (rows) => (rows.length === 0 ? [] : reader.project(flatRows(rows, hiddenSize))),
    embed(ids) {
      if (ids.length === 0) return [];
      checkIds(ids, vocabSize);
      return reader.embed(ids);
    },
  };
}
