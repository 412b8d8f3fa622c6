/** The running mean of weights equals the sum that it stands for. */

import { expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { runningMean } from './running-mean.ts';

test('later weights count more, by a power of their place in the run', () => {
  const params = { a: tensor([0, 0]), deep: [{ b: tensor([0]) }] };
  const power = 3;
  const mean = runningMean(params, { power });
  const values = [5, -1, 2, 8, 0.5, 3];
  for (const value of values) {
    params.a.data.set([value, 10 * value]);
    params.deep[0].b.data[0] = -value;
    mean.add();
  }
  // Each update keeps (1 − 1/n)^(power + 1) of what was there: written out, the weights of all that came.
  const n = values.length;
  const kept = (i: number) => (1 - 1 / i) ** (power + 1);
  const weights = values.map((_, i) => {
    let weight = 1 - kept(i + 1);
    for (let later = i + 2; later <= n; later++) weight *= kept(later);
    return weight;
  });
  expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  for (let i = 1; i < n; i++) expect(weights[i]).toBeGreaterThan(weights[i - 1]);
  const expected = values.reduce((sum, value, i) => sum + weights[i] * value, 0);
  expect(params.a.data[0]).toBe(3);
  mean.apply();
  expect(params.a.data[0]).toBeCloseTo(expected, 5);
  expect(params.a.data[1]).toBeCloseTo(10 * expected, 4);
  expect(params.deep[0].b.data[0]).toBeCloseTo(-expected, 5);
});

test('without an update nothing changes', () => {
  const params = [tensor([7])];
  runningMean(params).apply();
  expect(params[0].data[0]).toBe(7);
});
