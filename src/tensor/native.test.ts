/** Every op's samples on native kernels against the reference, values and gradients; a counter proves that they ran. */

import { describe, expect, test } from 'vitest';
import { valueAndGrad } from './autodiff.ts';
import { backend, withKernels, wrapKernels } from './backend.ts';
import { isFloat } from './dtype.ts';
import type { KernelName, Kernels } from './kernels.ts';
import type { Op } from './op.ts';
import { add, cast, mul, normal, opTable, sum } from './ops/index.ts';
import { referenceKernels } from './reference/index.ts';
import { type Tensor, zeros } from './tensor.ts';

const { native, reason, kernels } = backend();
const rows = Object.entries(opTable) as unknown as [string, Op<unknown>][];

/** A table that notes which kernels are called. */
function counting(table: Kernels, seen: Set<KernelName>): Kernels {
  return wrapKernels(table, (name, call) => {
    seen.add(name);
    return call();
  });
}

/** Outputs and gradients of one sample. */
function measure(op: Op<unknown>, inputs: readonly Tensor[], attrs: unknown): Tensor[] {
  const outputs = op(inputs, attrs);
  if (op.row.gradient === 'none' || !inputs.some((x) => isFloat(x.dtype))) return outputs;
  const loss = (xs: readonly Tensor[]): Tensor => {
    const floating = op(xs, attrs).filter((y) => isFloat(y.dtype));
    return (op.row.plain ? floating.slice(0, 1) : floating)
      .map((y, i) => sum(mul(cast(y, 'f32'), normal(y.shape, { seed: i + 1 }))))
      .reduce((a, b) => add(a, b), zeros([]) as Tensor);
  };
  const { gradients } = valueAndGrad(loss, inputs);
  return [...outputs, ...(gradients as readonly (Tensor | undefined)[]).filter((g) => g !== undefined)];
}

function expectNear(got: Tensor, expected: Tensor): void {
  expect(got.shape).toEqual(expected.shape);
  for (let i = 0; i < got.size; i++) {
    const [a, b] = [got.data[i], expected.data[i]];
    if (!Object.is(a, b) && !(Math.abs(a - b) <= 1e-5 + 1e-4 * Math.abs(b))) {
      expect.fail(`element ${i}: native ${a}, reference ${b}`);
    }
  }
}

/** Kernels of views and of ops that only move gradients may be none at all. */
describe.skipIf(!native)(native ? `ops on path ${native.path}` : `no addon: ${reason}`, () => {
  test.each(rows)('%s equals the reference, and no kernel fell back to TypeScript', (_, op) => {
    for (const { inputs, attrs } of op.row.samples()) {
      const seen = new Set<KernelName>();
      native!.addon.resetCounters();
      const got = withKernels(counting(kernels, seen), () => measure(op, inputs, attrs));
      const calls = Object.values(native!.addon.counters()).reduce((total, count) => total + count, 0);
      const expected = withKernels(referenceKernels, () => measure(op, inputs, attrs));
      expect(got.length).toBe(expected.length);
      got.forEach((x, i) => {
        expectNear(x, expected[i]);
      });
      expect([...seen].filter((name) => !native!.kernels[name])).toEqual([]);
      if (seen.size > 0) expect(calls).toBeGreaterThan(0);
    }
  });
});
