/** What private training spends is what Opacus and dp-accounting say. */

import { describe, expect, test } from 'vitest';
import {
  epsilonOf,
  noiseFor,
  type PrivacyAccount,
  privacyMeter,
  renyiOfStep,
} from '../../src/train/index.ts';
import { logErfc } from '../../src/train/privacy/log-erfc.ts';
import { readGolden } from './model-golden.ts';

interface Spent {
  readonly epsilon: number;
  readonly order: number;
}

const golden = readGolden<{
  delta: number;
  opacusOrders: number[];
  wholeOrders: number[];
  logErfc: [number, number][];
  renyi: { rate: number; noise: number; orders: number[]; values: number[] }[];
  accounts: { account: PrivacyAccount; google: Spent; opacus: Spent }[];
  noise: { epsilon: number; rate: number; steps: number; noise: number }[];
}>('privacy');
const { delta } = golden;

/** The largest relative difference. */
const apart = (own: number, other: number): number =>
  Math.abs(own - other) / Math.max(1e-300, Math.abs(other));

test.each(golden.logErfc)('ln erfc(%d)', (x, value) => {
  expect(Math.abs(logErfc(x) - value)).toBeLessThan(1e-14 * Math.max(1, Math.abs(value)));
});

test.each(golden.renyi)(
  'Rényi divergences of one step, q = $rate, σ = $noise',
  ({ rate, noise, orders, values }) => {
    orders.forEach((order, i) =>
      expect(apart(renyiOfStep({ rate, noise }, order), values[i])).toBeLessThan(1e-7),
    );
  },
);

describe('the ε of an account', () => {
  test.each(golden.accounts)('$account', ({ account, google, opacus }) => {
    const ofOpacus = epsilonOf(account, delta, { orders: golden.opacusOrders });
    expect(apart(ofOpacus.epsilon, opacus.epsilon)).toBeLessThan(1e-9);
    expect(ofOpacus.order).toBeCloseTo(opacus.order, 9);
    const ofGoogle = epsilonOf(account, delta, { orders: golden.wholeOrders });
    expect(apart(ofGoogle.epsilon, google.epsilon)).toBeLessThan(1e-9);
    expect(ofGoogle.order).toBe(google.order);
  });

  test('by the older conversion is the figure in the README of Opacus: 1.16 after 15 epochs of MNIST', () => {
    const account = [{ rate: 0.004, noise: 1.3, steps: 15 * 250 }];
    expect(epsilonOf(account, 1e-5, { conversion: 'mironov' }).epsilon).toBeCloseTo(1.16, 2);
  });

  test('asked step by step is the same', () => {
    const [{ account }] = golden.accounts;
    const [{ steps, ...step }] = account;
    const meter = privacyMeter(step, delta);
    expect([meter(0), meter(steps)]).toEqual([0, epsilonOf(account, delta).epsilon]);
  });

  test('is nothing before the first step and boundless without noise', () => {
    expect(epsilonOf([{ rate: 0.1, noise: 1, steps: 0 }], delta).epsilon).toBe(0);
    expect(epsilonOf([{ rate: 0.1, noise: 0, steps: 1 }], delta).epsilon).toBe(Infinity);
  });
});

describe('the noise of an ε', () => {
  test.each(golden.noise)('ε $epsilon', ({ noise, ...target }) => {
    const own = noiseFor({ ...target, delta });
    expect(apart(own, noise)).toBeLessThan(2e-3);
    expect(epsilonOf([{ ...target, noise: own }], delta).epsilon).toBeLessThanOrEqual(target.epsilon);
  });

  test('that none is enough for', () => {
    expect(() => noiseFor({ epsilon: 1e-4, delta, rate: 1, steps: 1000 })).toThrow(
      'no noise keeps 1000 steps within ε 0.0001',
    );
  });
});
