/**
 * The perceptron (Rosenblatt 1958) for any number of classes: a mistake adds the row to the weights of its class and takes it off
 * the class that was guessed. Averaged over all steps it is steadier where no line parts the classes (Freund and Schapire 1999).
 */

import { createRng, shuffle } from '../rng.ts';
import { requireNumber, wholePositive } from './errors.ts';
import type { SparseRows } from './features.ts';
import type { LinearModel } from './linear-model.ts';
import { breathe, type LearningWatch } from './watch.ts';

export interface PerceptronOptions extends LearningWatch {
  /** Passes over the rows at most; it ends early after one without a mistake. Default 10. */
  readonly epochs?: number;
  /** Default true. */
  readonly averaged?: boolean;
  readonly seed?: number;
}

/** Trains the weights; `mistakes` of each pass tell whether a line was found: 0 in the last one. */
export async function perceptron(
  rows: SparseRows,
  labels: Int32Array,
  classes: number,
  { epochs = 10, averaged = true, seed = 0, ...watch }: PerceptronOptions = {},
): Promise<LinearModel & { readonly mistakes: readonly number[] }> {
  requireNumber('perceptron', 'epochs', epochs, wholePositive);
  const { starts, columns, values, width } = rows;
  const weights = new Float64Array(classes * width);
  const bias = new Float64Array(classes);
  // Σ over steps t of (change at t)·t: the mean of all weights is w − this/steps.
  const weighted = { weights: new Float64Array(classes * width), bias: new Float64Array(classes) };
  const rng = createRng(seed);
  const order = Int32Array.from(labels, (_, i) => i);
  const mistakes: number[] = [];
  let step = 1;

  const change = (i: number, label: number, sign: 1 | -1): void => {
    for (let k = starts[i]; k < starts[i + 1]; k++) {
      const at = label * width + columns[k];
      weights[at] += sign * values[k];
      weighted.weights[at] += sign * step * values[k];
    }
    bias[label] += sign;
    weighted.bias[label] += sign * step;
  };
  const guess = (i: number): number => {
    let best = 0;
    let bestScore = -Infinity;
    for (let c = 0; c < classes; c++) {
      let score = bias[c];
      for (let k = starts[i]; k < starts[i + 1]; k++) score += weights[c * width + columns[k]] * values[k];
      if (score > bestScore) [best, bestScore] = [c, score];
    }
    return best;
  };

  for (let epoch = 0; epoch < epochs && mistakes.at(-1) !== 0; epoch++) {
    shuffle(order, rng);
    let wrong = 0;
    for (const i of order) {
      const guessed = guess(i);
      if (guessed !== labels[i]) {
        wrong++;
        change(i, labels[i], 1);
        change(i, guessed, -1);
      }
      step++;
    }
    mistakes.push(wrong);
    watch.onProgress?.((epoch + 1) / epochs);
    await breathe(watch.signal);
  }
  if (averaged) {
    weighted.weights.forEach((sum, at) => {
      weights[at] -= sum / step;
    });
    weighted.bias.forEach((sum, c) => {
      bias[c] -= sum / step;
    });
  }
  return { classes, weights, bias, mistakes };
}
