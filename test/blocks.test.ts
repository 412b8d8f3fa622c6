/** Blocks of few bits are the same in files and in memory. */

import { expect, test } from 'vitest';
import { dequantize, quantize } from '../src/io/index.ts';
import { createRng } from '../src/rng.ts';
import { cast, type Tensor, tensor } from '../src/tensor/index.ts';

const rng = createRng(3);
const numbers = Float32Array.from(
  { length: 96 * 40 },
  (_, i) => rng.normal() * 10 ** (((i >> 5) % 12) - 8) * (i % 77 ? 1 : 0),
);

test.each(['q8_0', 'q4_0'] as const)('%s: the bytes and the numbers behind them', (type) => {
  const name = type.toUpperCase() as Uppercase<typeof type>;
  const kept = cast(tensor(numbers, { shape: [40, 96] }), type) as Tensor<typeof type>;
  const file = quantize(name, numbers);
  expect(Buffer.compare(kept.data, file)).toBe(0);
  expect(cast(kept, 'f32').data).toEqual(dequantize(name, file));
});
