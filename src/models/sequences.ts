/** What the models that read many sequences at once have in common: which sequences are theirs, and what they refuse. */

import {
  aheadOfKernels,
  type Precision,
  scope,
  type Tensor,
  withPrecision,
  withRecording,
} from '../tensor/index.ts';
import type { Sequence, StepRequest } from '../types.ts';
import { fail } from './errors.ts';

/** What each sequence of one model has read, until it is closed. */
export interface LivePasts<Past> {
  /** @throws for one that was closed, or is another model's. */
  of(sequence: Sequence): Past;
  /** `undefined`: it is closed. */
  set(sequence: Sequence, past: Past | undefined): void;
}

export function livePasts<Past>(): LivePasts<Past> {
  const pasts = new WeakMap<Sequence, Past | undefined>();
  return {
    of(sequence) {
      const past = pasts.get(sequence);
      if (past) return past;
      throw pasts.has(sequence) ? fail('model/closed', {}) : fail('model/foreign-sequence', {});
    },
    set: (sequence, past) => void pasts.set(sequence, past),
  };
}

/** A sequence that tells its size. */
export interface SizedSequence extends Sequence {
  /** Bytes of what it remembers. */
  readonly cacheBytes: number;
  fork(): SizedSequence;
}

interface SizedPast<Past> {
  readonly length: number;
  readonly sizeBytes: number;
  rewind(length: number): void;
  fork(): Past;
}

/** The sequences of a model, each over a past of its own. */
export function sequencesOver<Past extends SizedPast<Past>>() {
  const { of, set } = livePasts<Past>();
  const open = (past: Past): SizedSequence => {
    const own: SizedSequence = {
      get length() {
        return of(own).length;
      },
      get cacheBytes() {
        return of(own).sizeBytes;
      },
      rewind(to) {
        checkRewind(of(own).length, to);
        past.rewind(to);
      },
      fork: () => open(of(own).fork()),
      close: () => set(own, undefined),
    };
    set(own, past);
    return own;
  };
  return { of, open };
}

/** Runs passes in one precision. What comes out is copied out of tensors, so that no scope need look for any in it. */
export const computeIn =
  (precision: Precision) =>
  <Result>(body: () => Result): Result =>
    withPrecision(precision, () =>
      withRecording(false, () =>
        aheadOfKernels(() => {
          let result: Result;
          scope(() => {
            result = body();
          });
          return result!;
        }),
      ),
    );

export function checkRewind(length: number, to: number): void {
  if (!Number.isInteger(to) || to < 0 || to > length) throw fail('model/rewind', { length, to });
}

/** No sequence may come twice. */
export function checkBatch(batch: readonly StepRequest[]): void {
  if (batch.length > 1 && new Set(batch.map(({ sequence }) => sequence)).size < batch.length) {
    throw fail('model/sequence-twice', {});
  }
}

/** Tokens that are read behind `past` others. */
export function checkReading(
  ids: ArrayLike<number>,
  past: number,
  { contextLength, vocabSize }: { readonly contextLength: number; readonly vocabSize: number },
): void {
  if (!ids.length) throw fail('model/no-ids', {});
  const length = past + ids.length;
  if (length > contextLength) throw fail('model/too-long', { length, contextLength });
  checkIds(ids, vocabSize);
}

export function checkIds(ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (!(Number.isInteger(id) && id >= 0 && id < vocabSize)) throw fail('model/id', { id, vocabSize });
  }
}

/** Rows for the head, one behind the other. */
export function flatRows(rows: readonly Float32Array[], hiddenSize: number): Float32Array {
  const flat = new Float32Array(rows.length * hiddenSize);
  rows.forEach((row, i) => {
    if (row.length !== hiddenSize) throw fail('model/row-size', { got: row.length, hiddenSize });
    flat.set(row, i * hiddenSize);
  });
  return flat;
}

/** The rows of x [rows, n], copied out of it in one go. */
export function rowsOf(x: Tensor): Float32Array[] {
  const [rows, n] = x.shape;
  const data = (x.data as Float32Array).slice();
  return Array.from({ length: rows }, (_, row) => data.subarray(row * n, (row + 1) * n));
}
