/** Processors that draw: the same text with the same seed draws the same numbers, wherever it was rewound or forked. */

import type { Rng } from '../../rng.ts';
import { checkNumber, checkOneOf } from '../options.ts';
import { BANNED, type LogitsProcessor, softmax } from './processor.ts';

export interface XtcOptions {
  /** Tokens at least this likely are top choices; in (0, 0.5], since above one half there is never a second. Default 0.1. */
  readonly threshold?: number;
}

/**
 * Exclude top choices: with this `probability`, if two or more tokens are at least `threshold` likely, all of them but the
 * least likely are banned (the definition of llama.cpp).
 */
export function xtc(probability: number, options: XtcOptions = {}): LogitsProcessor {
  const { threshold = 0.1 } = options;
  checkNumber('xtc.probability', probability, 'in [0, 1]', (value) => value >= 0 && value <= 1);
  checkNumber('xtc.threshold', threshold, 'in (0, 0.5]', (value) => value > 0 && value <= 0.5);
  return (logits, step) => {
    if (step.random('xtc').uniform() >= probability) return;
    const row = softmax(logits);
    if (!row) return;
    let last = -1;
    for (let i = 0; i < logits.length; i++)
      if (row.probabilities[i] >= threshold && (last < 0 || logits[i] <= logits[last])) last = i;
    if (last < 0) return;
    for (let i = 0; i < logits.length; i++)
      if (row.probabilities[i] >= threshold && i !== last) logits[i] = BANNED;
  };
}

const NOISES = ['gaussian', 'gumbel'] as const;

export interface NoiseOptions {
  /** Default `gaussian`. With `gumbel` at scale s, greedy search draws from softmax(logits / s). */
  readonly kind?: (typeof NOISES)[number];
}

/** Adds independent random numbers of this scale to all logits. */
export function noise(scale: number, options: NoiseOptions = {}): LogitsProcessor {
  const { kind = 'gaussian' } = options;
  checkNumber('noise.scale', scale, 'a number > 0', (value) => value > 0);
  checkOneOf('noise.kind', kind, NOISES);
  const add = kind === 'gaussian' ? addGaussian : addGumbel;
  return (logits, step) => add(logits, scale, xoshiro(step.random('noise')));
}

/** Box–Muller, both numbers of a pair. */
function addGaussian(logits: Float32Array, scale: number, next: () => number): void {
  for (let i = 0; i < logits.length; i += 2) {
    const radius = scale * Math.sqrt(-2 * Math.log((next() + 0.5) / 2 ** 32));
    const angle = (2 * Math.PI * next()) / 2 ** 32;
    logits[i] += radius * Math.cos(angle);
    if (i + 1 < logits.length) logits[i + 1] += radius * Math.sin(angle);
  }
}

function addGumbel(logits: Float32Array, scale: number, next: () => number): void {
  for (let i = 0; i < logits.length; i++) logits[i] -= scale * Math.log(-Math.log((next() + 0.5) / 2 ** 32));
}

/** xoshiro128++ (Blackman and Vigna 2021): 32 random bits a call, cheap enough for a number per token of the vocabulary. */
function xoshiro(rng: Rng): () => number {
  let [a, b, c, d] = Array.from({ length: 4 }, () => Math.floor(rng.uniform() * 2 ** 32) | 1);
  return () => {
    const sum = (a + d) | 0;
    const bits = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return bits;
  };
}
