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
  return (logits, step) => add(logits, scale, step.random('noise'));
}

function addGaussian(logits: Float32Array, scale: number, rng: Rng): void {
  const bits = randomBits(logits.length, rng);
  for (let i = 0; i < logits.length; i++) {
    const layer = bits[i] & 127;
    const place = bits[i] >> 7;
    const x = place * WIDTHS[layer];
    logits[i] += scale * (Math.abs(place) < SAFE[layer] ? x : atTheEdge(layer, x, rng));
  }
}

function addGumbel(logits: Float32Array, scale: number, rng: Rng): void {
  const bits = randomBits(logits.length, rng);
  for (let i = 0; i < logits.length; i++)
    logits[i] -= scale * Math.log(-Math.log(((bits[i] >>> 0) + 0.5) / 2 ** 32));
}

let block = new Int32Array(0);

/** xoshiro128++ (Blackman and Vigna 2021) seeded from `rng`: 32 bits each, cheap enough for one per token of the vocabulary. */
function randomBits(size: number, rng: Rng): Int32Array {
  if (block.length < size) block = new Int32Array(size);
  let [a, b, c, d] = Array.from({ length: 4 }, () => (rng.uniform() * 2 ** 32) | 0 | 1);
  for (let i = 0; i < size; i++) {
    const sum = (a + d) | 0;
    block[i] = ((sum << 7) | (sum >>> 25)) + a;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
  }
  return block;
}

// The ziggurat of 128 layers for the normal distribution (Marsaglia and Tsang 2000), with its constants; the place within a
// layer has bits of its own.
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;
const PLACES = 2 ** 24;
const density = (x: number): number => Math.exp(-0.5 * x * x);
/** Right edge of each layer; layer 0 is the one with the tail. */
const EDGES = new Float64Array(129);
EDGES[0] = AREA / density(TAIL);
EDGES[1] = TAIL;
for (let i = 2; i < 128; i++)
  EDGES[i] = Math.sqrt(-2 * Math.log(AREA / EDGES[i - 1] + density(EDGES[i - 1])));
const WIDTHS = Float64Array.from({ length: 128 }, (_, i) => EDGES[i] / PLACES);
/** Below this place the layer lies under the curve. */
const SAFE = Int32Array.from({ length: 128 }, (_, i) => (EDGES[i + 1] / EDGES[i]) * PLACES);

/** The rare places of a layer where the curve has to be looked at: x, the tail, or a number drawn anew. */
function atTheEdge(layer: number, x: number, rng: Rng): number {
  if (layer > 0) {
    const low = density(EDGES[layer]);
    const high = density(EDGES[layer + 1]);
    return low + rng.uniform() * (high - low) < density(x) ? x : rng.normal();
  }
  for (;;) {
    const beyond = -Math.log(1 - rng.uniform()) / TAIL;
    if (-2 * Math.log(1 - rng.uniform()) >= beyond * beyond) return x < 0 ? -TAIL - beyond : TAIL + beyond;
  }
}
