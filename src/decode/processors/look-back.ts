/** The gate of look-back decoding (Xu et al. 2023): greedy unless a repeat threatens. The whole of it is `lookBackSearch`. */

import type { StateMaker, TextState } from '../history.ts';
import { checkInteger, checkNumber } from '../options.ts';
import { selectBorder, topIds } from '../select.ts';
import { banBelow, type Distribution, type LogitsProcessor, softmax } from './processor.ts';

export interface LookBackOptions {
  /** How many of the likeliest tokens may be drawn where a repeat threatens. Default 5. */
  readonly k?: number;
  /**
   * How many tokens of each earlier distribution are remembered; all others count as one, which can only make distances
   * smaller. Default 64.
   */
  readonly support?: number;
  /** Only the last so many steps are looked at. Default: all. */
  readonly window?: number;
}

/**
 * Where the distribution comes within `alpha` nats of one of an earlier step of the completion (Kullback–Leibler, now from
 * then), the text may be about to repeat itself: the `k` likeliest tokens are kept for the sampler. Elsewhere only the
 * likeliest is. The paper weights the k by the distance of what they lead to, which needs model steps: `lookBackSearch`.
 * O(support × steps) a token.
 */
export function lookBack(alpha: number, options: LookBackOptions = {}): LogitsProcessor {
  const { k = 5, support = 64, window = Number.POSITIVE_INFINITY } = options;
  checkNumber('lookBack.alpha', alpha, 'a number > 0', (value) => value > 0);
  checkInteger('lookBack.k', k, 1);
  checkInteger('lookBack.support', support, 1);
  if (options.window !== undefined) checkInteger('lookBack.window', window, 1);
  const past: StateMaker<Past> = () => pastOf([]);
  return (logits, step) => {
    const now = softmax(logits);
    if (!now) return;
    const state = step.state(past);
    const { steps } = state;
    let isNear = false;
    for (let i = steps.length - 1; i >= Math.max(0, steps.length - window) && !isNear; i--)
      isNear = distance(logits, now, steps[i]) <= alpha;
    state.add(summarize(logits, now, step.ids.length, support));
    const kept = Math.min(isNear ? k : 1, logits.length);
    banBelow(logits, logits, selectBorder(logits, kept).value);
  };
}

/** One earlier distribution: its likeliest ids with their log-probabilities, and the log-probability of all others together. */
interface Summary {
  /** How many ids the text had. */
  readonly length: number;
  readonly ids: Int32Array;
  readonly logprobs: Float64Array;
  readonly logRest: number;
}

/** Below this, the probability of all other tokens is rounding. */
const NOTHING = 1e-9;

function summarize(logits: Float32Array, row: Distribution, length: number, support: number): Summary {
  const ids = Int32Array.from(topIds(logits, support));
  let together = 0;
  for (const id of ids) together += row.probabilities[id];
  const rest = 1 - together;
  return {
    length,
    ids,
    logprobs: Float64Array.from(ids, (id) => logits[id] - row.logNormalizer),
    logRest: rest < NOTHING ? Number.NEGATIVE_INFINITY : Math.log(rest),
  };
}

/** Σ p·log(p / q) with the other tokens of q as one. */
function distance(logits: Float32Array, now: Distribution, then: Summary): number {
  let sum = 0;
  let together = 0;
  for (let i = 0; i < then.ids.length; i++) {
    const id = then.ids[i];
    const p = now.probabilities[id];
    if (p === 0) continue;
    together += p;
    sum += p * (logits[id] - now.logNormalizer - then.logprobs[i]);
  }
  const rest = 1 - together;
  return rest < NOTHING ? sum : sum + rest * (Math.log(rest) - then.logRest);
}

interface Past extends TextState<Past> {
  readonly steps: readonly Summary[];
  add(step: Summary): void;
}

function pastOf(steps: Summary[]): Past {
  const forget = (length: number): void => {
    while (steps.length > 0 && steps[steps.length - 1].length >= length) steps.pop();
  };
  return {
    steps,
    add(step) {
      forget(step.length);
      steps.push(step);
    },
    push() {},
    rewind: forget,
    fork: () => pastOf(steps.slice()),
  };
}
