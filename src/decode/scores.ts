/** Log-probabilities of chosen tokens and of their likeliest alternatives. */

import { logSumExp } from './log-softmax.ts';
import { topIds } from './select.ts';

export interface IdScore {
  readonly id: number;
  /** Natural logarithm of the probability that the model gave, before any processor. */
  readonly logprob: number;
}

export interface ChosenScore {
  readonly logprob?: number;
  /** The likeliest tokens, greatest first; the chosen one may be among them. */
  readonly top?: readonly IdScore[];
}

/** Looks at a row before the processors edit it; the function it returns scores the id chosen afterwards. */
export type Scorer = (logits: Float32Array) => (chosen: number) => ChosenScore;

/** No scores: costs nothing. */
export const noScores: Scorer = () => () => ({});

/** Scores with `count` alternatives; 0 gives the chosen token's alone. One scorer for each sequence. */
export function createScorer(count: number): Scorer {
  return (logits) => {
    const logNormalizer = logSumExp(logits);
    const raw = logits.slice();
    const score = (id: number): IdScore => ({ id, logprob: raw[id] - logNormalizer });
    return (chosen) => ({
      logprob: score(chosen).logprob,
      ...(count > 0 && { top: topIds(raw, count).map(score) }),
    });
  };
}
