/** The best ended texts of a beam search, and whether it can stop. After transformers 4, `BeamHypotheses`. */

import type { FinishReason } from '../types.ts';
import type { Scored } from './shared-texts.ts';

export type EarlyStopping = boolean | 'never';

export interface Hypothesis {
  readonly tokens: readonly Scored[];
  /** What the text is worth: (sum of log-probabilities) / length^lengthPenalty. */
  readonly score: number;
  readonly reason: FinishReason;
}

export interface HypothesesOptions {
  /** How many to keep. */
  readonly size: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: EarlyStopping;
  /** The longest that a text can become, its end included. */
  readonly maxTokens: number;
}

export interface Hypotheses {
  /** In no order. */
  readonly list: readonly Hypothesis[];
  /** Keeps the text if it is good enough; `length` counts its end-of-text token, if it has one. */
  add(tokens: readonly Scored[], sumLogprobs: number, length: number, reason: FinishReason): void;
  /** Whether texts of `length` tokens, the best of which has `sumLogprobs`, can no longer become good enough. */
  isDone(sumLogprobs: number, length: number): boolean;
}

export function hypotheses(options: HypothesesOptions): Hypotheses {
  const { size, lengthPenalty, earlyStopping, maxTokens } = options;
  const list: Hypothesis[] = [];
  const worth = (sumLogprobs: number, length: number): number => sumLogprobs / length ** lengthPenalty;
  const worst = (): Hypothesis => list.reduce((least, other) => (other.score < least.score ? other : least));
  return {
    list,
    add(tokens, sumLogprobs, length, reason) {
      const score = worth(sumLogprobs, length);
      if (list.length === size) {
        const least = worst();
        if (!(score > least.score)) return;
        list.splice(list.indexOf(least), 1);
      }
      list.push({ tokens, score, reason });
    },
    isDone(sumLogprobs, length) {
      if (list.length < size) return false;
      if (earlyStopping === true) return true;
      const bestLength = earlyStopping === 'never' && lengthPenalty > 0 ? maxTokens : length;
      return worst().score >= worth(sumLogprobs, bestLength);
    },
  };
}
