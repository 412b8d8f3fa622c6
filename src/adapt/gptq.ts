/**
 * GPTQ: weights are rounded one input after another, and what rounding changes is made up for by the inputs that are still
 * to come, as far as the two go together in text (Frantar et al. 2022, arXiv:2210.17323).
 */

import { setImmediate } from 'node:timers/promises';
import { fromHalf, toHalf } from '../half.ts';
import { BLOCK_SIZE, fromArray, outsideScopes, type Tensor } from '../tensor/index.ts';
import { linearWeights } from './adapter.ts';
import type { InputProducts } from './layer-inputs.ts';
import { withParams } from './select.ts';

/** Of the mean of H's diagonal so much is added to it. */
const DAMPING = 0.01;

/**
 * A copy whose linear layers hold only numbers of Q4_0, chosen by GPTQ: keeping it in `q4_0` then changes nothing more. A
 * block's scale is that of its weights when its turn comes. Layers whose rows are no multiple of 32 stay as they are.
 */
export async function gptq<Params>(
  params: Params,
  products: InputProducts,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Params> {
  const fitting = [...linearWeights(params)].filter(([, { shape }]) => shape[1] % BLOCK_SIZE === 0);
  const rounded: { [path: string]: Tensor } = {};
  for (const [path, { shape, data }] of fitting) {
    await setImmediate();
    signal?.throwIfAborted();
    const weights = Float64Array.from(data as Float32Array);
    roundMatrix(weights, products.get(path)!, shape[1]);
    rounded[`${path}.weight`] = outsideScopes(() =>
      fromArray<'f32'>(Float32Array.from(weights), shape, 'f32'),
    );
  }
  return withParams(params, rounded);
}

/** Rounds W [out, in] in place; `products` is Σ x·xᵀ of its inputs. */
function roundMatrix(weights: Float64Array, products: Float32Array, inputs: number): void {
  const factor = inverseFactor(damped(products, inputs), inputs);
  for (let row = 0; row < weights.length; row += inputs) {
    for (let from = 0; from < inputs; from += BLOCK_SIZE) {
      const { scale, largest } = scaleOf(weights, row + from);
      for (let i = from; i < from + BLOCK_SIZE; i++) {
        const before = weights[row + i];
        // NOTE The number that set the scale keeps it: so the block has the same scale when it is read again.
        const steps = row + i === largest ? -8 : roundHalfUp(before / scale);
        weights[row + i] = scale === 0 ? 0 : scale * steps;
        const error = (before - weights[row + i]) / factor[i * inputs + i];
        for (let j = i + 1; j < inputs; j++) weights[row + j] -= error * factor[i * inputs + j];
      }
    }
  }
}

const roundHalfUp = (steps: number): number => Math.max(-8, Math.min(7, Math.floor(steps + 0.5)));

/** Q4_0's scale of the block that begins at `from`, in half precision, and which of its numbers becomes −8. */
function scaleOf(weights: Float64Array, from: number): { readonly scale: number; readonly largest: number } {
  let largest = from;
  for (let i = from; i < from + BLOCK_SIZE; i++) {
    if (Math.abs(weights[i]) > Math.abs(weights[largest])) largest = i;
  }
  return { scale: fromHalf(toHalf(weights[largest] / -8)), largest };
}

/** H with something on its diagonal; an input that was never there counts for itself alone. */
function damped(products: Float32Array, size: number): Float64Array {
  const h = Float64Array.from(products);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += h[i * size + i];
  const added = DAMPING * (trace / size) || 1;
  for (let i = 0; i < size; i++) h[i * size + i] += added;
  return h;
}

/** The upper triangle U of H⁻¹ = Uᵀ·U: the inverse of the R in H = R·Rᵀ. */
function inverseFactor(h: Float64Array, size: number): Float64Array {
  const at = (row: number, column: number): number => row * size + column;
  // R, from its last column backwards, in place.
  for (let j = size - 1; j >= 0; j--) {
    for (let i = j; i >= 0; i--) {
      let sum = h[at(i, j)];
      for (let k = j + 1; k < size; k++) sum -= h[at(i, k)] * h[at(j, k)];
      h[at(i, j)] = i === j ? Math.sqrt(sum) : sum / h[at(j, j)];
    }
  }
  const u = new Float64Array(size * size);
  for (let i = size - 1; i >= 0; i--) {
    u[at(i, i)] = 1 / h[at(i, i)];
    for (let k = i + 1; k < size; k++) {
      const factor = h[at(i, k)] / h[at(i, i)];
      for (let j = k; j < size; j++) u[at(i, j)] -= factor * u[at(k, j)];
    }
  }
  return u;
}
