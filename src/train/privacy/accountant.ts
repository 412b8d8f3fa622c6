/**
 * What differentially private training has spent: Rényi differential privacy of the sampled Gaussian mechanism (Mironov, Talwar & Zhang
 * 2019, arXiv:1908.10530). Two texts are neighbours when one has an example more than the other.
 */

import { fail, positive, requireNumber, wholePositive } from '../errors.ts';
import { logErfc } from './log-erfc.ts';

/** So many updates, each by a sample with Gaussian noise. */
export interface PrivateSteps {
  /** The probability of each example to be in a sample. */
  readonly rate: number;
  /** Standard deviation of the noise, in clipping norms. */
  readonly noise: number;
  readonly steps: number;
}

/** All that was done with a text: what it spends adds up. */
export type PrivacyAccount = readonly PrivateSteps[];

/** From Rényi to (ε, δ): by Balle et al. 2020 (arXiv:1905.09982, theorem 21), tighter; or by Mironov 2017 (arXiv:1702.07476, proposition 3). */
export type Conversion = 'balle' | 'mironov';

const range = (count: number, of: (i: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => of(i));

/** Orders among which the best is taken: those of Google's dp-accounting. */
export const renyiOrders: readonly number[] = [
  ...range(99, (i) => 1 + (i + 1) / 10),
  ...range(53, (i) => 11 + i),
  ...[128, 256, 512, 1024],
];

/** Rényi divergence of order α > 1 that one update spends. */
export function renyiOfStep({ rate, noise }: Omit<PrivateSteps, 'steps'>, order: number): number {
  if (rate === 0) return 0;
  if (noise === 0) return Number.POSITIVE_INFINITY;
  if (rate === 1) return order / (2 * noise ** 2);
  const logMoment = Number.isInteger(order)
    ? logMomentOfWhole(rate, noise, order)
    : logMomentOfReal(rate, noise, order);
  return logMoment / (order - 1);
}

/** ln Σₖ C(α, k)·(1−q)^(α−k)·qᵏ·exp((k² − k)/2σ²): equation 5 of the paper, for whole orders. */
function logMomentOfWhole(rate: number, noise: number, order: number): number {
  const terms: number[] = [];
  let logBinomial = 0;
  for (let k = 0; k <= order; k++) {
    const sampled = (order - k) * Math.log1p(-rate) + k * Math.log(rate);
    terms.push(logBinomial + sampled + (k * k - k) / (2 * noise ** 2));
    logBinomial += Math.log((order - k) / (k + 1));
  }
  return logSum(terms);
}

/** Terms below e⁻⁴⁰ change nothing. Where they fall slowly so many are enough: they alternate, half of the last stands for the rest. */
const NEGLIGIBLE = 40;
const MOST_TERMS = 300;

/** The same for real orders: the two series of section 3.3, cut where the densities are equal, at z. */
function logMomentOfReal(rate: number, noise: number, order: number): number {
  const z = noise ** 2 * Math.log(1 / rate - 1) + 0.5;
  const [logRate, logRest] = [Math.log(rate), Math.log1p(-rate)];
  const half = (x: number): number => Math.log(0.5) + logErfc(x / (Math.SQRT2 * noise));
  const terms: number[] = [];
  const signs: number[] = [];
  let binomial = 1;
  for (let k = 0, j = order; ; k++, j--) {
    const size = Math.log(Math.abs(binomial));
    const low = size + k * logRate + j * logRest + (k * k - k) / (2 * noise ** 2) + half(k - z);
    const high = size + j * logRate + k * logRest + (j * j - j) / (2 * noise ** 2) + half(z - j);
    terms.push(low, high);
    signs.push(Math.sign(binomial), Math.sign(binomial));
    if (k > order && Math.max(low, high) < -NEGLIGIBLE) return logSum(terms, signs);
    if (k === MOST_TERMS) {
      signs.splice(-2, 2, Math.sign(binomial) / 2, Math.sign(binomial) / 2);
      return logSum(terms, signs);
    }
    binomial *= j / (k + 1);
  }
}

/** ln Σ signᵢ·exp(termᵢ). */
function logSum(terms: readonly number[], signs?: readonly number[]): number {
  const most = terms.reduce((a, b) => Math.max(a, b));
  return most + Math.log(terms.reduce((sum, term, i) => sum + (signs?.[i] ?? 1) * Math.exp(term - most), 0));
}

/**
 * The ε of an account at this δ, and the order that gives it: whatever is done with the result, no example changes the probability of
 * any outcome by more than a factor of e^ε, but for δ. 0 before the first step, ∞ without noise.
 */
export function epsilonOf(
  account: PrivacyAccount,
  delta: number,
  options: { readonly orders?: readonly number[]; readonly conversion?: Conversion } = {},
): { readonly epsilon: number; readonly order: number | undefined } {
  requireNumber('privacy', 'delta', delta, betweenZeroAndOne);
  for (const each of account) checkSteps(each);
  const { orders = renyiOrders, conversion = 'balle' } = options;
  const done = account.filter(({ steps, rate }) => steps > 0 && rate > 0);
  if (done.length === 0) return { epsilon: 0, order: undefined };
  const spent = orders.map((order) =>
    done.reduce((sum, each) => sum + each.steps * renyiOfStep(each, order), 0),
  );
  return converted(spent, orders, delta, conversion);
}

/** The ε after so many steps of one kind, asked again and again: their divergences are found once. */
export function privacyMeter(step: Omit<PrivateSteps, 'steps'>, delta: number): (steps: number) => number {
  const ofStep = renyiOrders.map((order) => renyiOfStep(step, order));
  return (steps) => {
    if (steps === 0) return 0;
    const spent = ofStep.map((renyi) => steps * renyi);
    return converted(spent, renyiOrders, delta, 'balle').epsilon;
  };
}

/** The least ε over orders that such divergences come to. */
function converted(
  spent: readonly number[],
  orders: readonly number[],
  delta: number,
  conversion: Conversion,
): { readonly epsilon: number; readonly order: number | undefined } {
  let best: { epsilon: number; order: number | undefined } = { epsilon: Infinity, order: undefined };
  orders.forEach((order, i) => {
    const price = -Math.log(delta) / (order - 1);
    const saved = conversion === 'balle' ? Math.log1p(-1 / order) - Math.log(order) / (order - 1) : 0;
    const epsilon = Math.max(0, spent[i] + price + saved);
    if (epsilon < best.epsilon) best = { epsilon, order };
  });
  return best;
}

/** More noise than this no training survives. */
const MOST_NOISE = 1e4;
const NOISE_TOLERANCE = 1e-3;

/** The least noise, up to a thousandth, by which so many steps spend at most ε. @throws where no noise is enough. */
export function noiseFor(target: {
  readonly epsilon: number;
  readonly delta: number;
  readonly rate: number;
  readonly steps: number;
}): number {
  const { epsilon, delta, rate, steps } = target;
  requireNumber('privacy', 'epsilon', epsilon, positive);
  requireNumber('privacy', 'steps', steps, wholePositive);
  const spent = (noise: number): number => epsilonOf([{ rate, noise, steps }], delta).epsilon;
  let [low, high] = [0, 1];
  while (spent(high) > epsilon) {
    [low, high] = [high, 2 * high];
    if (high > MOST_NOISE) throw fail('train/privacy-target', { epsilon, delta, steps });
  }
  while (high - low > NOISE_TOLERANCE * high) {
    const middle = (low + high) / 2;
    if (spent(middle) > epsilon) low = middle;
    else high = middle;
  }
  return high;
}

const betweenZeroAndOne = { test: (x: number) => x > 0 && x < 1, en: 'in (0, 1)', zh: '在 (0, 1) 之内' };
const ratio = { test: (x: number) => x >= 0 && x <= 1, en: 'in [0, 1]', zh: '在 [0, 1] 之内' };
const atLeastZero = { test: (x: number) => x >= 0, en: '0 or more', zh: '大于或等于 0' };

function checkSteps({ rate, noise, steps }: PrivateSteps): void {
  requireNumber('privacy', 'rate', rate, ratio);
  requireNumber('privacy', 'noise', noise, atLeastZero);
  requireNumber('privacy', 'steps', steps, atLeastZero);
}
