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

/** Items drawn with replacement, once for each round. NOTE Each is written over by the next. */
export function* resamples(
  count: number,
  { rounds = 1000, seed = 0 }: ResampleOptions = {},
): Generator<Int32Array> {
  checkInteger('bootstrap', 'count', count, 1);
  checkInteger('bootstrap', 'rounds', rounds, 1);
  const rng = createRng(seed);
  const items = new Int32Array(count);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) items[i] = rng.integer(count);
    yield items;
  }
}

/** What lies between the 2.5th and the 97.5th percentile; draws of which the statistic is not defined (NaN) are left out. */
export function middleOf(values: Iterable<number>): Interval {
  const sorted = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
  return { low: at(0.025), high: at(0.975) };
}

/**
 * The 95 % percentile interval of a statistic over `count` items: it is computed on items drawn with replacement, again and
 * again (Efron, "Bootstrap methods: another look at the jackknife", 1979).
 */
export function bootstrapInterval(
  count: number,
  statistic: (items: Int32Array) => number,
  options: ResampleOptions = {},
): Interval {
  return middleOf(Array.from(resamples(count, options), statistic));
}

/** The 95 % interval of a share, `hits` of `count` (Wilson 1927); of nothing, NaN. It is wide where items are few, even of none or all. */
export function wilsonInterval(hits: number, count: number): Interval {
  const share = hits / count;
  const z2 = NORMAL_975 ** 2 / count;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = Math.sqrt(share * (1 - share) * z2 + (z2 * z2) / 4) / (1 + z2);
  return { low: middle - half, high: middle + half };
}

/** What a normal number is below with a chance of 97.5 %. */
const NORMAL_975 = 1.959963984540054;

export interface PairedDifference {
  /** second − first over all items. */
  readonly difference: number;
  readonly interval: Interval;
  readonly pValue: number;
}

/**
 * The difference of a statistic between two systems on the same items, its 95 % interval, and the chance that one so great comes about
 * although they are alike: both are computed on the same items drawn with replacement, and the p-value is the share of draws whose
 * difference lies as far from the mean of all draws as the observed one from 0 (Koehn, "Statistical significance tests for machine
 * translation evaluation", 2004; two-sided).
 */
export function pairedBootstrap(
  count: number,
  first: (items?: Int32Array) => number,
  second: (items?: Int32Array) => number,
  options: ResampleOptions = {},
): PairedDifference {
  const drawn = Array.from(resamples(count, options), (items) => second(items) - first(items));
  return pairedDifference(second() - first(), drawn);
}

/** The same from the observed difference and those of the draws; one that is not defined (NaN) has no p-value. */
export function pairedDifference(difference: number, drawn: readonly number[]): PairedDifference {
  const known = drawn.filter((d) => !Number.isNaN(d));
  const mean = known.reduce((sum, d) => sum + d, 0) / known.length;
  const least = Math.abs(difference) * (1 - 1e-12);
  const asGreat = known.filter((d) => Math.abs(d - mean) >= least).length;
  const pValue = Number.isNaN(difference) ? Number.NaN : (asGreat + 1) / (known.length + 1);
  return { difference, interval: middleOf(known), pValue };
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
