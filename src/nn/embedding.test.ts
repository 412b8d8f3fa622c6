import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { cast, grad, matmul, mul, oneHot, reshape, sum, type Tensor, tensor } from '../tensor/index.ts';
import { runEmbedding } from './embedding.ts';
import { normalInit } from './parameters.ts';

const ids = tensor([[2, 0, 2], [4, 1, 2]], { dtype: 'i32' }); // biome-ignore format: a batch
const weight = normalInit(1)([5, 3], createRng(1));
const upstream = normalInit(1)([2, 3, 3], createRng(2));

const byLookup = (table: Tensor) => runEmbedding({ weight: table }, ids);
const byProduct = (table: Tensor) =>
  reshape(matmul(cast(oneHot(reshape(ids, [6]), 5), 'f32'), table), [2, 3, 3]);

test('looking a row up equals a one-hot row times the matrix', () => {
  expect([...byLookup(weight).data]).toEqual([...byProduct(weight).data]);
  expect([...byLookup(weight).data.subarray(0, 3)]).toEqual([...weight.data.subarray(6, 9)]);
});

test('so does the gradient: a row that comes three times gets the sum of three, an unused row zero', () => {
  const gradient = (look: (table: Tensor) => Tensor) =>
    grad((table: Tensor) => sum(mul(look(table), upstream)), weight).data;
  const lookup = gradient(byLookup);
  const product = gradient(byProduct);
  for (let i = 0; i < 15; i++) expect(lookup[i]).toBeCloseTo(product[i], 6);
  const expected = upstream.data[0] + upstream.data[6] + upstream.data[15];
  expect(lookup[6]).toBeCloseTo(expected, 6);
  expect([...lookup.subarray(9, 12)]).toEqual([0, 0, 0]);
});

test('a table kept as bf16 gives f32 rows, rounded', () => {
  const rows = runEmbedding({ weight: cast(weight, 'bf16') }, ids);
  expect(rows.dtype).toBe('f32');
  for (const [i, value] of [...byLookup(weight).data].entries()) {
    expect(Math.abs(rows.data[i] - value)).toBeLessThanOrEqual(Math.abs(value) / 256);
  }
});
