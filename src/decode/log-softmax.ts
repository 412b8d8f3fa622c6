/** Logits as logarithms of probabilities. */

/** log Σ exp(logit), safe for any finite greatest logit. */
export function logSumExp(logits: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i] > max) max = logits[i];
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i] - max);
  return max + Math.log(total);
}

/** Turns a row of logits into natural logarithms of probabilities, in place. */
export function logSoftmax(logits: Float32Array): void {
  const logNormalizer = logSumExp(logits);
  for (let i = 0; i < logits.length; i++) logits[i] -= logNormalizer;
}

/** Turns a row of logits into probabilities, written into `out`. */
export function softmaxInto(logits: Float32Array, out: Float64Array): void {
  const logNormalizer = logSumExp(logits);
  for (let i = 0; i < logits.length; i++) out[i] = Math.exp(logits[i] - logNormalizer);
}
