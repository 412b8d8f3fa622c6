/**
 * What a logits processor is, and what all of them share. A banned token has the logit −∞. A row with NaN or +∞ is left as
 * it is, so that the sampler reports it.
 */

import type { DecodeStep } from '../history.ts';

/** Edits a row of `vocabSize` logits in place, knowing only the place in the text. */
export type LogitsProcessor = (logits: Float32Array, step: DecodeStep) => void;

export const BANNED = Number.NEGATIVE_INFINITY;

export function banBelow(logits: Float32Array, values: ArrayLike<number>, border: number): void {
  for (let i = 0; i < logits.length; i++) if (values[i] < border) logits[i] = BANNED;
}

/** The greatest logit; NaN if there is one. */
export function greatest(logits: Float32Array): number {
  let max = BANNED;
  for (let i = 0; i < logits.length; i++) {
    if (!(logits[i] <= max)) {
      max = logits[i];
      if (Number.isNaN(max)) break;
    }
  }
  return max;
}

/** A row of probabilities. Its memory is used again by the next `softmax`. */
export interface Distribution {
  /** Probability of each id, in double precision; the memory may be longer than the row. */
  readonly probabilities: Float64Array;
  /** The greatest logit. */
  readonly max: number;
  /** log Σ exp(logit): what to subtract from a logit to get a log-probability. */
  readonly logNormalizer: number;
  /** How many ids are not banned. */
  readonly support: number;
}

const distribution = { probabilities: new Float64Array(0), max: 0, logNormalizer: 0, support: 0 };

/** The distribution of a row; `undefined` if there is none: NaN, +∞, or everything banned. */
export function softmax(logits: Float32Array): Distribution | undefined {
  const max = greatest(logits);
  if (!Number.isFinite(max)) return undefined;
  const size = logits.length;
  if (distribution.probabilities.length < size) distribution.probabilities = new Float64Array(size);
  const { probabilities } = distribution;
  let total = 0;
  let support = 0;
  for (let i = 0; i < size; i++) {
    if (logits[i] === BANNED) {
      probabilities[i] = 0;
      continue;
    }
    total += probabilities[i] = Math.exp(logits[i] - max);
    support++;
  }
  const scale = 1 / total;
  for (let i = 0; i < size; i++) probabilities[i] *= scale;
  distribution.max = max;
  distribution.logNormalizer = max + Math.log(total);
  distribution.support = support;
  return distribution;
}

/** Expected surprise of a row, in nats. */
export function entropy(logits: Float32Array, { probabilities, logNormalizer }: Distribution): number {
  let mean = 0;
  for (let i = 0; i < logits.length; i++) if (probabilities[i] > 0) mean += probabilities[i] * logits[i];
  // surprise = log Z − logit; rounding must not make certainty negative.
  return Math.max(0, logNormalizer - mean);
}
