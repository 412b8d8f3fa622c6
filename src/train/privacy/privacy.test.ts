/** Samples are as likely as they should be, and no example moves a private gradient further than its clipping norm. */

import { describe, expect, test } from 'vitest';
import { linear, meanSquaredError, normal, type Tensor, tensor, zeros } from '../../tensor/index.ts';
import { sgd } from '../optimizers.ts';
import { trackParameters, trainStep } from '../step.ts';
import { epsilonOf } from './accountant.ts';
import { privateGradients } from './private-gradients.ts';
import { poissonSamples } from './sampling.ts';

describe('poisson samples', () => {
  test('hold each example with its probability, whatever else they hold', () => {
    const [count, rate, steps] = [40, 0.15, 4000];
    const sample = poissonSamples({ count, rate, seed: 5 });
    const hits = new Float64Array(count);
    let [squares, neighbours] = [0, 0];
    for (let step = 0; step < steps; step++) {
      const drawn = sample(step);
      for (const i of drawn) hits[i]++;
      squares += (drawn.length - count * rate) ** 2 / steps;
      neighbours += drawn.filter((i, k) => drawn[k + 1] === i + 1).length;
    }
    // Five standard deviations.
    const five = 5 * Math.sqrt(steps * rate * (1 - rate));
    for (const hit of hits) expect(Math.abs(hit - steps * rate)).toBeLessThan(five);
    // Sizes vary as of a binomial; neighbours come together by chance only.
    expect(squares / (count * rate * (1 - rate))).toBeCloseTo(1, 1);
    expect(neighbours / (steps * (count - 1) * rate ** 2)).toBeCloseTo(1, 1);
  });

  test('depend on the seed and the step only, and hold all at rate 1', () => {
    const [one, again, other] = [3, 3, 4].map((seed) => poissonSamples({ count: 100, rate: 0.2, seed }));
    one(9);
    expect(one(7)).toEqual(again(7));
    expect(one(7)).not.toEqual(other(7));
    expect(poissonSamples({ count: 3, rate: 1, seed: 1 })(0)).toEqual([0, 1, 2]);
    expect(() => poissonSamples({ count: 3, rate: 1.5, seed: 1 })).toThrow('`rate`');
  });
});

test('what has not been done yet spends nothing, even without noise', () => {
  const done = { rate: 0.1, noise: 1, steps: 10 };
  const planned = { rate: 0.1, noise: 0, steps: 0 };
  expect(epsilonOf([done, planned], 1e-5)).toEqual(epsilonOf([done], 1e-5));
  expect(epsilonOf([planned], 1e-5).epsilon).toBe(0);
});

interface Example {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Gradients of very different lengths; the largest is a millionfold. */
const examples: Example[] = [1, 1e-3, 1e3, 1].map((size, i) => ({
  x: tensor([[size, -size * i]]),
  y: tensor([[size * (i - 1.5)]]),
}));

/** What one step of plain descent takes away from parameters that begin at 0. */
async function gradient(
  batches: readonly Example[],
  options: { clip: number; noise: number; seed?: number },
) {
  const params = { weight: zeros([1, 2]), frozen: tensor([0.5]) };
  const tracked = trackParameters(params, (path) => (path === 'frozen' ? undefined : { optimizer: sgd() }));
  const report = await trainStep<typeof params, Example>({
    params,
    tracked,
    loss: (p, { x, y }) => meanSquaredError(linear(x, p.weight, { bias: p.frozen }), y),
    batches,
    gradients: privateGradients({ expected: 2, seed: 1, ...options }),
    step: 1,
    lr: 1,
    precision: 'f32',
  });
  expect(params.frozen.toArray()).toEqual([0.5]);
  return { report, taken: Array.from(params.weight.data as Float32Array, (value) => -value) };
}

/** d/dw (w·x + b − y)² at w = 0. */
function ofExample({ x, y }: Example): number[] {
  const slope = 2 * (0.5 - y.item());
  return Array.from(x.data as Float32Array, (value) => slope * value);
}

describe('a private gradient', () => {
  test('without noise is the sum of clipped ones, by the number expected', async () => {
    const clip = 0.7;
    const wanted = [0, 0];
    for (const example of examples) {
      const own = ofExample(example);
      const scale = Math.min(1, clip / Math.hypot(...own));
      own.forEach((value, i) => (wanted[i] += (value * scale) / 2));
    }
    const { taken, report } = await gradient(examples, { clip, noise: 0 });
    taken.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
    expect(report.gradNorm).toBeCloseTo(Math.hypot(...wanted), 5);
  });

  test('moves by no more than the clipping norm when an example goes', async () => {
    const clip = 0.7;
    const { taken: whole } = await gradient(examples, { clip, noise: 3 });
    for (const gone of examples) {
      const rest = examples.filter((example) => example !== gone);
      const { taken } = await gradient(rest, { clip, noise: 3 });
      expect(2 * Math.hypot(...taken.map((value, i) => value - whole[i]))).toBeLessThanOrEqual(
        clip * 1.00001,
      );
    }
  });

  test('of nobody is noise of the size asked for, the same for the same step', async () => {
    const params = { weight: zeros([60, 50]) };
    const tracked = trackParameters(params, () => ({ optimizer: sgd() }));
    const rule = privateGradients<typeof params, never>({ clip: 0.5, noise: 4, expected: 1, seed: 2 });
    const step = {
      params,
      tracked,
      loss: () => normal([1], { seed: 1 }),
      batches: [],
      lr: 1,
      precision: 'f32' as const,
    };
    const run = async (number: number): Promise<Float32Array> => {
      (params.weight.data as Float32Array).fill(0);
      expect((await trainStep({ ...step, step: number, gradients: rule })).loss).toBe(0);
      return Float32Array.from(params.weight.data as Float32Array);
    };
    const [first, second] = [await run(1), await run(2)];
    const mean = first.reduce((sum, x) => sum + x, 0) / first.length;
    const deviation = Math.sqrt(first.reduce((sum, x) => sum + x * x, 0) / first.length);
    expect(Math.abs(mean)).toBeLessThan(0.2);
    expect(Math.abs(deviation - 2)).toBeLessThan(0.13);
    expect(await run(1)).toEqual(first);
    expect(first.reduce((sum, x, i) => sum + x * second[i], 0) / first.length / 4).toBeLessThan(0.1);
  });
});
