/** Every gradient rule of the op table against central differences in f64, first and second order. */

import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { grad, valueAndGrad } from './autodiff.ts';
import { isFloat } from './dtype.ts';
import type { Op } from './op.ts';
import { add, cast, mul, opTable, sum } from './ops/index.ts';
import { empty, type Shape, type Tensor, tensor } from './tensor.ts';

const STEP = 1e-5;

function random64(shape: Shape, seed: number): Tensor {
  const rng = createRng(seed);
  const result = empty(shape, 'f64');
  for (let i = 0; i < result.size; i++) result.data[i] = rng.normal();
  return result;
}

const isFloating = (x: Tensor): boolean => isFloat(x.dtype);
const to64 = (x: Tensor): Tensor => (isFloating(x) ? cast(x, 'f64') : x);
const directions = (inputs: readonly Tensor[], seed: number): (Tensor | undefined)[] =>
  inputs.map((x, i) => (isFloating(x) ? random64(x.shape, seed + i) : undefined));

/** Σ y∘w over the outputs, with fixed random weights. Outputs that a fused row keeps for itself do not count. */
function scalarOf(op: Op<unknown>, attrs: unknown): (inputs: readonly Tensor[]) => Tensor {
  return (inputs) => {
    const outputs = op(inputs, attrs).filter(isFloating);
    const counted = op.row.plain ? outputs.slice(0, 1) : outputs;
    return counted
      .map((y, i) => sum(mul(cast(y, 'f64'), random64(y.shape, 100 + i))))
      .reduce((a, b) => add(a, b));
  };
}

const moved = (inputs: readonly Tensor[], along: readonly (Tensor | undefined)[], step: number): Tensor[] =>
  inputs.map((x, i) => {
    const direction = along[i];
    return direction ? add(x, mul(direction, step)) : x;
  });

/** Σ a·b over the tensors that both lists have. */
function dot(a: readonly (Tensor | undefined)[], b: readonly (Tensor | undefined)[]): number {
  let total = 0;
  a.forEach((x, i) => {
    const y = b[i];
    if (x && y) for (let j = 0; j < x.size; j++) total += x.data[j] * y.data[j];
  });
  return total;
}

/** The derivative of f along a direction: by the tape, and by a central difference. */
function derivatives(f: (inputs: readonly Tensor[]) => Tensor, inputs: readonly Tensor[], seed: number) {
  const along = directions(inputs, seed);
  const numeric = (f(moved(inputs, along, STEP)).item() - f(moved(inputs, along, -STEP)).item()) / (2 * STEP);
  const { gradients } = valueAndGrad(f, inputs);
  return { tape: dot(gradients as readonly (Tensor | undefined)[], along), numeric };
}

function expectEqual({ tape, numeric }: { tape: number; numeric: number }): void {
  expect(Number.isFinite(tape)).toBe(true);
  expect(Math.abs(tape - numeric)).toBeLessThan(1e-6 * Math.max(1, Math.abs(numeric)));
}

/** Σ gradient∘u: a scalar whose gradient is a second derivative. */
const slopeOf = (f: (inputs: readonly Tensor[]) => Tensor) => (inputs: readonly Tensor[]) => {
  const gradients = grad(f, inputs) as readonly (Tensor | undefined)[];
  return gradients
    .flatMap((g, i) => (g && isFloating(inputs[i]) ? [sum(mul(g, random64(g.shape, 200 + i)))] : []))
    .reduce((a, b) => add(a, b), tensor(0, { dtype: 'f64' }) as Tensor);
};

describe.each(Object.entries(opTable))('the gradient of %s', (_, known) => {
  const op = known as unknown as Op<unknown>;
  const samples = op.row.samples();
  if (op.row.gradient === 'none') {
    test.each(samples.map((sample, i) => [i, sample] as const))(
      'is cut off, or refused between floats: sample %i',
      (_i, { inputs, attrs }) => {
        const loss = (xs: readonly Tensor[]) => sum(cast(op(xs, attrs)[0], 'f32'));
        if (inputs.some(isFloating) && isFloating(op(inputs, attrs)[0])) {
          expect(() => grad(loss, inputs)).toThrow(/has no derivative/);
          return;
        }
        const gradients = grad(loss, inputs) as readonly (Tensor | undefined)[];
        expect(gradients.every((g) => g === undefined)).toBe(true);
      },
    );
    return;
  }
  samples.forEach(({ inputs, attrs, skipGradient }, i) => {
    if (!inputs.some(isFloating)) return;
    if (skipGradient) return test.skip(`sample ${i}: ${skipGradient}`);
    const doubles = inputs.map(to64);
    const f = scalarOf(op, attrs);
    test(`sample ${i} equals a central difference`, () => {
      expectEqual(derivatives(f, doubles, 10));
    });
    test(`sample ${i}: ${op.row.plain ? 'second order is refused' : 'second order equals a central difference'}`, () => {
      if (op.row.plain) expect(() => grad(slopeOf(f), doubles)).toThrow(/cannot be differentiated again/);
      else expectEqual(derivatives(slopeOf(f), doubles, 20));
    });
  });
});
