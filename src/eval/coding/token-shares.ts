/** The probabilities of a model as whole numbers that sum to a fixed total: what both directions of a coder must agree on. */

import { fail } from '../errors.ts';
import { TOTAL_FREQUENCY } from './range-coder.ts';

export interface TokenShares {
  /** Parts of `TOTAL_FREQUENCY` that each token owns; at least 1. A view, until the next call. */
  readonly frequencies: Uint32Array;
  /** log2 of the probability of a token, as the logits say it. */
  log2Probability(id: number): number;
}

/**
 * Makes shares of logits: f = 1 + ⌊p·(T − V)⌋ with p = softmax in f64, and what is left of T goes to the likeliest token, of equals
 * the one with the lowest id. The same logits give the same shares. @throws where a logit is not a number or +∞.
 */
export function tokenShares(vocabSize: number): (logits: ArrayLike<number>) => TokenShares {
  const spare = TOTAL_FREQUENCY - vocabSize;
  if (spare < TOTAL_FREQUENCY / 2) {
    throw fail('eval/option', {
      where: 'tokenShares',
      option: 'vocabSize',
      rule: `≤ ${TOTAL_FREQUENCY / 2}`,
      got: vocabSize,
    });
  }
  const weights = new Float64Array(vocabSize);
  const frequencies = new Uint32Array(vocabSize);
  return (logits) => {
    let best = 0;
    for (let id = 1; id < vocabSize; id++) if (logits[id] > logits[best]) best = id;
    const most = logits[best];
    let sum = 0;
    for (let id = 0; id < vocabSize; id++) sum += weights[id] = Math.exp(logits[id] - most);
    if (!(sum >= 1 && Number.isFinite(sum))) throw fail('eval/logits', { where: 'tokenShares' });
    let used = 0;
    for (let id = 0; id < vocabSize; id++) {
      used += frequencies[id] = 1 + Math.floor((weights[id] / sum) * spare);
    }
    frequencies[best] += TOTAL_FREQUENCY - used;
    return {
      frequencies,
      // Of the logits, since the weight of a rare token may round to 0.
      log2Probability: (id) => (logits[id] - most - Math.log(sum)) / Math.LN2,
    };
  };
}
