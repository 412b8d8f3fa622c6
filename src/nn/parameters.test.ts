import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  countParameters,
  initialize,
  normalInit,
  onesInit,
  ParameterSpec,
  residualInit,
  zerosInit,
} from './parameters.ts';

const spread = (data: ArrayLike<number>): { mean: number; std: number } => {
  const values = Array.from(data);
  const mean = values.reduce((a, b) => a + b) / values.length;
  return { mean, std: Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length) };
};

test('normal weights have the stated spread, residual ones 1/√(2·layers) of it', () => {
  const plain = spread(normalInit(0.02)([100, 100], createRng(7)).data);
  expect(Math.abs(plain.mean)).toBeLessThan(0.001);
  expect(plain.std).toBeCloseTo(0.02, 3);
  expect(spread(residualInit(0.02, 8)([100, 100], createRng(7)).data).std).toBeCloseTo(0.005, 4);
});

test('a parameter starts the same whatever stands beside it', () => {
  const a = new ParameterSpec([4], normalInit(1));
  const first = initialize({ a }, createRng(5));
  const second = initialize({ other: a, a, flat: new ParameterSpec([2], onesInit) }, createRng(5));
  expect([...second.a.data]).toEqual([...first.a.data]);
  expect([...second.other.data]).not.toEqual([...first.a.data]);
  expect([...initialize({ a }, createRng(6)).a.data]).not.toEqual([...first.a.data]);
});

test('numbers are counted before and after they exist', () => {
  const specs = { list: [new ParameterSpec([2, 3], zerosInit)], none: undefined };
  expect(countParameters(specs)).toBe(6);
  expect(countParameters(initialize(specs, createRng(1)))).toBe(6);
});
