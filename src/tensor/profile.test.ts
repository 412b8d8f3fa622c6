/** The profile: what it counts by hand, and that it changes nothing. */

import { describe, expect, test } from 'vitest';
import { kernelCases } from '../../test/contracts/kernel-cases.ts';
import { backend, withKernels } from './backend.ts';
import type { KernelName, Kernels } from './kernels.ts';
import { attention, gelu, linear, matmul, normal, sum } from './ops/index.ts';
import { type KernelProfile, type ProfileRow, profileKernels } from './profile.ts';
import { referenceKernels } from './reference/index.ts';

/** A clock that makes every kernel call last one millisecond. */
function ticking(kernels: Kernels): KernelProfile {
  let ms = 0;
  return profileKernels(kernels, { now: () => ms++ });
}

/** The only row of what `body` runs. */
function onlyRow(body: () => unknown): ProfileRow {
  const profile = ticking(backend().kernels);
  withKernels(profile.kernels, body);
  const rows = profile.rows({ flopsPerSecond: 1e6, bytesPerSecond: 1e6 });
  expect(rows.length).toBe(1);
  return rows[0];
}

describe('what a call had to do', () => {
  const x = normal([6, 4], { seed: 1 });
  const weight = normal([5, 4], { seed: 2 });

  test('a product: 2·m·n·k operations; both sides read, the result written', () => {
    const row = onlyRow(() => linear(x, weight));
    expect(row).toMatchObject({ kernel: 'matmul', label: '6×5×4 ABᵀ', calls: 1, ms: 1 });
    expect(row).toMatchObject({ flops: 2 * 6 * 5 * 4, bytes: 4 * (24 + 20 + 30) });
    expect(row.gflopsPerSecond).toBeCloseTo(240 / 1e6);
    expect(row.gigabytesPerSecond).toBeCloseTo(296 / 1e6);
  });

  test('the limit that takes longer is the bound', () => {
    const small = onlyRow(() => linear(x, weight));
    expect(small).toMatchObject({ bound: 'memory', shareOfBound: 0.296 });
    const [a, b] = [normal([64, 64], { seed: 1 }), normal([64, 64], { seed: 2 })];
    const large = onlyRow(() => matmul(a, b));
    expect(large.bound).toBe('compute');
    expect(large.shareOfBound).toBeCloseTo((2 * 64 ** 3) / 1e6 / 1e-3);
  });

  test('causal attention counts the pairs that see each other', () => {
    const heads = normal([1, 3, 2, 8], { seed: 3 });
    const row = onlyRow(() => attention(heads, heads, heads, { causal: true }));
    expect(row.flops).toBe(4 * 8 * 2 * (1 + 2 + 3));
  });

  test('elementwise functions are told apart', () => {
    const profile = ticking(backend().kernels);
    withKernels(profile.kernels, () => sum(gelu(x)));
    expect(profile.rows().map(({ kernel, label }) => `${kernel} ${label}`)).toEqual([
      'unary gelu',
      'reduce sum',
    ]);
  });
});

test('every kernel has counts that are finite, and gives what it gave unwatched', () => {
  const profile = ticking(referenceKernels);
  for (const name of Object.keys(kernelCases) as KernelName[]) {
    const plain = kernelCases[name]() as readonly (readonly unknown[])[];
    const watched = kernelCases[name]() as readonly (readonly unknown[])[];
    profile.reset();
    plain.slice(0, 3).forEach((args, i) => {
      const expected = (referenceKernels[name] as (...args: unknown[]) => unknown)(...args);
      const got = (profile.kernels[name] as (...args: unknown[]) => unknown)(...watched[i]);
      expect(got).toEqual(expected);
    });
    for (const row of profile.rows()) {
      expect(row.kernel).toBe(name);
      expect(Number.isFinite(row.flops)).toBe(true);
      expect(Number.isFinite(row.bytes)).toBe(true);
    }
    expect(profile.rows().reduce((calls, row) => calls + row.calls, 0)).toBe(plain.slice(0, 3).length);
  }
});
