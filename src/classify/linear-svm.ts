/**
 * Linear support vector machines by dual coordinate descent (Hsieh, Chang, Lin, Keerthi and Sundararajan, "A dual coordinate
 * descent method for large-scale linear SVM", ICML 2008): min ½‖w‖² + C Σ max(0, 1 − y·w·x)ᵖ with p = 1 or 2. The bias is one more
 * column of ones and is regularised as well. Several classes: each against the rest.
 */

import { createRng, type Rng } from '../rng.ts';
import { positive, requireNumber, wholePositive } from './errors.ts';
import type { SparseRows } from './features.ts';
import type { LinearModel } from './linear-model.ts';
import { breathe, type LearningWatch } from './watch.ts';

export interface LinearSvmOptions extends LearningWatch {
  /** What a mistake costs beside the length of the weights. Default 1. */
  readonly c?: number;
  /** Default `squared-hinge`. */
  readonly loss?: 'hinge' | 'squared-hinge';
  /** Ends when the largest and the smallest projected gradient are so close. Default 1e-4. */
  readonly tolerance?: number;
  /** Passes over the texts at most, for each class. Default 1,000. */
  readonly maxPasses?: number;
  readonly seed?: number;
}

/** Trains one machine for each class, or one for two classes (its score is that of the second). */
export async function linearSvm(
  rows: SparseRows,
  labels: Int32Array,
  classes: number,
  options: LinearSvmOptions = {},
): Promise<LinearModel> {
  const { c = 1, loss = 'squared-hinge', tolerance = 1e-4, maxPasses = 1000, seed = 0 } = options;
  requireNumber('linearSvm', 'c', c, positive);
  requireNumber('linearSvm', 'tolerance', tolerance, positive);
  requireNumber('linearSvm', 'maxPasses', maxPasses, wholePositive);
  const machines = classes === 2 ? [1] : Array.from({ length: classes }, (_, label) => label);
  const weights = new Float64Array(machines.length * rows.width);
  const bias = new Float64Array(machines.length);
  for (const [i, label] of machines.entries()) {
    const w = weights.subarray(i * rows.width, (i + 1) * rows.width);
    const signs = Float64Array.from(labels, (own) => (own === label ? 1 : -1));
    const machine = startMachine(rows, signs, w, { c, loss });
    const rng = createRng(seed).split(label);
    for (let pass = 0; pass < maxPasses && !machine.pass(rng, tolerance); pass++) {
      await breathe(options.signal);
      options.onProgress?.((i + pass / (pass + 20)) / machines.length);
    }
    bias[i] = machine.bias();
  }
  return { classes, weights, bias };
}

/** The dual problem of one class against the rest; `w` is changed in place. */
function startMachine(
  { starts, columns, values }: SparseRows,
  signs: Float64Array,
  w: Float64Array,
  { c, loss }: { readonly c: number; readonly loss: 'hinge' | 'squared-hinge' },
) {
  const count = signs.length;
  // The dual: ½αᵀ(Q + D)α − Σα, 0 ≤ α ≤ U, with Qij = yᵢyⱼ·xᵢ·xⱼ.
  const [bound, diagonal] = loss === 'hinge' ? [c, 0] : [Infinity, 1 / (2 * c)];
  const alpha = new Float64Array(count);
  const curvature = Float64Array.from(signs, (_, i) => {
    let sum = 1 + diagonal;
    for (let k = starts[i]; k < starts[i + 1]; k++) sum += values[k] * values[k];
    return sum;
  });
  const order = Int32Array.from(signs, (_, i) => i);
  let bias = 0;
  // Those behind `active` are thought to stay at their bound (shrinking, §3.2).
  let active = count;
  let highest = Infinity;
  let lowest = -Infinity;

  /** Minimises over one α after another, in random order; returns whether all is solved. */
  function pass(rng: Rng, tolerance: number): boolean {
    let nextHighest = -Infinity;
    let nextLowest = Infinity;
    for (let i = active - 1; i > 0; i--) swap(order, i, rng.integer(i + 1));
    for (let s = 0; s < active; s++) {
      const i = order[s];
      let score = bias;
      for (let k = starts[i]; k < starts[i + 1]; k++) score += w[columns[k]] * values[k];
      const gradient = signs[i] * score - 1 + diagonal * alpha[i];
      const isAtBound = (alpha[i] === 0 && gradient > highest) || (alpha[i] === bound && gradient < lowest);
      if (isAtBound) {
        swap(order, s--, --active);
        continue;
      }
      let projected = gradient;
      if (alpha[i] === 0) projected = Math.min(gradient, 0);
      else if (alpha[i] === bound) projected = Math.max(gradient, 0);
      nextHighest = Math.max(nextHighest, projected);
      nextLowest = Math.min(nextLowest, projected);
      if (Math.abs(projected) < 1e-12) continue;
      const before = alpha[i];
      alpha[i] = Math.min(bound, Math.max(0, before - gradient / curvature[i]));
      const step = (alpha[i] - before) * signs[i];
      for (let k = starts[i]; k < starts[i + 1]; k++) w[columns[k]] += step * values[k];
      bias += step;
    }
    const isSolved = active === 0 || nextHighest - nextLowest <= tolerance;
    if (isSolved && active === count) return true;
    // Solved for those looked at: look at all once more.
    if (isSolved) active = count;
    highest = isSolved || nextHighest <= 0 ? Infinity : nextHighest;
    lowest = isSolved || nextLowest >= 0 ? -Infinity : nextLowest;
    return false;
  }
  return { pass, bias: () => bias };
}

function swap(order: Int32Array, a: number, b: number): void {
  const kept = order[a];
  order[a] = order[b];
  order[b] = kept;
}
