/** Losses. Those on logits are ops; here is the one that owns the head. */

import {
  affine,
  type CrossEntropyOptions,
  crossEntropy,
  linear,
  linearCrossEntropy,
  type Tensor,
  tanh,
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
