/** How sure a difference is: resampling over prompts, so that no distribution need be assumed. */

import { createRng } from '../rng.ts';
import { checkInteger } from './errors.ts';

export interface ResampleOptions {
  /** Default 1,000. */
  readonly rounds?: number;
  readonly seed?: number;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The 95 % percentile interval of a statistic over `count` items: it is computed on items drawn with replacement, again and
 * again (Efron, "Bootstrap methods: another look at the jackknife", 1979).
 */
export function bootstrapInterval(
  count: number,
  statistic: (items: Int32Array) => number,
  { rounds = 1000, seed = 0 }: ResampleOptions = {},
): Interval {
  checkInteger('bootstrapInterval', 'count', count, 1);
  checkInteger('bootstrapInterval', 'rounds', rounds, 1);
  const rng = createRng(seed);
  const items = new Int32Array(count);
  const values = Float64Array.from({ length: rounds }, () => {
    for (let i = 0; i < count; i++) items[i] = rng.integer(count);
    return statistic(items);
  }).sort();
  const at = (share: number): number => values[Math.round(share * (rounds - 1))];
  return { low: at(0.025), high: at(0.975) };
}

/**
 * The chance that two strategies differ at least this much on the same prompts although they are alike: two-sided, by random
 * exchange of the members of each pair (Fisher 1935; Noreen, "Computer-intensive methods for testing hypotheses", 1989).
 */
export function pairedPermutationTest(
  a: readonly number[],
  b: readonly number[],
  { rounds = 1000, seed = 0 }: ResampleOptions = {},
): number {
  checkInteger('pairedPermutationTest', 'rounds', rounds, 1);
  const differences = a.map((value, i) => value - b[i]);
  const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0));
  const rng = createRng(seed);
  let asGreat = 0;
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (const d of differences) sum += rng.uniform() < 0.5 ? d : -d;
    if (Math.abs(sum) >= observed * (1 - 1e-12)) asGreat++;
  }
  return (asGreat + 1) / (rounds + 1);
}

/** The same p-values made larger so that all together keep their level (Holm 1979). */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  order.forEach((i, rank) => {
    least = Math.max(least, Math.min(1, pValues[i] * (pValues.length - rank)));
    adjusted[i] = least;
  });
  return adjusted;
}
