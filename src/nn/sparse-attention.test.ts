/** Sparse attention equals dense attention behind a mask, and computes no more than it must. */

import { describe, expect, test } from 'vitest';
import {
  alibiSlopes,
  backend,
  fromArray,
  grad,
  mul,
  normal,
  type Shape,
  sum,
  type Tensor,
  withKernels,
  wrapKernels,
} from '../tensor/index.ts';
import { maskBias, plainAttention } from './attention-weights.ts';
import { type SparsePattern, sparseAttention, sparseOverPast } from './sparse-attention.ts';

const HEADS = 4;
const KV_HEADS = 2;
const SIZE = 3;
const random = (stream: number, length: number, heads: number): Tensor =>
  normal([2, length, heads, SIZE], { seed: 7, stream });
const tensorOf = (values: readonly number[], shape: Shape): Tensor =>
  fromArray<'f32'>(Float32Array.from(values), shape, 'f32');
const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((v, i) => Math.abs(v - b.data[i])));
const rowsOf = (x: Tensor, row: number): Float32Array =>
  x.data.slice(row * (x.size / 2), (row + 1) * (x.size / 2)) as Float32Array;

describe.each([
  { pattern: { kind: 'block', size: 4 }, length: 11 },
  { pattern: { kind: 'block', size: 4 }, length: 3 },
  { pattern: { kind: 'strided', size: 3 }, length: 11 },
  { pattern: { kind: 'strided', size: 8 }, length: 5 },
] as const)('$pattern.kind of $pattern.size over $length tokens', ({ pattern, length }) => {
  const inputs = {
    q: random(0, length, HEADS),
    k: random(1, length, KV_HEADS),
    v: random(2, length, KV_HEADS),
  };
  const upstream = random(3, length, HEADS);

  test.each([undefined, alibiSlopes(HEADS)])(
    'equals masked dense attention, in value and gradient (slopes %s)',
    (slopes) => {
      const options = { pattern, scale: 0.7, alibiSlopes: slopes };
      const sizes = { batch: 2, heads: HEADS, queries: length, keys: length };
      const mask = maskBias(sizes, { causal: true, pattern, alibiSlopes: slopes });
      type Inputs = typeof inputs;
      const sparse = ({ q, k, v }: Inputs) => sparseAttention(q, k, v, options);
      const dense = ({ q, k, v }: Inputs) => plainAttention(q, k, v, { scale: 0.7, biases: [mask] });
      expect(worst(sparse(inputs), dense(inputs))).toBeLessThan(1e-5);
      const gradients = (f: (given: Inputs) => Tensor) =>
        grad((given: Inputs) => sum(mul(f(given), upstream)), inputs);
      const [ours, plain] = [gradients(sparse), gradients(dense)];
      for (const name of ['q', 'k', 'v'] as const) expect(worst(ours[name], plain[name])).toBeLessThan(1e-5);
    },
  );

  test('over a past that is fetched by place, it is the same', () => {
    const whole = sparseAttention(inputs.q, inputs.k, inputs.v, { pattern, scale: 0.7 });
    const take = (x: Tensor, places: readonly number[], heads: number): Tensor => {
      const data = rowsOf(x, 1);
      const row = heads * SIZE;
      const values = places.flatMap((place) => [...data.subarray(place * row, (place + 1) * row)]);
      return tensorOf(values, [1, places.length, heads, SIZE]);
    };
    const last = Math.min(7, length);
    const queries = take(
      inputs.q,
      Array.from({ length: last }, (_, i) => length - last + i),
      HEADS,
    );
    const fetch = (places: readonly number[]) =>
      [take(inputs.k, places, KV_HEADS), take(inputs.v, places, KV_HEADS)] as const;
    const mixed = sparseOverPast(tensorOf([...queries.data], [last, HEADS, SIZE]), length, fetch, {
      pattern,
      scale: 0.7,
    });
    const expected = rowsOf(whole, 1).slice(-mixed.size);
    expect(Math.max(...mixed.data.map((v, i) => Math.abs(v - expected[i])))).toBeLessThan(1e-5);
  });
});

test.each([
  [{ kind: 'block', size: 16 }, 2],
  [{ kind: 'strided', size: 16 }, 4],
] as const)('%j: what twice the length costs in scores', (pattern: SparsePattern, growth) => {
  const scoresOf = (length: number): number => {
    let scores = 0;
    const counting = wrapKernels(backend().kernels, (name, call, args) => {
      const sizes = args[5] as { batch: number; queries: number; keys: number };
      if (name === 'attention') scores += sizes.batch * sizes.queries * sizes.keys;
      return call();
    });
    const [q, k, v] = [0, 1, 2].map((stream) => random(stream, length, 2));
    withKernels(counting, () => sparseAttention(q, k, v, { pattern, scale: 1 }));
    return scores;
  };
  expect(scoresOf(256) / scoresOf(128)).toBe(growth);
});
