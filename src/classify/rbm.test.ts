/** Boltzmann machines against the definition, state by state; learning raises the exact likelihood of bars and stripes. */

import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { tensor } from '../tensor/index.ts';
import { deepBeliefFeatures, deepBeliefSamples, trainDeepBelief } from './deep-belief.ts';
import {
  freeEnergy,
  logLikelihood,
  logPartition,
  type RbmParams,
  rbmSamples,
  tensorRows,
  trainRbm,
} from './rbm.ts';

/** Every state of n units. */
const statesOf = (n: number): number[][] =>
  Array.from({ length: 2 ** n }, (_, state) => Array.from({ length: n }, (_, i) => (state >> i) & 1));

function random(hidden: number, visible: number): RbmParams {
  const rng = createRng(3);
  const numbers = (count: number) => Array.from({ length: count }, () => rng.normal());
  return {
    weight: tensor(numbers(hidden * visible), { shape: [hidden, visible] }),
    visibleBias: tensor(numbers(visible)),
    hiddenBias: tensor(numbers(hidden)),
  };
}

/** Σ_h e^−E(v, h), by the definition. */
function weightOf({ weight, visibleBias, hiddenBias }: RbmParams, v: readonly number[]): number {
  return statesOf(hiddenBias.size).reduce((sum, h) => {
    let energy = 0;
    v.forEach((unit, i) => (energy -= unit * visibleBias.data[i]));
    h.forEach((unit, j) => (energy -= unit * hiddenBias.data[j]));
    h.forEach((a, j) => v.forEach((b, i) => (energy -= a * b * weight.data[j * v.length + i])));
    return sum + Math.exp(-energy);
  }, 0);
}

/** 14 pictures of 3 × 3: every choice of rows or of columns. */
const bars = [0, 1].flatMap((isColumn) =>
  statesOf(3).map((lines) =>
    Array.from({ length: 9 }, (_, i) => lines[isColumn ? i % 3 : Math.floor(i / 3)]),
  ),
);
const pictures = tensor([...new Map(bars.map((bar) => [bar.join(''), bar])).values()]);
const known = new Set(bars.map((bar) => bar.join('')));
const shareOfKnown = ({
  shape: [count, width],
  data,
}: {
  shape: readonly number[];
  data: ArrayLike<number>;
}) =>
  Array.from({ length: count }, (_, i) =>
    Array.from(data)
      .slice(i * width, (i + 1) * width)
      .join(''),
  ).filter((row) => known.has(row)).length / count;

describe('a machine that is given', () => {
  test.each([
    [3, 5],
    [5, 3],
  ])('%d hidden, %d visible units: free energy and ln Z as counted state by state', (hidden, visible) => {
    // biome-ignore format: one line
    const params = random(hidden, visible);
    const states = statesOf(visible);
    const weights = states.map((state) => weightOf(params, state));
    const energies = freeEnergy(params, tensor(states));
    weights.forEach((weight, i) => void expect(energies[i]).toBeCloseTo(-Math.log(weight), 4));
    const z = weights.reduce((sum, weight) => sum + weight, 0);
    expect(logPartition(params)).toBeCloseTo(Math.log(z), 5);
  });

  test('its chains visit states as often as the definition says', () => {
    const params = random(2, 3);
    const states = statesOf(3);
    const weights = states.map((state) => weightOf(params, state));
    const z = weights.reduce((sum, weight) => sum + weight, 0);
    const { data } = rbmSamples(params, { count: 4000, steps: 30, seed: 1 });
    const counts = Array(8).fill(0);
    for (let i = 0; i < 4000; i++) counts[data[3 * i] + 2 * data[3 * i + 1] + 4 * data[3 * i + 2]]++;
    const apart = weights.reduce((sum, weight, i) => sum + Math.abs(weight / z - counts[i] / 4000) / 2, 0);
    expect(apart).toBeLessThan(0.03);
  });

  test('too large to be counted out', () => {
    expect(() => logPartition(random(21, 22))).toThrow(
      /must be at most 20, for ln Z to be counted out, got 21/,
    );
  });
});

test.each([
  { steps: 1, persistent: false },
  { steps: 5, persistent: true },
])('learning raises the exact likelihood of bars and stripes: %o', async (how) => {
  const options = { hidden: 10, batchSize: 14, lr: 2, seed: 2, ...how };
  const begin = logLikelihood(await trainRbm(tensorRows(pictures), { ...options, epochs: 1 }), pictures);
  const params = await trainRbm(tensorRows(pictures), { ...options, epochs: 500 });
  // ln 2⁻⁹ = −6.24 where nothing is known, ln 1/14 = −2.64 at best.
  expect(begin).toBeLessThan(-6);
  expect(logLikelihood(params, pictures)).toBeGreaterThan(-4.2);
});

test('a stack: each machine on the one below; it dreams what it was shown', async () => {
  const shares: number[] = [];
  const options = { hidden: [16, 12], batchSize: 14, lr: 2, epochs: 500, seed: 4 };
  const layers = await trainDeepBelief(tensorRows(pictures), {
    ...options,
    onProgress: (share) => shares.push(share),
  });
  expect(layers.map(({ weight }) => weight.shape)).toEqual([
    [16, 9],
    [12, 16],
  ]);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(deepBeliefFeatures(layers, pictures).shape).toEqual([14, 12]);
  const dreams = deepBeliefSamples(layers, { count: 200, steps: 200 });
  // 14 of 512 pictures by chance.
  expect(shareOfKnown(dreams)).toBeGreaterThan(0.2);
  await expect(trainRbm(tensorRows(pictures), { hidden: 0 })).rejects.toThrow(/`hidden` must be/);
});
