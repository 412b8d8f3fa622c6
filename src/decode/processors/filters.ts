/** Filters: each keeps a set of likely tokens, at least one, and bans the rest. They order tokens as the model does. */

import { checkInteger, checkNumber } from '../options.ts';
import { selectBorder, topIds } from '../select.ts';
import { BANNED, banBelow, entropy, greatest, type LogitsProcessor, softmax } from './processor.ts';

/** Keeps the `k` likeliest tokens, and any that equal the last of them. */
export function topK(k: number): LogitsProcessor {
  checkInteger('topK', k, 1);
  return (logits) => {
    if (k < logits.length && Number.isFinite(greatest(logits)))
      banBelow(logits, logits, selectBorder(logits, k).value);
  };
}

/**
 * Nucleus: keeps the smallest set of likeliest tokens with probability of at least `p` together (Holtzman et al. 2019).
 * Of equal tokens at the border the higher ids stay.
 */
export function topP(p: number): LogitsProcessor {
  checkNumber('topP', p, 'in (0, 1]', (value) => value > 0 && value <= 1);
  return (logits) => {
    const row = p < 1 && softmax(logits);
    if (!row) return;
    const { value: border, above } = selectBorder(logits, p, row.probabilities);
    let room = Math.max(1, Math.ceil((p - above) / row.probabilities[logits.lastIndexOf(border)]));
    for (let i = logits.length - 1; i >= 0; i--) {
      if (logits[i] < border || (logits[i] === border && room-- <= 0)) logits[i] = BANNED;
    }
  };
}

/** Keeps tokens at least `p` times as likely as the likeliest (Nguyen et al. 2024). */
export function minP(p: number): LogitsProcessor {
  checkNumber('minP', p, 'in [0, 1]', (value) => value >= 0 && value <= 1);
  const distance = Math.log(p);
  return (logits) => {
    const max = greatest(logits);
    if (Number.isFinite(max)) banBelow(logits, logits, max + distance);
  };
}

/**
 * Locally typical: keeps the smallest set of tokens with probability of at least `mass` together whose surprise lies
 * nearest to the expected surprise (Meister et al. 2022), and any as near as the last of them. May ban the likeliest.
 */
export function typicalP(mass: number): LogitsProcessor {
  checkNumber('typicalP', mass, 'in (0, 1]', (value) => value > 0 && value <= 1);
  let nearness = new Float32Array(0);
  return (logits) => {
    const row = mass < 1 && softmax(logits);
    if (!row) return;
    if (nearness.length !== logits.length) nearness = new Float32Array(logits.length);
    // surprise = log Z − logit, so a token of expected surprise has this logit.
    const expected = row.logNormalizer - entropy(logits, row);
    for (let i = 0; i < logits.length; i++) nearness[i] = -Math.abs(logits[i] - expected);
    banBelow(logits, nearness, selectBorder(nearness, mass, row.probabilities).value);
  };
}

/** Keeps tokens of probability at least `epsilon`, and always the likeliest (Hewitt et al. 2022). */
export function epsilonCutoff(epsilon: number): LogitsProcessor {
  checkNumber('epsilonCutoff', epsilon, 'in (0, 1)', (value) => value > 0 && value < 1);
  return (logits) => {
    const row = softmax(logits);
    if (row) banUnlikely(logits, row.probabilities, row.max, epsilon);
  };
}

/**
 * Keeps tokens of probability at least min(epsilon, √epsilon · exp(−entropy)), and always the likeliest: the cut is
 * lower where the model is uncertain (Hewitt et al. 2022).
 */
export function etaCutoff(epsilon: number): LogitsProcessor {
  checkNumber('etaCutoff', epsilon, 'in (0, 1)', (value) => value > 0 && value < 1);
  return (logits) => {
    const row = softmax(logits);
    if (!row) return;
    const eta = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropy(logits, row)));
    banUnlikely(logits, row.probabilities, row.max, eta);
  };
}

/**
 * Keeps logits of at least max − n·σ, with the standard deviation σ of the logits that are not banned (Tang et al. 2024;
 * population form, as in llama.cpp). The temperature does not change the choice.
 */
export function topNSigma(n: number): LogitsProcessor {
  checkNumber('topNSigma', n, 'a number > 0', (value) => value > 0);
  return (logits) => {
    const max = greatest(logits);
    if (!Number.isFinite(max)) return;
    // Distances to the greatest logit: exact sums even when all logits are huge.
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < logits.length; i++) {
      if (logits[i] === BANNED) continue;
      const distance = logits[i] - max;
      count++;
      sum += distance;
      squares += distance * distance;
    }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
    banBelow(logits, logits, max - n * deviation);
  };
}

/** How many of the likeliest tokens top-h looks at. */
const TOP_H_CANDIDATES = 100;

/**
 * Top-h: of the 100 likeliest tokens, renormalised, keeps the likeliest as long as their entropy terms −p·log p together
 * stay within `h` times the entropy, and always the first (Potraghloo et al. 2025, as in Hugging Face transformers 5).
 */
export function topH(h: number): LogitsProcessor {
  checkNumber('topH', h, 'in (0, 1]', (value) => value > 0 && value <= 1);
  return (logits) => {
    if (!Number.isFinite(greatest(logits))) return;
    const ids = topIds(logits, TOP_H_CANDIDATES);
    const weights = ids.map((id) => Math.exp(logits[id] - logits[ids[0]]));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const terms = weights.map((w) => (w > 0 ? -(w / total) * Math.log(w / total) : Number.NaN));
    const limit = h * terms.reduce((sum, term) => (term >= 0 ? sum + term : sum), 0);
    let together = terms[0];
    let size = 1;
    while (size < ids.length && together + terms[size] <= limit) together += terms[size++];
    const kept = ids.slice(0, size).map((id) => logits[id]);
    logits.fill(BANNED);
    for (let i = 0; i < size; i++) logits[ids[i]] = kept[i];
  };
}

function banUnlikely(logits: Float32Array, probabilities: Float64Array, max: number, least: number): void {
  for (let i = 0; i < logits.length; i++) if (probabilities[i] < least && logits[i] < max) logits[i] = BANNED;
}
