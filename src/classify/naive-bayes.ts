/** Naive Bayes over counted words: multinomial (McCallum and Nigam 1998) and complement (Rennie et al. 2003). */

import { positive, requireNumber } from './errors.ts';
import type { SparseRows } from './features.ts';
import type { LinearModel } from './linear-model.ts';

export interface NaiveBayesOptions {
  /** Added to every count. Default 1 (Laplace). */
  readonly smoothing?: number;
  /** Weighs a class by the words of all the others, which is steadier where classes differ in size. Default false. */
  readonly complement?: boolean;
}

/**
 * Counts the columns of each class. The scores of the model are logarithms of joint probabilities (of the complement: the log
 * weights, without the classes' shares), as scikit-learn's MultinomialNB and ComplementNB give them.
 */
export function naiveBayes(
  rows: SparseRows,
  labels: Int32Array,
  classes: number,
  { smoothing = 1, complement = false }: NaiveBayesOptions = {},
): LinearModel {
  requireNumber('naiveBayes', 'smoothing', smoothing, positive);
  const { starts, columns, values, width } = rows;
  const counts = new Float64Array(classes * width);
  const texts = new Float64Array(classes);
  labels.forEach((label, i) => {
    texts[label]++;
    for (let k = starts[i]; k < starts[i + 1]; k++) counts[label * width + columns[k]] += values[k];
  });
  const all = new Float64Array(width);
  counts.forEach((count, at) => {
    all[at % width] += count;
  });
  const weights = new Float64Array(classes * width);
  for (let c = 0; c < classes; c++) {
    const countOf = (column: number): number => {
      const own = counts[c * width + column];
      return smoothing + (complement ? all[column] - own : own);
    };
    let total = 0;
    for (let column = 0; column < width; column++) total += countOf(column);
    const sign = complement ? -1 : 1;
    for (let column = 0; column < width; column++) {
      weights[c * width + column] = sign * Math.log(countOf(column) / total);
    }
  }
  return {
    classes,
    weights,
    bias: complement ? texts.fill(0) : texts.map((n) => Math.log(n / labels.length)),
  };
}
