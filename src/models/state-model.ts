/** Models that remember a text as a state of fixed size: the `LanguageModel` contract over what reading behind a state gives. */

import type { LanguageModel, StepRequest, StepResult, StepWants } from '../types.ts';
import { fail } from './errors.ts';
import { type KeptState, type RecurrentPast, recurrentPast } from './recurrent-past.ts';
import {
  checkBatch,
  checkIds,
  checkReading,
  flatRows,
  type SizedSequence,
  sequencesOver,
} from './sequences.ts';

export interface StateModel extends LanguageModel {
  /** Size of the hidden rows. */
  readonly hiddenSize: number;
  open(adapter?: string): SizedSequence;
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
  /** The state before the first token. */
  readonly start: Float32Array;
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
  const { vocabSize, contextLength, hiddenSize, start } = reader;
  const { of: live, open: openSequence } = sequencesOver<RecurrentPast>();

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
      return openSequence(recurrentPast({ length: 0, values: start }));
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
