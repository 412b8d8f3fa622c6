import { expect, test } from 'vitest';
import { add, affine, fromArray, mul, sum, type Tensor, valueAndGrad } from '../tensor/index.ts';
import { anchorAt, consolidation } from './consolidation.ts';

const vector = (...numbers: number[]): Tensor =>
  fromArray<'f32'>(Float32Array.from(numbers), [numbers.length], 'f32');

test('what matters to old texts is held by how much it matters', async () => {
  const params = { a: vector(1, 2), b: { c: vector(3) } };
  const rows = [vector(2, 0), vector(4, 0)];
  // ∂ of a text's loss: its row for a, and 2·c = 6 for c.
  const loss = (p: typeof params, text: number) => add(sum(mul(p.a, rows[text])), sum(mul(p.b.c, p.b.c)));
  const anchor = await anchorAt(params, loss, { count: 2 });
  expect([...anchor.a.fisher.data]).toEqual([(4 + 16) / 2, 0]);
  expect([...anchor['b.c'].fisher.data]).toEqual([36]);
  expect(consolidation(params, anchor, 5).item()).toBe(0);
  const moved = { a: affine(params.a, 1, 1), b: { c: affine(params.b.c, 1, -2) } };
  const { value, gradients } = valueAndGrad((p: typeof params) => consolidation(p, anchor, 5), moved);
  // 5/2·(10·1² + 0·1² + 36·2²), and its slope 5·F·(θ − θ₀).
  expect(value.item()).toBe(385);
  expect([...gradients.a.data]).toEqual([50, 0]);
  expect([...gradients.b.c.data]).toEqual([-360]);
});
