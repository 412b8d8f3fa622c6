/** Losses. Those on logits are ops; here is the one that owns the head. */

import {
  add,
  affine,
  arange,
  type CrossEntropyOptions,
  crossEntropy,
  exp,
  linear,
  linearCrossEntropy,
  matmul,
  minimum,
  mul,
  rsqrt,
  square,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from '../tensor/index.ts';

export {
  crossEntropy,
  linearCrossEntropy,
  meanSquaredError,
  negativeLogLikelihood,
} from '../tensor/index.ts';

/** cap·tanh(x/cap): keeps logits within ±cap (Gemma 2, 2024). */
export function softcap(x: Tensor, cap: number): Tensor {
  return affine(tanh(affine(x, 1 / cap, 0)), cap, 0);
}

/**
 * Cross-entropy of a language model's head: hidden [..., width], head [vocab, width], targets [...]. Without a cap the
 * logits of the whole batch never exist in memory.
 */
export function headLoss(
  hidden: Tensor,
  head: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions & { readonly logitSoftcap?: number } = {},
): Tensor {
  const { logitSoftcap, ...rest } = options;
  if (!logitSoftcap) return linearCrossEntropy(hidden, head, targets, rest);
  return crossEntropy(softcap(linear(hidden, head), logitSoftcap), targets, rest);
}

/** x/‖x‖: rows of length 1 along the last axis. */
export function unitRows(x: Tensor): Tensor {
  return mul(x, rsqrt(affine(sum(square(x), { axis: -1, keepDims: true }), 1, SMALLEST)));
}

const SMALLEST = 1e-12;
/** ln 100: the scale of CLIP is held there, so that training stays steady. */
const LARGEST_LOG_SCALE = Math.log(100);

/**
 * Symmetric InfoNCE (van den Oord et al. 2018; CLIP, Radford et al. 2021, §2.3): each of a [B, D] shall be nearest to its own of
 * b [B, D] among all of the batch, and the other way round. The scores are cosines times exp(min(logScale, ln 100)), logScale being
 * the logarithm of a learned inverse temperature, one element. Nats.
 */
export function symmetricInfoNce(a: Tensor, b: Tensor, logScale: Tensor): Tensor {
  const scale = exp(minimum(logScale, tensor(LARGEST_LOG_SCALE)));
  const scores = mul(matmul(unitRows(a), unitRows(b), { transB: true }), scale);
  const own = arange(a.shape[0]);
  return affine(add(crossEntropy(scores, own), crossEntropy(transpose(scores), own)), 0.5, 0);
}
