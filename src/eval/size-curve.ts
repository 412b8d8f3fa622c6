/**
 * How the loss falls with the size of a model: L(N) = E + A/N^α (Kaplan et al. 2020; Hoffmann et al. 2022), fitted to few sizes and
 * carried on to another, with an interval.
 */

import { fail } from './errors.ts';
import { normalShare } from './search/expected-improvement.ts';

/** A model that was trained: its parameters, and its loss on held-out text. */
export interface SizePoint {
  readonly parameters: number;
  readonly loss: number;
}

export interface SizeCurve {
  /** E: what no size takes away. */
  readonly floor: number;
  /** A, and α: the rest is A/N^α. */
  readonly scale: number;
  readonly exponent: number;
  /** Root of the mean squared relative error at the points. */
  readonly error: number;
  lossAt(parameters: number): number;
  /** The curve at this size, and a 95 % interval of what a training would come to. */
  predict(parameters: number): { readonly loss: number; readonly low: number; readonly high: number };
}

/** Exponents from flat to steeper than any that was published. */
const [LEAST_EXPONENT, MOST_EXPONENT] = [0.02, 2];
const FINE = 2000;
/** Cells a side of the grid over what the curve may be. */
const CELLS = 40;
/** What another seed changes in a loss, as a share of it, and for how many points this counts. */
const SEED_NOISE = 0.005;
const PRIOR_POINTS = 2;
/** Halvings of the range in which an end of the interval is looked for. */
const HALVINGS = 30;

/**
 * Fits the curve by least squares of relative errors: for each exponent E and A are a straight line over N^−α, both at least 0, and the
 * best exponent counts. The interval weighs every curve on a grid of E and α (E flat below the least loss, α flat in its logarithm) by
 * how well it fits, as a Bayesian does, so that it widens with few points and far sizes; another seed is taken to change a loss by
 * 0.5 %.
 *
 * @throws for fewer than 3 sizes, or a size or loss that is not above 0
 * @example fitSizeCurve([{ parameters: 1e4, loss: 2.4 }, { parameters: 1e5, loss: 2.0 }, { parameters: 1e6, loss: 1.8 }]).predict(1e7)
 */
export function fitSizeCurve(points: readonly SizePoint[]): SizeCurve {
  const sizes = new Set(points.map(({ parameters }) => parameters)).size;
  if (sizes < 3) {
    throw fail('eval/option', {
      where: 'fitSizeCurve',
      option: 'points',
      rule: 'of at least 3 sizes',
      got: sizes,
    });
  }
  for (const point of points) {
    for (const option of ['parameters', 'loss'] as const) {
      const got = point[option];
      if (got > 0 && Number.isFinite(got)) continue;
      throw fail('eval/option', { where: 'fitSizeCurve', option, rule: 'a number above 0', got });
    }
  }
  // Sizes are counted by their mean, so that the numbers stay near 1.
  const unit = Math.exp(
    points.reduce((sum, { parameters }) => sum + Math.log(parameters), 0) / points.length,
  );
  const at = (parameters: number, exponent: number): number => (parameters / unit) ** -exponent;
  let best = { error: Number.POSITIVE_INFINITY, floor: 0, scale: 0, exponent: 0 };
  for (let k = 0; k < FINE; k++) {
    const exponent = exponentAt((k + 0.5) / FINE);
    const line = straightLine(points, ({ parameters }) => at(parameters, exponent));
    if (line.error < best.error) best = { ...line, exponent };
  }
  const { floor, scale, exponent, error } = best;
  const lossAt = (parameters: number): number => floor + scale * at(parameters, exponent);
  return {
    floor,
    scale: scale * unit ** exponent,
    exponent,
    error: Math.sqrt(error / points.length),
    lossAt,
    predict: (parameters) => ({ loss: lossAt(parameters), ...intervalAt(points, parameters, at) }),
  };
}

const exponentAt = (share: number): number => LEAST_EXPONENT * (MOST_EXPONENT / LEAST_EXPONENT) ** share;

/** The line loss ≈ floor + scale·x with the least sum of squared relative errors, neither part below 0. */
function straightLine(points: readonly SizePoint[], xOf: (point: SizePoint) => number) {
  let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0];
  for (const point of points) {
    const [x, y] = [xOf(point), point.loss];
    const weight = 1 / y ** 2;
    w += weight;
    wx += weight * x;
    wxx += weight * x * x;
    wy += weight * y;
    wxy += weight * x * y;
  }
  let scale = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  let floor = (wy - scale * wx) / w;
  if (!(floor >= 0)) [floor, scale] = [0, wxy / wxx];
  if (!(scale >= 0)) [floor, scale] = [wy / w, 0];
  const error = points.reduce((sum, point) => sum + (1 - (floor + scale * xOf(point)) / point.loss) ** 2, 0);
  return { floor, scale, error };
}

/** The middle 95 % of what all curves of the grid say, each weighed by how well it fits, with the noise of a training. */
function intervalAt(
  points: readonly SizePoint[],
  parameters: number,
  at: (parameters: number, exponent: number) => number,
): { readonly low: number; readonly high: number } {
  const least = points.reduce((low, { loss }) => Math.min(low, loss), Number.POSITIVE_INFINITY);
  const free = points.length + PRIOR_POINTS - 1;
  const curves: { readonly loss: number; readonly deviation: number; readonly errors: number }[] = [];
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    const floor = (least * Math.floor(cell / CELLS)) / CELLS;
    const exponent = exponentAt(((cell % CELLS) + 0.5) / CELLS);
    let [wxx, wxy] = [0, 0];
    for (const { parameters: n, loss } of points) {
      const x = at(n, exponent) / loss;
      wxx += x * x;
      wxy += (x * (loss - floor)) / loss;
    }
    const scale = wxy / wxx;
    const errors = points.reduce(
      (sum, { parameters: n, loss }) => sum + (1 - (floor + scale * at(n, exponent)) / loss) ** 2,
      PRIOR_POINTS * SEED_NOISE ** 2,
    );
    const x = at(parameters, exponent);
    const loss = floor + scale * x;
    // Of this curve: what is not known of A, and the noise of one more training.
    const deviation = Math.sqrt((errors / free) * (x ** 2 / wxx + loss ** 2));
    curves.push({ loss, deviation, errors });
  }
  // Weights beside that of the best: of many points they would be beyond any number.
  const fewest = curves.reduce((low, { errors }) => Math.min(low, errors), Number.POSITIVE_INFINITY);
  const weighed = curves.map((one) => ({ ...one, weight: (one.errors / fewest) ** (-free / 2) }));
  const all = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const shareBelow = (limit: number): number =>
    weighed.reduce(
      (sum, { loss, deviation, weight }) => sum + weight * normalShare((limit - loss) / deviation),
      0,
    ) / all;
  const quantile = (share: number): number => {
    let [low, high] = [0, 2 * points.reduce((most, { loss }) => Math.max(most, loss), 0)];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (shareBelow(middle) < share) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };
  return { low: quantile(0.025), high: quantile(0.975) };
}
