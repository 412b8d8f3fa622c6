/** How the vocabulary of a text grows, and how unevenly it is used: the laws of Heaps and Zipf. */

import { type Ids, tokenCounts } from '../../repeat/index.ts';
import { checkInteger } from '../errors.ts';

export interface GrowthPoint {
  readonly symbols: number;
  readonly kinds: number;
}

export interface VocabularyGrowth {
  /** Different symbols after so many, at places that grow by a fixed factor, and at the end. */
  readonly points: readonly GrowthPoint[];
  /** V(N) ≈ k·N^β, by least squares over the logarithms of the points. Heaps 1978. None for fewer than two points. */
  readonly heaps?: { readonly k: number; readonly beta: number };
}

/** Counts kinds along the rows, read one after another. */
export function vocabularyGrowth(
  rows: readonly Ids[],
  { pointsPerDecade = 8 }: { readonly pointsPerDecade?: number } = {},
): VocabularyGrowth {
  checkInteger('vocabularyGrowth', 'pointsPerDecade', pointsPerDecade, 1);
  const seen = new Set<number>();
  const points: GrowthPoint[] = [];
  const placeAfter = (step: number): number => Math.round(10 ** (step / pointsPerDecade));
  let [symbols, step] = [0, 0];
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) {
      seen.add(row[i]);
      if (++symbols < placeAfter(step)) continue;
      points.push({ symbols, kinds: seen.size });
      while (placeAfter(step) <= symbols) step++;
    }
  }
  if (symbols > 0 && points.at(-1)!.symbols < symbols) points.push({ symbols, kinds: seen.size });
  return { points, ...(points.length > 1 && { heaps: heapsLaw(points) }) };
}

/** The line through the logarithms of at least two points: V(N) ≈ k·N^β. */
export function heapsLaw(points: readonly GrowthPoint[]): { readonly k: number; readonly beta: number } {
  const x = points.map(({ symbols }) => Math.log(symbols));
  const y = points.map(({ kinds }) => Math.log(kinds));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0);
  const variance = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const beta = covariance / variance;
  return { k: Math.exp(meanY - beta * meanX), beta };
}

/** Rank and count of the symbols, most frequent first, at ranks that grow by a fixed factor: for a plot. */
export function rankCounts(
  rows: readonly Ids[],
  { pointsPerDecade = 12 }: { readonly pointsPerDecade?: number } = {},
): { readonly rank: number; readonly count: number }[] {
  const counts = tokenCounts(rows);
  const ranks = new Set<number>();
  for (let step = 0; 10 ** (step / pointsPerDecade) <= counts.length; step++) {
    ranks.add(Math.round(10 ** (step / pointsPerDecade)));
  }
  if (counts.length > 0) ranks.add(counts.length);
  return [...ranks]
    .filter((rank) => rank <= counts.length)
    .map((rank) => ({ rank, count: counts[rank - 1] }));
}
