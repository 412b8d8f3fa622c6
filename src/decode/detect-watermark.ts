/** Whether a text has a watermark: green tokens counted against chance (Kirchenbauer et al. 2023). */

import type { ProcessorOptions } from './processor-options.ts';
import { PROCESSORS, readSettings } from './processor-rows.ts';
import { greenList } from './processors/watermark.ts';

/** How much in a text speaks for a watermark. */
export interface WatermarkEvidence {
  /** Tokens with enough before them; where the same ones stand again in the same order, they count once. */
  readonly scored: number;
  readonly green: number;
  /** γ: the share of green tokens that chance gives. */
  readonly gamma: number;
  /** Of those scored. */
  readonly greenFraction: number;
  /** Standard deviations above chance: (green − γ·scored) / √(scored·γ·(1 − γ)). */
  readonly zScore: number;
  /** The chance that text written without the key has as many green tokens: the exact binomial tail. */
  readonly pValue: number;
}

/** Looks for a watermark in the ids of a text; `mark` is what it was written with. A p-value below 10⁻³⁰⁰ is 0. */
export function detectWatermark(
  ids: ArrayLike<number>,
  mark: NonNullable<ProcessorOptions['watermark']>,
): WatermarkEvidence {
  // Checks all of it, what only writing needs as well.
  PROCESSORS.watermark.build(mark, undefined);
  const { key = '', ...options } = readSettings('watermark', PROCESSORS.watermark.settings, mark);
  const { gamma, context, greenAfter } = greenList(String(key), options);
  const seen = new Set<string>();
  let green = 0;
  for (let at = context; at < ids.length; at++) {
    const ngram = Array.from({ length: context + 1 }, (_, i) => ids[at - context + i]).join(' ');
    if (seen.has(ngram)) continue;
    seen.add(ngram);
    if (greenAfter(ids, at)(ids[at])) green++;
  }
  const scored = seen.size;
  return {
    scored,
    green,
    gamma,
    greenFraction: scored === 0 ? 0 : green / scored,
    zScore: scored === 0 ? 0 : (green - gamma * scored) / Math.sqrt(scored * gamma * (1 - gamma)),
    pValue: binomialTail(scored, green, gamma),
  };
}

/** P(X ≥ least) for X ~ Binomial(n, p). */
function binomialTail(n: number, least: number, p: number): number {
  if (least === 0) return 1;
  const isUpper = least > n * p;
  // The smaller of both tails is summed, from its greatest term on.
  let k = isUpper ? least : least - 1;
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  let term = Math.exp(log);
  let sum = 0;
  while (term > sum * Number.EPSILON) {
    sum += term;
    term *= isUpper ? ((n - k) / (k + 1)) * (p / (1 - p)) : (k / (n - k + 1)) * ((1 - p) / p);
    k += isUpper ? 1 : -1;
  }
  return isUpper ? sum : 1 - sum;
}
