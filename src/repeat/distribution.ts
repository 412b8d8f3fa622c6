/** How evenly a corpus uses its tokens. */

import type { Ids } from './ngrams.ts';

/** Occurrences of each distinct token, most frequent first. */
export function tokenCounts(sequences: readonly Ids[]): number[] {
  const counts = new Map<number, number>();
  for (const ids of sequences) {
    for (let i = 0; i < ids.length; i++) counts.set(ids[i], (counts.get(ids[i]) ?? 0) + 1);
  }
  return [...counts.values()].sort((a, b) => b - a);
}

/** uniq: how many different tokens a corpus uses. */
export function distinctTokens(sequences: readonly Ids[]): number {
  return tokenCounts(sequences).length;
}

/** Entropy of the distribution of tokens over the corpus, in bits per token; 0 for an empty one. */
export function unigramEntropy(sequences: readonly Ids[]): number {
  const counts = tokenCounts(sequences);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((bits, count) => bits + (count / total) * Math.log2(total / count), 0);
}

/**
 * Zipf coefficient: minus the least-squares slope of log count over log rank, over the `most` (5,000) most frequent
 * tokens; `undefined` for fewer than two different tokens. Holtzman et al. 2019, §5.2.
 */
export function zipfCoefficient(sequences: readonly Ids[], most = 5000): number | undefined {
  const y = tokenCounts(sequences).slice(0, most).map(Math.log);
  if (y.length < 2) return undefined;
  const x = y.map((_, i) => Math.log(i + 1));
  const meanX = mean(x);
  const meanY = mean(y);
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < x.length; i++) {
    covariance += (x[i] - meanX) * (y[i] - meanY);
    variance += (x[i] - meanX) ** 2;
  }
  return -covariance / variance;
}

/** Arithmetic mean; 0 for none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
