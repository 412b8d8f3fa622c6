/** Mirostat (Basu et al. 2021): truncation with feedback, so that the surprise of the text stays near a target. */

import type { DecodeStep, StateMaker, TextState } from '../history.ts';
import { checkInteger, checkNumber, checkOneOf } from '../options.ts';
import { selectBorder, topIds } from '../select.ts';
import { BANNED, banBelow, type Distribution, type LogitsProcessor, softmax } from './processor.ts';

const VERSIONS = [1, 2] as const;
const SURPRISES = ['model', 'truncated'] as const;

export interface MirostatOptions {
  /** How fast the cut follows the error, η > 0. Default 0.1. */
  readonly eta?: number;
  /** 2 (default) cuts at a surprise, 1 at a rank found from the slope of the likeliest tokens. */
  readonly version?: (typeof VERSIONS)[number];
  /** Which surprise is fed back: under the row before the cut, as in the paper (default), or after it, as llama.cpp has it. */
  readonly surprise?: (typeof SURPRISES)[number];
  /** Version 1: how many of the likeliest tokens the slope is found from. Default 100. */
  readonly m?: number;
}

/**
 * Keeps the surprise of the text near `tau` bits a token: bans tokens of a surprise above μ (version 2) or beyond the rank
 * that μ allows (version 1), and after each token sets μ −= η·(its surprise − τ), beginning with μ = 2τ. μ belongs to the
 * text: it goes back with a rewind and is copied by a fork.
 */
export function mirostat(tau: number, options: MirostatOptions = {}): LogitsProcessor {
  const { eta = 0.1, version = 2, surprise = 'model', m = 100 } = options;
  checkNumber('mirostat.tau', tau, 'a number > 0', (value) => value > 0);
  checkNumber('mirostat.eta', eta, 'a number > 0', (value) => value > 0);
  checkOneOf('mirostat.version', version, VERSIONS);
  checkOneOf('mirostat.surprise', surprise, SURPRISES);
  checkInteger('mirostat.m', m, 2);
  const feedback: StateMaker<Feedback> = (step) => feedbackFrom(step, tau, eta, [], [2 * tau]);
  const cut = version === 2 ? cutAtSurprise : cutAtRank;
  return (logits, step) => {
    const row = softmax(logits);
    if (!row) return;
    const state = step.state(feedback);
    cut(logits, row, state.mu, m);
    const { logNormalizer } = surprise === 'model' ? row : (softmax(logits) ?? row);
    state.expect(logits.slice(), logNormalizer);
  };
}

/** Version 2: −log₂ p > μ is banned, except the likeliest. */
function cutAtSurprise(logits: Float32Array, { max, logNormalizer }: Distribution, mu: number): void {
  banBelow(logits, logits, Math.min(max, logNormalizer - mu * Math.LN2));
}

/** Version 1: the rank k = (ε·2^μ / (1 − N^−ε))^(1/s) with ε = s − 1, s the exponent of Zipf's law among the first m. */
function cutAtRank(logits: Float32Array, _row: Distribution, mu: number, m: number): void {
  const exponent = zipfExponent(logits, m);
  const epsilon = exponent - 1;
  // ε → 0: (1 − N^−ε) / ε → log N.
  const share =
    Math.abs(epsilon) < 1e-9 ? Math.log(logits.length) : (1 - logits.length ** -epsilon) / epsilon;
  const rank = (2 ** mu / share) ** (1 / exponent);
  const k = Number.isNaN(rank) ? logits.length : Math.max(1, Math.floor(rank));
  if (k < logits.length) banBelow(logits, logits, selectBorder(logits, k).value);
}

/** Least squares of log(p_i / p_{i+1}) against log((i+1) / i) over the m likeliest tokens, through the origin. */
function zipfExponent(logits: Float32Array, m: number): number {
  const ids = topIds(logits, m);
  let products = 0;
  let squares = 0;
  for (let i = 0; i + 1 < ids.length && logits[ids[i + 1]] > BANNED; i++) {
    const t = Math.log((i + 2) / (i + 1));
    products += t * (logits[ids[i]] - logits[ids[i + 1]]);
    squares += t * t;
  }
  return products / squares;
}

/** μ over the text, and what the next token's surprise will be. */
interface Feedback extends TextState<Feedback> {
  readonly mu: number;
  /** The row that the next token is drawn from. */
  expect(logits: Float32Array, logNormalizer: number): void;
}

/** `mus` has one entry more than `lengths`: before any token, and after the token that made the text this long. */
function feedbackFrom(
  step: DecodeStep,
  tau: number,
  eta: number,
  lengths: number[],
  mus: number[],
): Feedback {
  const { ids } = step;
  let expected: { readonly logits: Float32Array; readonly logNormalizer: number } | undefined;
  const feedback: Feedback = {
    get mu() {
      return mus[mus.length - 1];
    },
    expect(logits, logNormalizer) {
      expected = { logits, logNormalizer };
    },
    push(id) {
      if (!expected || !(expected.logits[id] > BANNED)) return;
      const surprise = (expected.logNormalizer - expected.logits[id]) / Math.LN2;
      expected = undefined;
      lengths.push(ids.length);
      mus.push(feedback.mu - eta * (surprise - tau));
    },
    rewind(length) {
      expected = undefined;
      while (lengths.length > 0 && lengths[lengths.length - 1] > length) {
        lengths.pop();
        mus.pop();
      }
    },
    fork(copy) {
      const forked = feedbackFrom(copy, tau, eta, lengths.slice(), mus.slice());
      if (expected) forked.expect(expected.logits, expected.logNormalizer);
      return forked;
    },
  };
  return feedback;
}
