/**
 * Logits processors: functions that edit one row of logits in place and know only the step's history.
 * A banned token has the logit −∞. Every filter leaves at least one token. Semantics are those of Hugging Face
 * transformers 5 unless the docstring names another source; NaN is passed on, so that the sampler reports it.
 */

import type { CountScope, DecodeStep } from './history.ts';
import { checkInteger, checkNumber } from './options.ts';
import { selectBorder } from './select.ts';

/** Edits a row of `vocabSize` logits in place. */
export type LogitsProcessor = (logits: Float32Array, step: DecodeStep) => void;

const BANNED = Number.NEGATIVE_INFINITY;

/** Divides every logit by `t` > 0: below 1 sharper, above 1 flatter. */
export function temperature(t: number): LogitsProcessor {
  checkNumber('temperature', t, 'a number > 0', (value) => value > 0);
  return (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i] /= t;
  };
}

/** Keeps the `k` likeliest tokens, and any that equal the last of them. */
export function topK(k: number): LogitsProcessor {
  checkInteger('topK', k, 1);
  return (logits) => {
    if (k >= logits.length) return;
    banBelow(logits, logits, selectBorder(logits, k).value);
  };
}

/**
 * Nucleus: keeps the smallest set of likeliest tokens with probability of at least `p` together (Holtzman et al. 2019).
 * Of equal tokens at the border the higher ids stay.
 */
export function topP(p: number): LogitsProcessor {
  checkNumber('topP', p, 'in (0, 1]', (value) => value > 0 && value <= 1);
  const softmax = createSoftmax();
  return (logits) => {
    if (p === 1) return;
    const probabilities = softmax(logits);
    const { value: border, above } = selectBorder(logits, p, probabilities);
    let room = Math.max(1, Math.ceil((p - above) / probabilities[logits.lastIndexOf(border)]));
    for (let i = logits.length - 1; i >= 0; i--) {
      if (logits[i] < border || (logits[i] === border && room-- <= 0)) logits[i] = BANNED;
    }
  };
}

/** Keeps tokens at least `p` times as likely as the likeliest (Nguyen et al. 2024). */
export function minP(p: number): LogitsProcessor {
  checkNumber('minP', p, 'in [0, 1]', (value) => value >= 0 && value <= 1);
  const distance = Math.log(p);
  return (logits) => banBelow(logits, logits, greatest(logits) + distance);
}

/**
 * Locally typical: keeps the smallest set of tokens with probability of at least `mass` together whose surprise lies
 * nearest to the expected surprise (Meister et al. 2022), and any as near as the last of them.
 */
export function typicalP(mass: number): LogitsProcessor {
  checkNumber('typicalP', mass, 'in (0, 1]', (value) => value > 0 && value <= 1);
  const softmax = createSoftmax();
  let nearness = new Float32Array(0);
  return (logits) => {
    if (mass === 1) return;
    const probabilities = softmax(logits);
    if (nearness.length !== logits.length) nearness = new Float32Array(logits.length);
    let meanLogit = 0;
    for (let i = 0; i < logits.length; i++)
      if (probabilities[i] > 0) meanLogit += probabilities[i] * logits[i];
    // surprise = log Z − logit and entropy = log Z − mean logit, so their distance is that of the logit to its mean.
    for (let i = 0; i < logits.length; i++) nearness[i] = -Math.abs(logits[i] - meanLogit);
    banBelow(logits, nearness, selectBorder(nearness, mass, probabilities).value);
  };
}

export interface RepetitionPenaltyOptions {
  /** Whether the tokens of the prompt count as said. Default true. */
  readonly includePrompt?: boolean;
}

/**
 * Makes every token that occurred less likely, once, however often it did: a positive logit is divided by `theta`, a
 * negative one multiplied (Keskar et al. 2019, with the sign corrected). Above 1 discourages, below 1 encourages.
 */
export function repetitionPenalty(theta: number, options: RepetitionPenaltyOptions = {}): LogitsProcessor {
  checkNumber('repetitionPenalty', theta, 'a number > 0', (value) => value > 0);
  const scope: CountScope = (options.includePrompt ?? true) ? 'all' : 'completion';
  return (logits, step) => {
    for (const id of step.counts(scope).keys())
      logits[id] = logits[id] < 0 ? logits[id] * theta : logits[id] / theta;
  };
}

/** Subtracts `alpha` for each time the completion already has the token (the OpenAI definition). */
export function frequencyPenalty(alpha: number): LogitsProcessor {
  checkNumber('frequencyPenalty', alpha, 'a number', () => true);
  return (logits, step) => {
    for (const [id, count] of step.counts('completion')) logits[id] -= alpha * count;
  };
}

/** Subtracts `alpha` once if the completion already has the token (the OpenAI definition). */
export function presencePenalty(alpha: number): LogitsProcessor {
  checkNumber('presencePenalty', alpha, 'a number', () => true);
  return (logits, step) => {
    for (const id of step.counts('completion').keys()) logits[id] -= alpha;
  };
}

/** Bans every token that would complete an n-gram that the prompt or the completion already has. O(1) amortised. */
export function noRepeatNgram(n: number): LogitsProcessor {
  checkInteger('noRepeatNgram', n, 1);
  return (logits, step) => {
    step.repeats.forEachFollower(n - 1, (id) => {
      logits[id] = BANNED;
    });
  };
}

/** Adds to the logits of single ids; −∞ bans. Pairs of id and bias. */
export function logitBias(bias: Iterable<readonly [id: number, bias: number]>): LogitsProcessor {
  const entries = Array.from(bias);
  for (const [id, value] of entries) {
    checkInteger('logitBias', id, 0);
    if (value !== BANNED) checkNumber(`logitBias of ${id}`, value, 'a finite number or −∞', () => true);
  }
  return (logits) => {
    for (const [id, value] of entries) logits[id] += value;
  };
}

function banBelow(logits: Float32Array, values: Float32Array, border: number): void {
  for (let i = 0; i < logits.length; i++) if (values[i] < border) logits[i] = BANNED;
}

/** The greatest logit; NaN if there is one. */
function greatest(logits: Float32Array): number {
  let max = BANNED;
  for (let i = 0; i < logits.length; i++) {
    if (!(logits[i] <= max)) {
      max = logits[i];
      if (Number.isNaN(max)) break;
    }
  }
  return max;
}

/** softmax in double precision, into memory that is used again by the next call. */
function createSoftmax(): (logits: Float32Array) => Float64Array {
  let probabilities = new Float64Array(0);
  return (logits) => {
    if (probabilities.length !== logits.length) probabilities = new Float64Array(logits.length);
    const max = greatest(logits);
    let total = 0;
    for (let i = 0; i < logits.length; i++) {
      total += probabilities[i] = logits[i] === BANNED ? 0 : Math.exp(logits[i] - max);
    }
    for (let i = 0; i < logits.length; i++) probabilities[i] /= total;
    return probabilities;
  };
}
