/** The curve of losses by size: found again where it is known, and its interval holds what it says. */

import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { fitSizeCurve, type SizePoint } from './size-curve.ts';

const sizes = [3e3, 1e4, 3e4, 1e5, 3e5];
const curve = { floor: 1.69, scale: 406.4, exponent: 0.34 };
const lossOf = ({ floor, scale, exponent }: typeof curve, n: number) => floor + scale / n ** exponent;

test.each([curve, { floor: 0, scale: 12, exponent: 0.076 }, { floor: 1.2, scale: 50, exponent: 0.5 }])(
  'a curve without noise is found again, and carried on: %j',
  (known) => {
    const points = sizes.map((parameters) => ({ parameters, loss: lossOf(known, parameters) }));
    const found = fitSizeCurve(points);
    expect(found.exponent / known.exponent).toBeCloseTo(1, 2);
    expect(Math.abs(found.floor - known.floor)).toBeLessThan(0.02);
    expect(found.error).toBeLessThan(1e-3);
    const { loss, low, high } = found.predict(3e6);
    expect(loss / lossOf(known, 3e6)).toBeCloseTo(1, 2);
    expect([low < loss, loss < high]).toEqual([true, true]);
    const width = (at: ReturnType<typeof found.predict>) => (at.high - at.low) / at.loss;
    expect(width(found.predict(4e5))).toBeLessThan(width(found.predict(3e9)));
  },
);

/** The least mean squared relative error of A/N^α. */
function powerLawError(points: readonly SizePoint[], exponent: number): number {
  const x = points.map(({ parameters, loss }) => parameters ** -exponent / loss);
  const sum = (of: (value: number) => number) => x.reduce((all, value) => all + of(value), 0);
  const scale = sum((value) => value) / sum((value) => value ** 2);
  return sum((value) => (1 - scale * value) ** 2) / points.length;
}

test('no part falls below 0: losses that fall ever faster are a power law, those that rise a level', () => {
  const points = [4, 3.9, 3.6, 3, 2].map((loss, i) => ({ parameters: sizes[i], loss }));
  const found = fitSizeCurve(points);
  expect(found.floor).toBe(0);
  const best = Math.sqrt(
    Math.min(...Array.from({ length: 400 }, (_, k) => powerLawError(points, 0.005 * (k + 4)))),
  );
  expect(found.error).toBeLessThan(1.001 * best);
  const rising = fitSizeCurve([2, 2.1, 2.2].map((loss, i) => ({ parameters: sizes[i], loss })));
  expect(rising.scale).toBe(0);
  expect(rising.predict(1e6).loss).toBeCloseTo(2.1, 1);
});

test('about 19 of 20 trainings lie in the interval, which is not everything', () => {
  const rng = createRng(5);
  let inside = 0;
  let widths = 0;
  for (let round = 0; round < 30; round++) {
    const known = { floor: 0.5 + rng.uniform(), scale: 0, exponent: 0.1 + 0.5 * rng.uniform() };
    known.scale = (1 + 2 * rng.uniform()) * sizes[0] ** known.exponent;
    const measured = (n: number) => lossOf(known, n) * (1 + 0.005 * rng.normal());
    const points = sizes.map((parameters) => ({ parameters, loss: measured(parameters) }));
    const { low, high } = fitSizeCurve(points).predict(1e6);
    const loss = measured(1e6);
    inside += Number(loss >= low && loss <= high);
    widths += (high - low) / loss / 30;
  }
  expect(inside).toBeGreaterThanOrEqual(26);
  expect(widths).toBeLessThan(0.15);
});

test('many sizes make the interval narrow, not nothing', () => {
  const rng = createRng(2);
  const points = Array.from({ length: 400 }, (_, i) => {
    const parameters = 1e3 * 1.02 ** i;
    return { parameters, loss: lossOf(curve, parameters) * (1 + 1e-4 * rng.normal()) };
  });
  const { loss, low, high } = fitSizeCurve(points).predict(1e7);
  expect(low).toBeGreaterThan(0.97 * loss);
  expect(high).toBeLessThan(1.03 * loss);
});

test.each([
  [[0, 1e4, 1e5], [3, 2, 1], 'a number above 0, got 0'],
  [[1e3, 1e4, 1e4], [3, 2, 2], 'of at least 3 sizes, got 2'],
  [[1e3, 1e4, 1e5], [3, Number.NaN, 1], 'a number above 0, got NaN'],
])('%j with losses %j is an error', (parameters, losses, message) => {
  expect(() => fitSizeCurve(parameters.map((n, i) => ({ parameters: n, loss: losses[i] })))).toThrow(message);
});
