/** Which pairs merge, how early, and into what. */

import { PairTable } from './pair-table.ts';

/**
 * One merge, as ids. Of two possible merges the one with the lower priority happens first; merges of one priority make
 * the same token.
 */
export interface MergeRow {
  readonly left: number;
  readonly right: number;
  readonly priority: number;
  readonly id: number;
}

/** Merges ready for look-up. */
export interface MergeRules {
  /** The priority of a pair, or `NEVER`. */
  priority(left: number, right: number): number;
  /** The token that a pair with this priority becomes. */
  result(priority: number): number;
}

/** Larger than every priority, which are below `limits.merges`. */
export const NEVER = 2 ** 24;

/** One of 32 classes of an id. */
const classOf = (id: number): number => Math.imul(id, 0x9e3779b1) >>> 27;

/**
 * Indexes merges of ids below `vocabSize`. Most pairs that text offers never merge; two small tables answer for most
 * of those: for each id, the classes of ids that it may stand before, and those that it may stand behind.
 */
export function createMergeRules(vocabSize: number, merges: readonly MergeRow[]): MergeRules {
  const table = new PairTable(merges.length);
  const results = new Int32Array(merges.reduce((most, { priority }) => Math.max(most, priority + 1), 0));
  const before = new Int32Array(vocabSize);
  const behind = new Int32Array(vocabSize);
  for (const { left, right, priority, id } of merges) {
    table.set(left, right, priority);
    results[priority] = id;
    before[left] |= 1 << classOf(right);
    behind[right] |= 1 << classOf(left);
  }
  return {
    priority(left, right) {
      if (((before[left] >>> classOf(right)) & (behind[right] >>> classOf(left)) & 1) === 0) return NEVER;
      const priority = table.get(left, right);
      return priority < 0 ? NEVER : priority;
    },
    result: (priority) => results[priority],
  };
}
