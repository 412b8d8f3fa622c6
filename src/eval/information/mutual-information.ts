/** How much one symbol tells about another: at a distance, and for pairs of neighbours. */

import type { Ids } from '../../repeat/index.ts';
import { createRng, shuffle } from '../../rng.ts';
import { checkInteger } from '../errors.ts';
import { entropyOfCounts, millerMadow } from './block-entropy.ts';
import { countPairs, type PairTable } from './symbols.ts';

export interface MutualInformation {
  readonly distance: number;
  readonly pairs: number;
  /** I(X;Y) = H(X) + H(Y) − H(X,Y) of the shares, in bits; never below 0, and above 0 by chance alone. */
  readonly bits: number;
  /** With each of the three entropies corrected (Miller and Madow); may fall below 0. */
  readonly corrected: number;
}

/** The information that a symbol gives about the one `distance` places later. Li, "Mutual information functions", 1990. */
export function mutualInformation(rows: readonly Ids[], distance = 1): MutualInformation {
  const { pairs, firsts, seconds, total } = countPairs(rows, distance);
  const bits =
    entropyOfCounts(firsts.values()) +
    entropyOfCounts(seconds.values()) -
    entropyOfCounts(pairs.map(({ count }) => count));
  const correction =
    millerMadow(firsts.size, total) + millerMadow(seconds.size, total) - millerMadow(pairs.length, total);
  return { distance, pairs: total, bits: Math.max(0, bits), corrected: bits + correction };
}

/** The same rows with their symbols in random order: what is measured of these is what chance gives. */
export function shuffledRows(rows: readonly Ids[], seed = 0): Int32Array[] {
  const rng = createRng(seed);
  const all = Int32Array.from(rows.flatMap((row) => Array.from(row)));
  shuffle(all, rng);
  let from = 0;
  return rows.map((row) => all.subarray(from, (from += row.length)));
}

export interface NeighbourPair {
  readonly first: number;
  readonly second: number;
  readonly count: number;
  /** log2 of p(x, y)/(p(x)·p(y)): how much likelier the pair is than if its parts did not know of each other, in bits. */
  readonly pmi: number;
  /** PMI over −log2 p(x, y): 1 where the two only ever stand together, 0 where neither knows of the other. */
  readonly npmi: number;
}

export interface NeighbourOptions {
  /** Pairs seen less often are left out: of these PMI says little. Default 5. */
  readonly minCount?: number;
  /** How many, those with the highest normalized PMI. Default 20. */
  readonly most?: number;
}

/**
 * Pointwise mutual information of neighbours. Church and Hanks, "Word association norms", 1990; normalized: Bouma 2009. Of equals
 * the more frequent pair comes first.
 */
export function neighbourPairs(
  rows: readonly Ids[],
  { minCount = 5, most = 20 }: NeighbourOptions = {},
): NeighbourPair[] {
  checkInteger('neighbourPairs', 'minCount', minCount, 1);
  checkInteger('neighbourPairs', 'most', most, 1);
  const table = countPairs(rows, 1);
  return table.pairs
    .filter(({ count }) => count >= minCount)
    .map((pair) => ({ ...pair, ...pointwise(table, pair) }))
    .sort((a, b) => b.npmi - a.npmi || b.count - a.count || a.first - b.first || a.second - b.second)
    .slice(0, most);
}

function pointwise(
  { firsts, seconds, total }: PairTable,
  { first, second, count }: PairTable['pairs'][number],
): { pmi: number; npmi: number } {
  const pmi = Math.log2((count * total) / (firsts.get(first)! * seconds.get(second)!));
  const surprise = Math.log2(total / count);
  return { pmi, npmi: surprise === 0 ? 1 : pmi / surprise };
}
