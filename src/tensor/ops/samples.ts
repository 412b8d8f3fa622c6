/** Small tensors for the samples of op rows; the same at every call. */

import { createRng } from '../../rng.ts';
import { empty, type Shape, type Tensor } from '../tensor.ts';

/** Standard normal numbers. Other seeds give other numbers. */
export function normalSample(shape: Shape, seed = 1): Tensor<'f32'> {
  const rng = createRng(seed);
  const result = empty(shape);
  for (let i = 0; i < result.size; i++) result.data[i] = rng.normal();
  return result;
}

/** Numbers in [0.5, 2). */
export function positiveSample(shape: Shape, seed = 1): Tensor<'f32'> {
  const rng = createRng(seed);
  const result = empty(shape);
  for (let i = 0; i < result.size; i++) result.data[i] = 0.5 + 1.5 * rng.uniform();
  return result;
}

/** Whole numbers in [0, count). */
export function idSample(shape: Shape, count: number, seed = 1): Tensor<'i32'> {
  const rng = createRng(seed);
  const result = empty(shape, 'i32');
  for (let i = 0; i < result.size; i++) result.data[i] = rng.integer(count);
  return result;
}

/** Zeros and ones. */
export function maskSample(shape: Shape, seed = 1): Tensor<'u8'> {
  const rng = createRng(seed);
  const result = empty(shape, 'u8');
  for (let i = 0; i < result.size; i++) result.data[i] = rng.integer(2);
  return result;
}
