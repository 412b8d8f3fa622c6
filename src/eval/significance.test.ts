import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { bootstrapInterval, holm, pairedBootstrap, pairedPermutationTest } from './significance.ts';

const normals = (count: number, mean: number, seed: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => mean + rng.normal());
};
const meanOf = (values: readonly number[]) => (items: Int32Array) =>
  items.reduce((sum, i) => sum + values[i], 0) / items.length;

test('the interval of a mean has the width that theory gives, and covers the truth 19 times of 20', () => {
  const values = normals(100, 3, 1);
  const { low, high } = bootstrapInterval(100, meanOf(values));
  expect(high - low).toBeGreaterThan(0.3);
  expect(high - low).toBeLessThan(0.5); // 2 × 1.96 / √100 = 0.39
  let covered = 0;
  for (let seed = 0; seed < 30; seed++) {
    const sample = normals(40, 0, 100 + seed);
    const interval = bootstrapInterval(40, meanOf(sample), { rounds: 100, seed });
    if (interval.low <= 0 && 0 <= interval.high) covered++;
  }
  expect(covered).toBeGreaterThanOrEqual(25);
});

test('a difference that is there is found, one that is not is rarely', () => {
  const a = normals(40, 0, 1);
  const plus = (shift: number, seed: number) =>
    normals(40, 0, seed).map((noise, i) => a[i] + shift + 0.3 * noise);
  expect(pairedPermutationTest(a, plus(0.5, 2))).toBeLessThan(0.01);
  const falseAlarms = Array.from({ length: 20 }, (_, seed) =>
    pairedPermutationTest(a, plus(0, 10 + seed), { rounds: 100, seed }),
  ).filter((p) => p < 0.05).length;
  expect(falseAlarms).toBeLessThanOrEqual(4);
  expect(pairedPermutationTest([1, 2], [1, 2])).toBe(1);
});

test('many comparisons together keep their level', () => {
  expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
  expect(holm([0.5, 0.9])).toEqual([1, 1]);
});

test('bad options say what must hold', () => {
  expect(() => bootstrapInterval(0, () => 0)).toThrow('`count` must be an integer ≥ 1, got 0');
  expect(() => pairedPermutationTest([1], [2], { rounds: 0 })).toThrow('rounds');
});

test('paired draws: a difference that is there is found, its interval holds it, one that is not is rarely found', () => {
  const a = normals(60, 0, 1);
  const against = (shift: number, seed: number) => {
    const b = normals(60, 0, seed).map((noise, i) => a[i] + shift + 0.3 * noise);
    const mean = (values: readonly number[]) => (items?: Int32Array) =>
      meanOf(values)(items ?? Int32Array.from(values, (_, i) => i));
    return pairedBootstrap(60, mean(a), mean(b), { rounds: 300, seed });
  };
  const found = against(0.3, 2);
  expect(found.pValue).toBeLessThan(0.01);
  expect(found.interval.low).toBeGreaterThan(0);
  expect(found.interval.high).toBeGreaterThan(found.difference);
  const falseAlarms = Array.from({ length: 20 }, (_, seed) => against(0, 10 + seed)).filter(
    ({ pValue }) => pValue < 0.05,
  ).length;
  expect(falseAlarms).toBeLessThanOrEqual(4);
});
