/** The numbers that the scripts of `test/golden` begin with, the same in every language. */

import { sizeOf, type Tensor, tensor } from '../../src/tensor/index.ts';

export function wave(shape: readonly number[], shift: number): Tensor {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => 0.5 * Math.sin(0.7 * i * i + 0.3 * i + shift),
  );
  return tensor(values, { shape });
}
