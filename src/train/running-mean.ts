/** A mean of the weights over the end of a run: what draws or writes by it is steadier than the last weights (Polyak & Juditsky 1992). */

import type { Tensor } from '../tensor/index.ts';
import { leafValues } from '../tree.ts';

export interface RunningMean {
  /** Takes in the weights as they are now: call it after each update. */
  add(): void;
  /** Puts the mean in their place; before the first `add` nothing changes. */
  apply(): void;
}

/**
 * A mean in which the weights after update i of n count like (i/n)^power: it grows with the run, and needs to know neither its length
 * nor a half-life (the power function average; Karras et al. 2024, "Analyzing and Improving the Training Dynamics of Diffusion
 * Models", §3.1). A power of 6.94 spreads over a tenth of the run.
 */
export function runningMean(
  params: unknown,
  { power = 6.94 }: { readonly power?: number } = {},
): RunningMean {
  const tensors = leafValues<Tensor>(params);
  const means: Float32Array[] = tensors.map(({ size }) => new Float32Array(size));
  let count = 0;
  return {
    add() {
      count++;
      const kept = (1 - 1 / count) ** (power + 1);
      tensors.forEach(({ data }, i) => {
        const mean = means[i];
        for (let j = 0; j < mean.length; j++) mean[j] += (1 - kept) * (data[j] - mean[j]);
      });
    },
    apply() {
      if (count === 0) return;
      for (const [i, { data }] of tensors.entries()) (data as Float32Array).set(means[i]);
    },
  };
}
