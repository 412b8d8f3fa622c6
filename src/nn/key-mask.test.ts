import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { attention, mul, sum, type Tensor, tensor, valueAndGrad } from '../tensor/index.ts';
import type { Attend } from './attention.ts';
import { hidingKeys } from './key-mask.ts';
import { normalInit } from './parameters.ts';

const at = (shape: number[], seed: number) => normalInit(1)(shape, createRng(seed));

test.each([
  ['as many heads', 2, 4],
  ['grouped heads', 1, 8],
] as const)('hidden keys change nothing that is seen and get no gradient (%s)', (_, kvHeads, size) => {
  const attend: Attend = (q, k, v) => attention(q, k, v, { causal: true, scale: 0.7 });
  const q = at([2, 5, 2, size], 1);
  const [k, v] = [at([2, 5, kvHeads, size], 2), at([2, 5, kvHeads, size], 3)];
  // Row 0 hides nothing; row 1 hides keys 1 and 3.
  const hides = tensor([[0, 0, 0, 0, 0], [0, 1, 0, 1, 0]]); // biome-ignore format: a batch
  const weight = at([2, 5, 2, size], 4);
  const masked = valueAndGrad(
    (x: { q: Tensor; k: Tensor; v: Tensor }) => sum(mul(hidingKeys(attend, hides)(x.q, x.k, x.v), weight)),
    { q, k, v },
  );
  // The same by hand: keys 1 and 3 of row 1 moved where their score is nothing.
  const plain = (query: number, row: number, keys: readonly number[]) => {
    const rows = (x: Tensor, places: readonly number[]) =>
      tensor(places.flatMap((place) => {
        const span = x.shape[2] * size;
        return Array.from(x.data.slice((row * 5 + place) * span, (row * 5 + place + 1) * span));
      }), { shape: [1, places.length, x.shape[2], size] }); // biome-ignore format: short
    const seen = keys.filter((key) => key <= query);
    return attention(rows(q, [query]), rows(k, seen), rows(v, seen), { causal: false, scale: 0.7 });
  };
  const out = hidingKeys(attend, hides)(q, k, v);
  for (const [row, keys] of [
    [0, [0, 1, 2, 3, 4]],
    [1, [0, 2, 4]],
  ] as const) {
    // biome-ignore format: two rows
    for (let query = 0; query < 5; query++) {
      const expected = plain(query, row, keys);
      for (let i = 0; i < 2 * size; i++) {
        expect(out.data[(row * 5 + query) * 2 * size + i]).toBeCloseTo(expected.data[i], 5);
      }
    }
  }
  const span = kvHeads * size;
  for (const key of [1, 3]) {
    const from = (5 + key) * span;
    expect(masked.gradients.k.data.slice(from, from + span).every((g: number) => Math.abs(g) < 1e-6)).toBe(
      true,
    );
    expect(masked.gradients.v.data.slice(from, from + span).every((g: number) => Math.abs(g) < 1e-6)).toBe(
      true,
    );
  }
  expect(masked.gradients.k.data.slice(0, span).some((g: number) => Math.abs(g) > 1e-4)).toBe(true);
});

test('a query that sees only hidden keys gives a mixture of them, never NaN', () => {
  const attend: Attend = (q, k, v) => attention(q, k, v, { causal: true, scale: 1 });
  const [q, k, v] = [1, 2, 3].map((seed) => at([1, 2, 1, 3], seed));
  const out = hidingKeys(attend, tensor([[1, 1]]))(q, k, v);
  // How much of each is left open: in f32 their scores round to the same, in f64 they do not.
  for (let i = 0; i < 3; i++) {
    const values = [v.data[i], v.data[3 + i]];
    expect(out.data[3 + i]).toBeGreaterThanOrEqual(Math.min(...values) - 1e-5);
    expect(out.data[3 + i]).toBeLessThanOrEqual(Math.max(...values) + 1e-5);
  }
});
