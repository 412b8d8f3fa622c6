/** What one text being decoded has said so far. It follows rewinds and forks, so processors need no state of their own. */

import { createRepetitionIndex, type RepetitionIndex } from '../repeat/index.ts';
import { fail } from './errors.ts';

/** What a processor may know of the place it is asked about. */
export interface DecodeStep {
  /** Every id so far, the prompt's first. Only to be read. */
  readonly ids: readonly number[];
  readonly promptLength: number;
  /** How often each id occurred, in everything or in the completion alone. Kept up to date, not recounted. */
  counts(scope: CountScope): ReadonlyMap<number, number>;
  /** The repetition index over everything; built when first asked for, O(1) amortised per token from then on. */
  readonly repeats: Pick<RepetitionIndex, 'longestRepeat' | 'repeatEnd' | 'forEachFollower'>;
}

export type CountScope = 'all' | 'completion';

/** A step that can move. */
export interface History extends DecodeStep {
  push(id: number): void;
  /** Back to `length` ids in all; never into the prompt. Costs what the forgotten pushes cost. */
  rewind(length: number): void;
  /** An independent copy: O(length) copies of memory. */
  fork(): History;
}

/** The history of a text that begins with a prompt: the first `promptLength` of the ids, by default all. */
export function createHistory(ids: ArrayLike<number>, promptLength = ids.length): History {
  return historyOf({
    ids: Array.from(ids),
    promptLength,
    counts: new Map(),
    repeats: undefined,
  });
}

interface State {
  readonly ids: number[];
  readonly promptLength: number;
  readonly counts: Map<CountScope, Map<number, number>>;
  repeats: RepetitionIndex | undefined;
}

function historyOf(state: State): History {
  const { ids, promptLength } = state;
  return {
    ids,
    promptLength,
    counts(scope) {
      let counts = state.counts.get(scope);
      if (!counts) {
        counts = new Map();
        for (let i = scope === 'all' ? 0 : promptLength; i < ids.length; i++) add(counts, ids[i], 1);
        state.counts.set(scope, counts);
      }
      return counts;
    },
    get repeats() {
      if (!state.repeats) {
        state.repeats = createRepetitionIndex(2 * ids.length);
        for (const id of ids) state.repeats.push(id);
      }
      return state.repeats;
    },
    push(id) {
      ids.push(id);
      state.repeats?.push(id);
      for (const counts of state.counts.values()) add(counts, id, 1);
    },
    rewind(length) {
      if (!(Number.isInteger(length) && length >= promptLength && length <= ids.length)) {
        throw fail('decode/rewind', { least: promptLength, length: ids.length, to: length });
      }
      state.repeats?.rewind(length);
      while (ids.length > length) {
        const id = ids.pop()!;
        for (const counts of state.counts.values()) add(counts, id, -1);
      }
    },
    fork: () =>
      historyOf({
        ids: ids.slice(),
        promptLength,
        counts: new Map(Array.from(state.counts, ([scope, counts]) => [scope, new Map(counts)])),
        repeats: state.repeats?.fork(),
      }),
  };
}

function add(counts: Map<number, number>, id: number, change: 1 | -1): void {
  const count = (counts.get(id) ?? 0) + change;
  if (count === 0) counts.delete(id);
  else counts.set(id, count);
}
