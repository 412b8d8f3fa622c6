/**
 * Repetition in what a model predicts next while it reads human text (teacher forcing).
 * Welleck et al., "Neural text generation with unlikelihood training", 2019, §6.1.
 */

import { fail } from './errors.ts';
import { type Ids, positiveInteger } from './ngrams.ts';

export interface PredictionRepeats {
  /** rep/l: share of predictions that occur among the previous `window` target tokens. */
  readonly rep: number;
  /** wrep/l: share that does so and is wrong. */
  readonly wrep: number;
  /** rep/l of the target tokens themselves: what a perfect model would show. */
  readonly humanRep: number;
  /** uniq: how many different tokens are predicted. */
  readonly uniq: number;
}

/**
 * rep/l, wrep/l and uniq of a model's likeliest next tokens. `predictions[i]` is what the model expected where
 * `targets[i]` stands; `window` is l (16, 32, 128 and 512 in the paper, whose table shows 128). O(length).
 */
export function predictionRepeats(predictions: Ids, targets: Ids, window = 128): PredictionRepeats {
  positiveInteger('window', window);
  if (predictions.length !== targets.length) {
    throw fail('repeat/lengths', { predictions: predictions.length, targets: targets.length });
  }
  const lastSeen = new Map<number, number>();
  const isRecent = (id: number, at: number) => at - (lastSeen.get(id) ?? Number.NEGATIVE_INFINITY) <= window;
  let rep = 0;
  let wrep = 0;
  let humanRep = 0;
  for (let i = 0; i < targets.length; i++) {
    if (isRecent(predictions[i], i)) {
      rep++;
      if (predictions[i] !== targets[i]) wrep++;
    }
    if (isRecent(targets[i], i)) humanRep++;
    lastSeen.set(targets[i], i);
  }
  const places = Math.max(targets.length, 1);
  return {
    rep: rep / places,
    wrep: wrep / places,
    humanRep: humanRep / places,
    uniq: new Set(Array.from(predictions)).size,
  };
}
