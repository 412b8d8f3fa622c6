/**
 * What a recurrent model keeps of a text it has read: its state, which is as large after a thousand tokens as after one, the ids,
 * and the state after every 64th token, so that going back costs no more than 63 tokens read again.
 */

/** Tokens between two states that are kept. */
export const KEPT_EVERY = 64;

/** All layers' states after `length` tokens, one behind the other. Nobody writes into it. */
export interface KeptState {
  readonly length: number;
  readonly values: Float32Array;
}

export interface RecurrentPast {
  readonly length: number;
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
    },
    rewind(length) {
      ids.length = length;
      while (latest().length > length) kept.pop();
    },
    fork: () => createPast(ids.slice(), kept.slice()),
  };
}
