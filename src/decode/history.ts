/** What one text being decoded has said so far. It follows rewinds and forks, and so does all that processors keep of it. */

import { createRepetitionIndex, type RepetitionIndex } from '../repeat/index.ts';
import { createRng, type Rng } from '../rng.ts';
import { fail } from './errors.ts';

/** What a processor may know of the place it is asked about. */
export interface DecodeStep {
  /** Every id so far, the prompt's first. Only to be read. */
  readonly ids: readonly number[];
  readonly promptLength: number;
  /** The ids that end a text; `undefined` if nobody said. */
  readonly eosIds: ReadonlySet<number> | undefined;
  /**
   * How often each id occurred, in everything or in the completion alone, and only among the last `window` ids of the
   * text when given. Kept up to date, not recounted.
   */
  counts(scope: CountScope, window?: number): ReadonlyMap<number, number>;
  /** The repetition index over everything; built when first asked for, O(1) amortised per token from then on. */
  readonly repeats: RepeatsView;
  /** The same over the completion alone. */
  readonly completionRepeats: RepeatsView;
  /** What `maker` keeps of this text; made when first asked for. The function itself is the key. */
  state<State extends TextState<State>>(maker: StateMaker<State>): State;
  /** Random numbers of this place in this text: the same numbers whenever asked, others for every name. */
  random(name: string): Rng;
}

export type CountScope = 'all' | 'completion';

type RepeatsView = Pick<
  RepetitionIndex,
  'longestRepeat' | 'repeatEnd' | 'forEachFollower' | 'forEachContinuation'
>;

/** Something kept about one text: it hears of every token, goes back and splits with the text. */
export interface TextState<Self> {
  /** `id` has been added; it is the last of the text's ids. */
  push(id: number): void;
  /** The text is about to go back to `length` ids; those behind are still there. */
  rewind(length: number): void;
  /** An independent copy for a copy of the text. */
  fork(step: DecodeStep): Self;
}

export type StateMaker<State extends TextState<State>> = (step: DecodeStep) => State;

/** A step that can move. */
export interface History extends DecodeStep {
  push(id: number): void;
  /** Back to `length` ids in all; never into the prompt. Costs what the forgotten pushes cost. */
  rewind(length: number): void;
  /** An independent copy: O(length) copies of memory. With its own random numbers, if given. */
  fork(rng?: Rng): History;
}

export interface HistoryOptions {
  /** The stream that `random` draws from. Default: that of seed 0. */
  readonly rng?: Rng;
  readonly eosIds?: ReadonlySet<number>;
}

/** The history of a text that begins with a prompt: the first `promptLength` of the ids, by default all. */
export function createHistory(
  ids: ArrayLike<number>,
  promptLength = ids.length,
  { rng = createRng(0), eosIds }: HistoryOptions = {},
): History {
  return historyOf({ ids: Array.from(ids), promptLength, eosIds, rng, states: new Map() });
}

interface Memory {
  readonly ids: number[];
  readonly promptLength: number;
  readonly eosIds: ReadonlySet<number> | undefined;
  readonly rng: Rng;
  readonly states: Map<unknown, AnyState>;
}

/** A state whose own type is known only to who made it. */
interface AnyState {
  push(id: number): unknown;
  rewind(length: number): void;
  fork(step: DecodeStep): AnyState;
}

function historyOf(memory: Memory): History {
  const { ids, promptLength, eosIds, rng, states } = memory;
  const kept = <State extends AnyState>(key: unknown, make: () => State): State => {
    let state = states.get(key) as State | undefined;
    if (!state) {
      state = make();
      states.set(key, state);
    }
    return state;
  };
  const indexFrom = (start: number): RepetitionIndex => {
    const index = createRepetitionIndex(2 * (ids.length - start));
    for (let i = start; i < ids.length; i++) index.push(ids[i]);
    return index;
  };

  const history: History = {
    ids,
    promptLength,
    eosIds,
    counts(scope, window = Number.POSITIVE_INFINITY) {
      const start = scope === 'all' ? 0 : promptLength;
      return kept(`counts ${scope} ${window}`, () => countsFrom(start, window, ids)).counts;
    },
    get repeats() {
      return kept('repeats', () => indexFrom(0));
    },
    get completionRepeats() {
      return kept('completion repeats', () => shifted(indexFrom(promptLength), promptLength)).index;
    },
    state: (maker) => kept(maker, () => maker(history) as AnyState) as never,
    random: (name) => rng.split(name).split(ids.length),
    push(id) {
      ids.push(id);
      for (const state of states.values()) state.push(id);
    },
    rewind(length) {
      if (!(Number.isInteger(length) && length >= promptLength && length <= ids.length)) {
        throw fail('decode/rewind', { least: promptLength, length: ids.length, to: length });
      }
      for (const state of states.values()) state.rewind(length);
      ids.length = length;
    },
    fork(ownRng = rng) {
      const copy = {
        ids: ids.slice(),
        promptLength,
        eosIds,
        rng: ownRng,
        states: new Map<unknown, AnyState>(),
      };
      const forked = historyOf(copy);
      for (const [key, state] of states) copy.states.set(key, state.fork(forked));
      return forked;
    },
  };
  return history;
}

/** Counts of the ids from `start` on, among the last `window`. */
interface Counts extends AnyState {
  readonly counts: Map<number, number>;
}

function countsFrom(
  start: number,
  window: number,
  ids: readonly number[],
  counts: Map<number, number> = new Map(),
): Counts {
  const add = (place: number, change: 1 | -1): void => {
    if (place < start) return;
    const count = (counts.get(ids[place]) ?? 0) + change;
    if (count === 0) counts.delete(ids[place]);
    else counts.set(ids[place], count);
  };
  const push = (length: number): void => {
    add(length - 1, 1);
    add(length - 1 - window, -1);
  };
  if (counts.size === 0) for (let length = start + 1; length <= ids.length; length++) push(length);
  return {
    counts,
    push: () => push(ids.length),
    rewind(to) {
      for (let length = ids.length; length > to; length--) {
        add(length - 1, -1);
        add(length - 1 - window, 1);
      }
    },
    fork: (step) => countsFrom(start, window, step.ids, new Map(counts)),
  };
}

/** An index that begins at `start`, told of lengths of the whole text. */
function shifted(index: RepetitionIndex, start: number): AnyState & { readonly index: RepetitionIndex } {
  return {
    index,
    push: (id) => index.push(id),
    rewind: (length) => index.rewind(length - start),
    fork: () => shifted(index.fork(), start),
  };
}
