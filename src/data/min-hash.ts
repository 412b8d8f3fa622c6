/**
 * Min-wise hashing and its bands: texts that share many shingles share a band of their signatures (Broder 1997; Leskovec, Rajaraman
 * and Ullman, "Mining of Massive Datasets", chapter 3).
 */

import { createRng } from '../rng.ts';
import { fail } from './errors.ts';
import { mix } from './units.ts';

/** How a signature is cut: `bands` pieces of `rows` hashes. */
export interface Bands {
  readonly bands: number;
  readonly rows: number;
}

/** Hashes of a signature. */
const SIGNATURE_HASHES = 128;
/** A pair exactly at the threshold is looked at with at least this chance; one above it with a higher one. */
export const LEAST_RECALL = 0.99;

/** The chance that two texts of this similarity share a band: 1 − (1 − sʳ)ᵇ. */
export function bandChance(similarity: number, { bands, rows }: Bands): number {
  return 1 - (1 - similarity ** rows) ** bands;
}

/** The bands with the most rows, so the fewest false candidates, that still find pairs at the threshold (`LEAST_RECALL`). */
export function bandsFor(threshold: number, hashes: number = SIGNATURE_HASHES): Bands {
  if (!(threshold >= 0.1 && threshold <= 1)) {
    throw fail('data/option', {
      where: 'near duplicates',
      option: 'threshold',
      rule: 'in [0.1, 1]',
      got: threshold,
    });
  }
  for (let rows = hashes; rows > 1; rows--) {
    const bands = { bands: Math.floor(hashes / rows), rows };
    if (bandChance(threshold, bands) >= LEAST_RECALL) return bands;
  }
  return { bands: hashes, rows: 1 };
}

/**
 * One hash of 32 bits for each band of a text's signature. Row i of the signature is the least value of hash function i over the
 * shingles; two texts agree in it with the chance of their Jaccard similarity. Time is shingles × hashes.
 */
export function bandHasher({ bands, rows }: Bands, seed = 0): (shingles: Float64Array) => Int32Array {
  const rng = createRng(seed).split('min-hash');
  const hashes = bands * rows;
  const factors = Int32Array.from({ length: hashes }, () => (rng.uniform() * 2 ** 32) | 1);
  const offsets = Int32Array.from({ length: hashes }, () => (rng.uniform() * 2 ** 32) | 0);
  const least = new Int32Array(hashes);
  return (shingles) => {
    least.fill(0x7fffffff);
    for (const shingle of shingles) {
      // Both halves count; the product alone is weak in its low bits, so the high ones are folded in.
      const x = mix((shingle >>> 0) ^ Math.floor(shingle / 2 ** 32));
      for (let i = 0; i < hashes; i++) {
        let value = Math.imul(x ^ offsets[i], factors[i]);
        value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
        if (value < least[i]) least[i] = value;
      }
    }
    return Int32Array.from({ length: bands }, (_, band) => {
      let hash = band + 1;
      for (let i = band * rows; i < (band + 1) * rows; i++)
        hash = mix(Math.imul(hash, 0x01000193) ^ least[i]);
      return hash;
    });
  };
}
