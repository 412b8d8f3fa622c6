/** How many n-grams a text shares with its references: what BLEU, chrF and ROUGE-n are made of. */

import type { Ids } from '../../repeat/index.ts';

/** The n-grams of one order. */
export interface NgramMatches {
  /** n-grams of the hypothesis. */
  readonly hypothesis: number;
  /** n-grams of each reference. */
  readonly references: readonly number[];
  /** For each reference, the n-grams of the hypothesis found in it, each at most as often as it stands there. */
  readonly matches: readonly number[];
  /** The same for all references together: each n-gram at most as often as in the reference that has it most. */
  readonly clipped: number;
}

/** Matches of one hypothesis with its references, for the orders 1…`orders`. */
export type NgramMatcher = (hypothesis: Ids, references: readonly Ids[], orders: number) => NgramMatches[];

/**
 * Makes a matcher that keeps its memory from one text to the next. An n-gram is numbered as the pair (number of its first
 * n − 1 ids, last id), so that equal n-grams get equal numbers without a string being built. O(length × orders).
 */
export function createNgramMatcher(): NgramMatcher {
  const number = createPairNumbering();
  return (hypothesis, references, orders) => {
    const texts = [hypothesis, ...references];
    const grams = texts.map(({ length }) => new Int32Array(length));
    const total = texts.reduce((sum, { length }) => sum + length, 0);
    const own = new Int32Array(total);
    const theirs = new Int32Array(total);
    const most = new Int32Array(total);
    return Array.from({ length: orders }, (_, k) => {
      const sizes = texts.map(({ length }) => Math.max(length - k, 0));
      number.begin(total);
      texts.forEach((ids, t) => {
        for (let i = 0; i < sizes[t]; i++) grams[t][i] = number.of(grams[t][i], ids[i + k]);
      });
      own.fill(0);
      most.fill(0);
      for (let i = 0; i < sizes[0]; i++) own[grams[0][i]]++;
      let clipped = 0;
      const matches = references.map((_, r) => {
        theirs.fill(0);
        let found = 0;
        for (let i = 0; i < sizes[r + 1]; i++) {
          const gram = grams[r + 1][i];
          const count = ++theirs[gram];
          if (count <= own[gram]) found++;
          if (count > most[gram]) {
            most[gram] = count;
            if (count <= own[gram]) clipped++;
          }
        }
        return found;
      });
      return { hypothesis: sizes[0], references: sizes.slice(1), matches, clipped };
    });
  };
}

/** Numbers pairs from 0 as they come: a hash table in typed arrays, emptied by counting up its mark. */
function createPairNumbering() {
  let firsts = new Int32Array(0);
  let seconds = new Int32Array(0);
  let numbers = new Int32Array(0);
  let marks = new Int32Array(0);
  let mark = 0;
  let next = 0;
  return {
    /** Forgets all pairs; makes room for `most` of them. */
    begin(most: number): void {
      next = 0;
      mark++;
      if (2 * most <= firsts.length) return;
      const size = 2 ** Math.ceil(Math.log2(4 * most));
      [firsts, seconds, numbers, marks] = Array.from({ length: 4 }, () => new Int32Array(size));
      mark = 1;
    },
    of(first: number, second: number): number {
      const wrap = firsts.length - 1;
      let at = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 0;
      at = (at ^ (at >>> 15)) & wrap;
      while (marks[at] === mark) {
        if (firsts[at] === first && seconds[at] === second) return numbers[at];
        at = (at + 1) & wrap;
      }
      marks[at] = mark;
      firsts[at] = first;
      seconds[at] = second;
      numbers[at] = next;
      return next++;
    },
  };
}
