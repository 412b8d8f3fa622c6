/** Batches of examples by number, in another order every epoch. */

import { createRng, shuffle } from '../rng.ts';

export interface ShuffleOptions {
  readonly batchSize: number;
  readonly seed: number;
  readonly epoch: number;
  /** How long an example is: batches are made of examples of like length, which saves padding. */
  readonly lengthOf?: (example: number) => number;
}

/** Batches that are sorted by length together, so that chance still decides who is beside whom. */
const POOL = 20;

/** Every example once, in batches. */
export function shuffledBatches(
  count: number,
  { batchSize, seed, epoch, lengthOf }: ShuffleOptions,
): Int32Array[] {
  const rng = createRng(seed).split(`epoch ${epoch}`);
  const order = shuffle(
    Int32Array.from({ length: count }, (_, i) => i),
    rng,
  );
  if (lengthOf) {
    for (let from = 0; from < count; from += POOL * batchSize) {
      order.subarray(from, from + POOL * batchSize).sort((a, b) => lengthOf(a) - lengthOf(b));
    }
  }
  const batches: Int32Array[] = [];
  for (let from = 0; from < count; from += batchSize) batches.push(order.slice(from, from + batchSize));
  return lengthOf ? shuffle(batches, rng) : batches;
}
