/** The gradient rule of DP-SGD (Abadi et al. 2016, arXiv:1607.00133): each example's gradient is clipped, noise is added to their sum. */

import { createRng } from '../../rng.ts';
import {
  behind,
  currentKernels,
  lastingScope,
  normal,
  offThread,
  type Tensor,
  zeros,
} from '../../tensor/index.ts';
import { notNegative, positive, requireNumber } from '../errors.ts';
import { type GradientRule, gradientsOf, sumsOfSquares } from '../step.ts';

export interface PrivateGradientOptions {
  /** The longest an example's gradient may be, over all parameters that are trained. */
  readonly clip: number;
  /** Standard deviation of the noise, in units of `clip`. */
  readonly noise: number;
  /** Examples that a step draws on average: the sum is divided by it, since the number drawn is a secret. */
  readonly expected: number;
  /** Of the noise; whoever knows it can take the noise off. */
  readonly seed: number;
}

/**
 * For a training whose batches are single examples (see `poissonSamples`): (Σ gᵢ·min(1, C/‖gᵢ‖) + σC·N(0, 1))/expected. Any optimizer may
 * follow it: what is done with a private gradient is private. The loss told is the mean over the sample, 0 of an empty one, and no secret is
 * made of it. The same step draws the same noise again: repeating it after an interruption spends nothing.
 */
export function privateGradients<Params, Example>(
  options: PrivateGradientOptions,
): GradientRule<Params, Example> {
  const { clip, noise, expected, seed } = options;
  requireNumber('privacy', 'clip', clip, positive);
  requireNumber('privacy', 'noise', noise, notNegative);
  requireNumber('privacy', 'expected', expected, positive);
  const noiseSeed = secretFrom(seed);
  return async (step, memory) => {
    const trained = step.tracked.map(({ group }) => group !== undefined);
    const sums = memory.run(() =>
      step.tracked.map(({ tensor }, i) => (trained[i] ? zeros(tensor.shape) : undefined)),
    );
    let loss = 0;
    for (const example of step.batches)
      loss += (await addClipped(sums, step, example, clip)) / step.batches.length;
    const squares = await offThread(() =>
      memory.run(() => {
        sums.forEach((sum, i) => {
          if (!sum) return;
          const stream = step.step * sums.length + i;
          addTo(sum, normal(sum.shape, { seed: noiseSeed, stream }), noise * clip);
        });
        return sumsOfSquares(sums);
      }),
    );
    return { loss, gradients: sums, scale: 1 / expected, gradNorm: lengthOf(squares) / expected };
  };
}

/** Adds the clipped gradient of one example; returns its loss. */
async function addClipped<Params, Example>(
  sums: readonly (Tensor | undefined)[],
  step: Parameters<GradientRule<Params, Example>>[0],
  example: Example,
  clip: number,
): Promise<number> {
  const memory = lastingScope();
  try {
    const { loss, gradients, squares } = await offThread(() =>
      memory.run(() => {
        const found = gradientsOf(step, example);
        const gradients = found.gradients.map((gradient, i) => sums[i] && gradient);
        return { ...found, gradients, squares: sumsOfSquares(gradients) };
      }),
    );
    // Not longer than C for rounding either.
    const scale = Math.min(1, clip / (lengthOf(squares) + 1e-6));
    await behind(() => gradients.forEach((gradient, i) => gradient && addTo(sums[i]!, gradient, scale)));
    return loss.item();
  } finally {
    memory.end();
  }
}

/** Noise has a seed of its own: dropout draws from the seed of the run. */
function secretFrom(seed: number): number {
  const rng = createRng(seed).split('private noise');
  return rng.integer(2 ** 32) * 2 ** 21 + rng.integer(2 ** 21);
}

const lengthOf = (squares: Float64Array): number => Math.sqrt(squares.reduce((sum, x) => sum + x, 0));

const addTo = (sum: Tensor, x: Tensor, factor: number): void =>
  currentKernels().axpy(x.operand as Float32Array, sum.operand as Float32Array, factor);
