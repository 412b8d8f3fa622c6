/** Arrays for the cases of kernels, and how near two results must be. */

import { expect } from 'vitest';
import { fromBf16, toBf16 } from '../../src/half.ts';
import { createRng } from '../../src/rng.ts';
import { arrayConstructors, arrayLength, type Blocks, type BlockType } from '../../src/tensor/dtype.ts';
import type { KernelName, Precision } from '../../src/tensor/kernels.ts';
import { toBlocks } from '../../src/tensor/reference/blocks.ts';

const drawn = new Map<string, Float32Array>();

/** Normal numbers; the same for the same arguments, but never the same array. */
export function normals(count: number, seed = 1, scale = 1): Float32Array {
  const key = `${count} ${seed} ${scale}`;
  const rng = createRng(seed);
  if (!drawn.has(key))
    drawn.set(
      key,
      Float32Array.from({ length: count }, () => rng.normal() * scale),
    );
  return drawn.get(key)!.slice();
}

/** Whole numbers in [0, limit). */
export function integers(count: number, limit: number, seed = 1): Int32Array {
  const rng = createRng(seed);
  return Int32Array.from({ length: count }, () => rng.integer(limit));
}

/** Zeros to write to. */
export const out = (count: number): Float32Array => new Float32Array(count);
/** The same numbers in blocks; there must be a multiple of 32. */
export function blocks(type: BlockType, x: Float32Array): Blocks {
  const result = new arrayConstructors[type](new ArrayBuffer(arrayLength(type, x.length)));
  toBlocks(type, x, result);
  return result;
}
/** The same numbers as bf16 patterns. */
export const bf16 = (x: Float32Array): Uint16Array => Uint16Array.from(x, toBf16);

type Tolerances = { readonly [K in KernelName]?: { readonly abs: number; readonly rel: number } };

/** How far f32 arithmetic in another order may go: |a − b| ≤ abs + rel·|b|. */
const tolerances: Tolerances = {
  matmul: { abs: 1e-4, rel: 1e-4 },
  attentionGrad: { abs: 1e-4, rel: 1e-4 },
  layerNormGrad: { abs: 1e-3, rel: 1e-4 },
  rmsNormGrad: { abs: 1e-3, rel: 1e-4 },
  layerNorm: { abs: 1e-4, rel: 1e-4 },
  cumsum: { abs: 1e-4, rel: 1e-5 },
};

/** The same where numbers made on the way are rounded to bf16, at other places in another order. */
const roundedTolerances: Tolerances = {
  attention: { abs: 0.03, rel: 0.01 },
  attentionPaged: { abs: 0.03, rel: 0.01 },
  attentionGrad: { abs: 0.06, rel: 0.02 },
};

/** One step of bf16, relative: results next to a boundary may be rounded to either side. */
const BF16_STEP = 2 ** -7;

/** Fails when an element differs by more than arithmetic in another order may. */
export function expectNear(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  name: KernelName,
  precision: Precision = 'f32',
): void {
  const rounded = precision === 'bf16' ? roundedTolerances[name] : undefined;
  const { abs, rel } = rounded ?? tolerances[name] ?? { abs: 2e-6, rel: 1e-5 };
  const stored = expected instanceof Uint16Array && name !== 'cast';
  const numbers = (x: ArrayLike<number>) => (stored ? Float32Array.from(x, fromBf16) : x);
  const [a, b] = [numbers(got), numbers(expected)];
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const distance = Math.abs(a[i] - b[i]);
    if (!(distance <= abs + Math.max(rel, stored ? BF16_STEP : 0) * Math.abs(b[i]))) {
      expect.fail(`element ${i} of ${b.length}: got ${a[i]}, expected ${b[i]}`);
    }
  }
}
