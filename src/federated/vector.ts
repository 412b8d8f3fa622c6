/** All parameters of a model as one row of numbers: what goes to and fro. */

import type { Tensor } from '../tensor/index.ts';
import { leafValues } from '../tree.ts';

const floats = (tensor: Tensor): Float32Array => tensor.data as Float32Array;

/** The numbers of every parameter, in the order of the tree. */
export function vectorOf(params: unknown): Float32Array {
  const parts = leafValues<Tensor>(params).map(floats);
  const vector = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    vector.set(part, at);
    at += part.length;
  }
  return vector;
}

/** Writes such a row into the tensors, in the same order. */
export function fillFrom(tensors: readonly Tensor[], vector: Float32Array): void {
  let at = 0;
  for (const part of tensors.map(floats)) {
    part.set(vector.subarray(at, at + part.length));
    at += part.length;
  }
}
