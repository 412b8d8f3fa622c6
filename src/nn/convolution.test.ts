/** The 2-D convolution and pooling against PyTorch: values and every gradient. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { wave } from '../../test/contracts/wave.ts';
import { mul, sum, type Tensor, valueAndGrad } from '../tensor/index.ts';
import { pool2d, runConvolution2d } from './convolution.ts';

interface Case {
  readonly size: number;
  readonly height: number;
  readonly width: number;
  readonly shape: readonly number[];
  readonly y: readonly number[];
  readonly x: readonly number[];
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/convolution.json', import.meta.url), 'utf8'),
) as {
  readonly convolutions: readonly (Case & {
    readonly batch: number;
    readonly inputs: number;
    readonly outputs: number;
    readonly stride: number;
    readonly padding: number;
    readonly weight: readonly number[];
    readonly bias: readonly number[];
  })[];
  readonly poolings: readonly (Case & { readonly kind: 'max' | 'average' })[];
};

function expectNear(got: Tensor, expected: readonly number[]): void {
  expect(got.size).toBe(expected.length);
  expected.forEach((value, i) => void expect(Math.abs(got.data[i] - value)).toBeLessThan(2e-5));
}

describe.each(golden.convolutions)('a convolution of size $size, stride $stride, padding $padding', (one) => {
  const { batch, height, width, inputs, outputs, size, stride, padding } = one;

  test('gives what PyTorch gives, and its gradients', () => {
    const params = {
      x: wave([batch, height, width, inputs], 1),
      weight: wave([outputs, size, size, inputs], 2),
      bias: wave([outputs], 3),
    };
    const run = ({ x, ...own }: typeof params) =>
      runConvolution2d(own, x, { activation: 'relu', stride, padding });
    const y = run(params);
    expect(y.shape).toEqual(one.shape);
    expectNear(y, one.y);
    const weights = wave(one.shape, 4);
    const { gradients } = valueAndGrad((p: typeof params) => sum(mul(run(p), weights)), params);
    for (const name of ['x', 'weight', 'bias'] as const) expectNear(gradients[name], one[name]);
  });
});

test.each(golden.poolings)('pooling $kind of $size', ({ kind, height, width, size, shape, y, x }) => {
  const input = wave([2, height, width, 3], 5);
  expectNear(pool2d(input, size, kind), y);
  const loss = (p: { x: Tensor }) => sum(mul(pool2d(p.x, size, kind), wave(shape, 6)));
  expectNear(valueAndGrad(loss, { x: input }).gradients.x, x);
});

test('refuses windows that do not fit', () => {
  const weights = { weight: wave([1, 5, 5, 1], 1) };
  expect(() => runConvolution2d(weights, wave([1, 4, 4, 1], 1))).toThrow('at most the picture');
  expect(() => runConvolution2d(weights, wave([4, 4, 1], 1))).toThrow('[batch, height, width, channels]');
  expect(() => runConvolution2d(weights, wave([1, 9, 9, 1], 1), { stride: 0 })).toThrow('stride');
});
