/** Samplers choose one token from a finished row of logits. */

import type { Rng } from '../rng.ts';
import { fail } from './errors.ts';

/**
 * Chooses an id. A row with NaN, with +∞, or with nothing but −∞ is an error (`decode/not-a-number`,
 * `decode/infinite`, `decode/all-banned`). `position` only stands in errors.
 */
export type Sampler = (logits: Float32Array, rng: Pick<Rng, 'uniform'>, position?: number) => number;

/** The likeliest token; of equals the one with the lowest id. Draws nothing. */
export function greedy(): Sampler {
  return (logits, _rng, position = 0) => {
    const best = likeliest(logits, position);
    if (best < 0) throw fail('decode/all-banned', { position, vocabSize: logits.length });
    return best;
  };
}

/** A token drawn with the probabilities softmax(logits). Draws one number; never a banned token. */
export function sample(): Sampler {
  let ids = new Int32Array(0);
  let cumulative = new Float64Array(0);
  return (logits, rng, position = 0) => {
    const best = likeliest(logits, position);
    if (best < 0) throw fail('decode/all-banned', { position, vocabSize: logits.length });
    if (ids.length < logits.length) {
      ids = new Int32Array(logits.length);
      cumulative = new Float64Array(logits.length);
    }
    const max = logits[best];
    let total = 0;
    let size = 0;
    for (let id = 0; id < logits.length; id++) {
      if (logits[id] === Number.NEGATIVE_INFINITY) continue;
      total += Math.exp(logits[id] - max);
      ids[size] = id;
      cumulative[size++] = total;
    }
    return ids[firstAbove(cumulative, size, rng.uniform() * total)];
  };
}

/** Checks a row as a model gave it; −∞ is allowed as long as something is above it. */
export function checkLogits(logits: Float32Array, position: number): void {
  if (likeliest(logits, position) < 0)
    throw fail('decode/all-banned', { position, vocabSize: logits.length });
}

/** The id of the greatest logit, −1 if all are −∞. NaN and +∞ are errors. */
export function likeliest(logits: Float32Array, position: number): number {
  let best = -1;
  let max = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    // NOTE: the negation also lets NaN in.
    if (!(logits[id] <= max)) {
      best = id;
      max = logits[id];
      if (Number.isNaN(max)) throw fail('decode/not-a-number', { position, id });
    }
  }
  if (max === Number.POSITIVE_INFINITY) throw fail('decode/infinite', { position, id: best });
  return best;
}

/** The first place whose cumulative weight exceeds `target` < the last one. */
function firstAbove(cumulative: Float64Array, size: number, target: number): number {
  let low = 0;
  let high = size - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
