/** Spectral normalisation: weights divided by their greatest singular value (Miyato et al., ICLR 2018). */

import type { Rng } from '../rng.ts';
import { div, fromArray, matmul, mul, reshape, scope, sum, type Tensor } from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';

/** Of each matrix by its path: unit vectors [outputs, 1] and [inputs, 1] that come near its first singular ones. */
export type SingularVectors = ReadonlyMap<string, { readonly left: Tensor; readonly right: Tensor }>;

/** A weight with all axes but its first in one: [outputs, inputs]. */
const matrixOf = (weight: Tensor): Tensor =>
  reshape(weight, [weight.shape[0], weight.size / weight.shape[0]]);

/** Random unit vectors for every parameter that has at least two axes. */
export function singularVectors(params: unknown, rng: Rng): SingularVectors {
  const unit = (size: number): Tensor => {
    const values = Float32Array.from({ length: size }, () => rng.normal());
    const length = Math.hypot(...values);
    return fromArray<'f32'>(
      values.map((value) => value / length),
      [size, 1],
      'f32',
    );
  };
  const matrices = leaves<Tensor>(params).filter(([, { shape }]) => shape.length > 1);
  return new Map(
    matrices.map(([path, { shape, size }]) => [path, { left: unit(shape[0]), right: unit(size / shape[0]) }]),
  );
}

/** As in PyTorch: a length below it is taken for it. */
const SMALLEST = 1e-12;

function setUnit(to: Tensor, { data }: Tensor): void {
  let squares = 0;
  for (const value of data) squares += value * value;
  const length = Math.max(Math.sqrt(squares), SMALLEST);
  data.forEach((value, i) => {
    to.data[i] = value / length;
  });
}

/** One power iteration for every matrix, in place: v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖. */
export function iterate(vectors: SingularVectors, params: unknown): void {
  scope(() => {
    for (const [path, weight] of leaves<Tensor>(params)) {
      const found = vectors.get(path);
      if (!found) continue;
      const matrix = matrixOf(weight);
      setUnit(found.right, matmul(matrix, found.left, { transA: true, precision: 'f32' }));
      setUnit(found.left, matmul(matrix, found.right, { precision: 'f32' }));
    }
  });
}

/** W/σ for every matrix, σ = uᵀWv; the gradient knows σ as a function of W, and takes u and v for constants. */
export function normalised<Params>(params: Params, vectors: SingularVectors): Params {
  return mapTree<Tensor, Tensor>(params, (weight, path) => {
    const found = vectors.get(path);
    if (!found) return weight;
    const outer = matmul(found.left, found.right, { transB: true, precision: 'f32' });
    return div(weight, sum(mul(matrixOf(weight), outer)));
  }) as Params;
}
