/** Predicted numbers against the right ones, as scikit-learn and scipy count. */

import { checkLengths } from './pairs.ts';

export interface RegressionScores {
  /** Mean squared error, its root, and mean absolute error. */
  readonly mse: number;
  readonly rmse: number;
  readonly mae: number;
  /**
   * 1 − (squared error) / (squared error of always saying the mean). Of right values that are all alike: 1 where every
   * prediction is right, else 0, as scikit-learn has it. NaN of fewer than 2 values.
   */
  readonly r2: number;
  /** Correlation of the values, and of their ranks (the mean rank for ties). NaN where one side is constant. */
  readonly pearson: number;
  readonly spearman: number;
}

export type RegressionName = keyof RegressionScores;

type Values = ArrayLike<number>;

/** Each score by itself: a correlation of ranks needs a sort, and a bootstrap asks for one score at a time. */
const scoreTable: { readonly [Name in RegressionName]: (predictions: Values, references: Values) => number } =
  {
    mse: (p, r) => meanError(p, r, (error) => error * error),
    rmse: (p, r) => Math.sqrt(scoreTable.mse(p, r)),
    mae: (p, r) => meanError(p, r, Math.abs),
    r2: (p, r) => rSquared(scoreTable.mse(p, r) * p.length, r),
    pearson,
    spearman: (p, r) => pearson(meanRanks(p), meanRanks(r)),
  };

/** One score of `predictions[i]` against `references[i]`. @throws where the counts differ or are 0 */
export function regressionScore(name: RegressionName, predictions: Values, references: Values): number {
  checkLengths('regression', predictions, references);
  return scoreTable[name](predictions, references);
}

/** All of them. @throws where the counts differ or are 0 */
export function regressionScores(predictions: Values, references: Values): RegressionScores {
  checkLengths('regression', predictions, references);
  const scores = Object.entries(scoreTable).map(([name, score]) => [name, score(predictions, references)]);
  return Object.fromEntries(scores) as unknown as RegressionScores;
}

function meanError(predictions: Values, references: Values, of: (error: number) => number): number {
  let sum = 0;
  for (let i = 0; i < predictions.length; i++) sum += of(predictions[i] - references[i]);
  return sum / predictions.length;
}

function rSquared(squared: number, references: ArrayLike<number>): number {
  const count = references.length;
  if (count < 2) return Number.NaN;
  const mean = meanOf(references);
  let spread = 0;
  for (let i = 0; i < count; i++) spread += (references[i] - mean) ** 2;
  if (spread > 0) return 1 - squared / spread;
  return squared === 0 ? 1 : 0;
}

/** Pearson's correlation of two rows of equal length; NaN where one is constant or has fewer than 2 values. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (isConstant(a) || isConstant(b)) return Number.NaN;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return Math.max(-1, Math.min(1, product / (Math.sqrt(squareA) * Math.sqrt(squareB))));
}

/** Ranks from 1; equal values share the mean of their places. */
export function meanRanks(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) ranks[order[k]] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}
