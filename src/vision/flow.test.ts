/** Rectified flow against what is known in closed form: the flow of a normal distribution, and the line from noise to a picture. */

import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { affine, fromArray, mul, normal, sub, tensor } from '../tensor/index.ts';
import { between, flowLoss, flowTimes, followFlow, type Velocity } from './flow.ts';

/**
 * Pictures that are normal numbers with mean m and deviation s have the velocity
 * E[picture − noise | x_t] = m + (t·s² − (1 − t))·(x − t·m) / (t²·s² + (1 − t)²), and noise z ends at m + s·z.
 */
const normalFlow =
  (m: number, s: number): Velocity =>
  (x, times) => {
    const [t] = times;
    const gain = (t * s * s - (1 - t)) / (t * t * s * s + (1 - t) ** 2);
    return affine(x, gain, m - gain * t * m);
  };

test('a known flow leads where it must, and half the step leaves a quarter of the error', async () => {
  const [m, s] = [0.4, 0.3];
  const noise = normal([4, 8], { seed: 3 });
  const errorOf = async (steps: number): Promise<number> => {
    const reached = await followFlow(normalFlow(m, s), noise, { steps });
    return Math.max(...reached.map((x, i) => Math.abs(x - (m + s * noise.data[i]))));
  };
  const [coarse, fine] = [await errorOf(16), await errorOf(32)];
  expect(fine).toBeLessThan(5e-3);
  expect(coarse / fine).toBeGreaterThan(3);
  expect(coarse / fine).toBeLessThan(5.5);
});

test('the loss is 0 for the velocity of the line, and 1 for one that is off by 1', () => {
  const noise = normal([3, 2, 2], { seed: 1 });
  const pictures = normal([3, 2, 2], { seed: 2 });
  const times = Float32Array.of(0, 0.25, 1);
  const right: Velocity = () => sub(pictures, noise);
  expect(flowLoss(right, { noise, pictures, times }).item()).toBe(0);
  const off: Velocity = (x, given) => affine(right(x, given), 1, 1);
  expect(flowLoss(off, { noise, pictures, times }).item()).toBeCloseTo(1, 5);
  const { data } = between(noise, pictures, times);
  for (let i = 0; i < 4; i++) {
    expect(data[i]).toBe(noise.data[i]);
    expect(data[4 + i]).toBeCloseTo(0.75 * noise.data[4 + i] + 0.25 * pictures.data[4 + i], 6);
    expect(data[8 + i]).toBeCloseTo(pictures.data[8 + i], 6);
  }
});

test('times are the logistic of normal numbers', () => {
  const times = flowTimes(4000, createRng(5));
  const share = (low: number, high: number) => times.filter((t) => t > low && t < high).length / times.length;
  expect(share(0, 1)).toBe(1);
  const logistic = (x: number) => 1 / (1 + Math.exp(-x));
  // P(|normal| < 1) and P(normal < −1), around the mean of −0.8.
  expect(share(logistic(-1.8), logistic(0.2))).toBeCloseTo(0.683, 1);
  expect(share(0, logistic(-1.8))).toBeCloseTo(0.159, 1);
});

test('an abort ends between two steps with its reason', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const going = followFlow((x) => mul(x, tensor([0])), fromArray(new Float32Array(2), [2], 'f32'), {
    steps: 10,
    signal: controller.signal,
    onStep(done) {
      seen.push(done);
      if (done === 3) controller.abort(new Error('enough'));
    },
  });
  await expect(going).rejects.toThrow('enough');
  expect(seen).toEqual([1, 2, 3]);
});
