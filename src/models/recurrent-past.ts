/**
 * What a recurrent model keeps of a text it has read: its state, which is as large after a thousand tokens as after one, the ids,
 * and some of the states on the way, dense near the end and rarer further back: going back by n tokens costs no more than n/4 + 63
 * tokens read again, and what is kept grows with the logarithm of the length.
 */

import { LINEAR_CHUNK } from '../nn/index.ts';

/** Tokens between two states that are kept of what was read last: linear attention finds them there. */
export const KEPT_EVERY = LINEAR_CHUNK;
/** So many are kept before every second of them has to do, and of each doubling again. */
const DENSE = 4;

/** Whether the state after `length` tokens is still kept when there are `total`. */
function isKept(length: number, total: number): boolean {
  const age = (total - length) / KEPT_EVERY / DENSE;
  const every = KEPT_EVERY * 2 ** Math.max(0, Math.floor(Math.log2(age)));
  return age < 1 || length % every === 0;
}

/** All layers' states after `length` tokens, one behind the other. Nobody writes into it. */
export interface KeptState {
  readonly length: number;
  readonly values: Float32Array;
}

export interface RecurrentPast {
  readonly length: number;
  /** Bytes of the state that the next token needs: the same at any length. */
  readonly sizeBytes: number;
  /** From where reading goes on: the latest state, and the ids after it, which have to be read again first. */
  readonly from: KeptState;
  readonly again: readonly number[];
  /** Takes in what was read behind `from`: those ids, and the states found on the way, in order; the last is the latest. */
  advance(ids: ArrayLike<number>, states: readonly KeptState[]): void;
  rewind(length: number): void;
  fork(): RecurrentPast;
}

/** A text of which nothing was read yet, with the state that this is. */
export const recurrentPast = (start: KeptState): RecurrentPast => createPast([], [start]);

/** `kept` is in order, and its first state is that of length 0. */
function createPast(ids: number[], kept: KeptState[]): RecurrentPast {
  const latest = (): KeptState => kept[kept.length - 1];
  return {
    get length() {
      return ids.length;
    },
    get sizeBytes() {
      return latest().values.byteLength;
    },
    get from() {
      return latest();
    },
    get again() {
      return ids.slice(latest().length);
    },
    advance(read, states) {
      for (let i = ids.length - latest().length; i < read.length; i++) ids.push(read[i]);
      // The latest state was kept to go on from; now another one is, and it stays only where its turn has come.
      if (latest().length % KEPT_EVERY) kept.pop();
      kept.push(...states);
      const thinned = kept.filter(({ length }) => isKept(length, ids.length));
      kept.splice(0, kept.length, ...thinned);
    },
    rewind(length) {
      ids.length = length;
      while (latest().length > length) kept.pop();
    },
    fork: () => createPast(ids.slice(), kept.slice()),
  };
}
