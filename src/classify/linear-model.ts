/** Linear classifiers: a weight for each class and column, and one score for each class. */

import type { SparseRows } from './features.ts';

/** Row-major weights, [rows, width], and a bias for each row; with two classes one row may do: minus its score is the other's. */
export interface LinearModel {
  readonly classes: number;
  readonly weights: Float64Array | Float32Array;
  readonly bias: Float64Array | Float32Array;
}

/** The scores of every class for every row of numbers, [rows, classes]. */
export function linearScores({ classes, weights, bias }: LinearModel, rows: SparseRows): Float64Array {
  const { starts, columns, values, width } = rows;
  const count = starts.length - 1;
  const scores = new Float64Array(count * classes);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < bias.length; c++) {
      let score = bias[c];
      for (let k = starts[i]; k < starts[i + 1]; k++) score += weights[c * width + columns[k]] * values[k];
      if (bias.length === 1) {
        scores[2 * i] = -score;
        scores[2 * i + 1] = score;
      } else scores[i * classes + c] = score;
    }
  }
  return scores;
}

/** The same model in single precision: half the size on disk. */
export const rounded = ({ classes, weights, bias }: LinearModel): LinearModel => ({
  classes,
  weights: Float32Array.from(weights),
  bias: Float32Array.from(bias),
});

/** What each column of a single row speaks for a class, beyond what it speaks for the others on average; by column. */
export function contributions(
  { classes, weights, bias }: LinearModel,
  { columns, values, width }: SparseRows,
  label: number,
): Map<number, number> {
  const found = new Map<number, number>();
  for (let k = 0; k < columns.length; k++) {
    const of = (c: number): number => weights[c * width + columns[k]] * values[k];
    if (bias.length === 1) {
      found.set(columns[k], label === 1 ? of(0) : -of(0));
      continue;
    }
    let others = 0;
    for (let c = 0; c < classes; c++) if (c !== label) others += of(c);
    found.set(columns[k], of(label) - others / (classes - 1));
  }
  return found;
}

/** The places of the largest of each row of scores. */
export function largest(scores: ArrayLike<number>, classes: number): Int32Array {
  const found = new Int32Array(scores.length / classes);
  for (let i = 0; i < found.length; i++) {
    for (let c = 1; c < classes; c++) {
      if (scores[i * classes + c] > scores[i * classes + found[i]]) found[i] = c;
    }
  }
  return found;
}
