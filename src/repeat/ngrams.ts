/**
 * n-gram repetition of id sequences. All rates of one sequence come from one pass over a repetition index:
 * the n-gram that ends at a place is a repeat exactly when the longest repeat there has n ids or more.
 */

import { fail } from './errors.ts';
import { createRepetitionIndex } from './repetition-index.ts';

/** A sequence of token ids. */
export type Ids = ArrayLike<number>;

/** How many n-grams there are, and how many of them occurred earlier in the same sequence. */
export interface NgramCount {
  readonly total: number;
  readonly repeated: number;
}

/** Counts the n-grams of one sequence for every n of `sizes`. O(length). */
export function countNgrams(ids: Ids, sizes: readonly number[]): NgramCount[] {
  for (const n of sizes) positiveInteger('n', n);
  const index = createRepetitionIndex(ids.length);
  for (let i = 0; i < ids.length; i++) index.push(ids[i]);
  const repeats = index.repeatLengths();
  return sizes.map((n) => {
    let repeated = 0;
    for (const length of repeats) if (length >= n) repeated++;
    return { total: Math.max(ids.length - n + 1, 0), repeated };
  });
}

/**
 * seq-rep-n of one continuation: 1 − distinct n-grams / n-grams, in [0, 1]; 0 when it is shorter than n.
 * Welleck et al., "Neural text generation with unlikelihood training", 2019, §3.
 */
export function seqRep(ids: Ids, n: number): number {
  return repeatedShare(countNgrams(ids, [n])[0]);
}

/** repeated / total; 0 when there are none. */
export function repeatedShare({ total, repeated }: NgramCount): number {
  return total === 0 ? 0 : repeated / total;
}

/** rep-2, rep-3, rep-4 and what they leave over, all in percent. */
export interface CorpusRepetition {
  readonly rep2: number;
  readonly rep3: number;
  readonly rep4: number;
  /** (1 − rep-2)(1 − rep-3)(1 − rep-4), in percent: 100 repeats nothing. */
  readonly diversity: number;
}

export interface CorpusRepetitionOptions {
  /**
   * `simctg`: as the published figures were made — the last token of every text is ignored, and the rates are rounded
   * to two decimals before they are multiplied. Without it the definition is followed exactly.
   */
  readonly quirk?: 'simctg';
}

/**
 * rep-n over a corpus of continuations: 1 − (distinct n-grams, summed over texts) / (n-grams, summed over texts).
 * Su et al., "A contrastive framework for neural text generation", 2022, §4.1 and its evaluation code.
 */
export function corpusRepetition(
  sequences: readonly Ids[],
  options: CorpusRepetitionOptions = {},
): CorpusRepetition {
  const official = options.quirk === 'simctg';
  const totals = [2, 3, 4].map(() => ({ total: 0, repeated: 0 }));
  for (const ids of sequences) {
    countNgrams(official ? withoutLast(ids) : ids, [2, 3, 4]).forEach(({ total, repeated }, i) => {
      totals[i].total += total;
      totals[i].repeated += repeated;
    });
  }
  const round = official
    ? (percent: number) => Math.round(percent * 100) / 100
    : (percent: number) => percent;
  const [rep2, rep3, rep4] = totals.map((count) => round(100 * repeatedShare(count)));
  const diversity = round(100 * (1 - rep2 / 100) * (1 - rep3 / 100) * (1 - rep4 / 100));
  return { rep2, rep3, rep4, diversity };
}

function withoutLast(ids: Ids): Ids {
  return Array.prototype.slice.call(ids, 0, -1);
}

/**
 * distinct-n: distinct n-grams of the whole corpus / n-grams of the whole corpus, in [0, 1]; 1 when there are none.
 * Li et al., "A diversity-promoting objective function for neural conversation models", 2016, §5.2.
 */
export function distinctNgrams(sequences: readonly Ids[], n: number): number {
  positiveInteger('n', n);
  const number = createNgramNumbering(n);
  let total = 0;
  let distinct = 0;
  for (const ids of sequences) {
    for (const gram of number(ids)) {
      total++;
      if (gram === distinct) distinct++;
    }
  }
  return total === 0 ? 1 : distinct / total;
}

/**
 * Numbers the n-grams of many sequences: equal n-grams get equal numbers, new ones the next free number from 0.
 * One entry for each place where an n-gram ends.
 */
export function createNgramNumbering(n: number): (ids: Ids) => Int32Array {
  // An n-gram is the pair (number of its first n − 1 ids, last id). The first is below 2²⁴ (a Map holds no more), ids are below 2²⁹.
  const orders = Array.from({ length: n }, () => new Map<number, number>());
  const numberOf = (order: Map<number, number>, prefix: number, id: number): number => {
    const pair = prefix * 2 ** 29 + id;
    let known = order.get(pair);
    if (known === undefined) order.set(pair, (known = order.size));
    return known;
  };
  return (ids) => {
    const grams = new Int32Array(Math.max(ids.length - n + 1, 0));
    orders.forEach((order, k) => {
      for (let i = 0; i < grams.length; i++) grams[i] = numberOf(order, grams[i], ids[i + k]);
    });
    return grams;
  };
}

export function positiveInteger(option: string, value: number): void {
  if (!(Number.isInteger(value) && value >= 1))
    throw fail('repeat/option', { option, rule: 'an integer ≥ 1', value });
}
