/**
 * A watermark (Kirchenbauer et al. 2023, "A Watermark for Large Language Models"): a key and the last tokens make some tokens
 * green, and those are preferred. `detectWatermark` counts them.
 */

import { philox } from '../../rng.ts';
import { fail } from '../errors.ts';
import { checkInteger, checkNumber } from '../options.ts';
import type { LogitsProcessor } from './processor.ts';

export interface GreenListOptions {
  /** Share of the vocabulary that is green; in (0, 1). Default 0.25. */
  readonly gamma?: number;
  /** How many tokens before decide what is green: more are harder to guess the key from, fewer survive edits. Default 1. */
  readonly context?: number;
}

export interface WatermarkOptions extends GreenListOptions {
  /** Added to the logits of green tokens. Default 2. */
  readonly delta?: number;
}

/** Prefers tokens that `key` makes green after the tokens before them. Runs last; the same text always has the same green ones. */
export function watermark(key: string, options: WatermarkOptions = {}): LogitsProcessor {
  const { delta = 2 } = options;
  checkNumber('watermark.delta', delta, 'a number > 0', (value) => value > 0);
  const { context, greenAfter } = greenList(key, options);
  return (logits, { ids }) => {
    if (ids.length < context) return;
    const isGreen = greenAfter(ids, ids.length);
    for (let id = 0; id < logits.length; id++) if (isGreen(id)) logits[id] += delta;
  };
}

type Words = readonly [number, number];

const block = new Uint32Array(4);

/**
 * Which tokens are green. NOTE Each by a hash of its own, not by its place in a shuffled vocabulary: so different n-grams are
 * independent of each other, and what a detector counts is exactly binomial.
 */
export function greenList(key: string, { gamma = 0.25, context = 1 }: GreenListOptions) {
  checkNumber('watermark.gamma', gamma, 'in (0, 1)', (value) => value > 0 && value < 1);
  checkInteger('watermark.context', context, 1);
  if (key === '') throw fail('decode/option', { option: 'watermark.key', rule: 'a text', value: '""' });
  const keyed = absorb([0, 0], new TextEncoder().encode(key));
  const limit = gamma * 2 ** 32;
  return {
    gamma,
    context,
    /** The colours at `place`: there are at least `context` ids before it. Good until the next is asked for. */
    greenAfter(ids: ArrayLike<number>, place: number): (id: number) => boolean {
      const before = Array.from({ length: context }, (_, i) => ids[place - context + i]);
      const seed = absorb(keyed, before);
      let quarter = -1;
      return (id) => {
        if (id >>> 2 !== quarter) philox(seed, [(quarter = id >>> 2), 0, 0, 0], block);
        return block[id & 3] < limit;
      };
    },
  };
}

/** A hash of numbers under a key: four at a time, and their count first, are Philox's counter; its answer is the next key. */
function absorb(key: Words, numbers: ArrayLike<number>): Words {
  const words = [numbers.length, ...Array.from(numbers)];
  let [a, b] = key;
  for (let i = 0; i < words.length; i += 4) {
    const [first, second = 0, third = 0, fourth = 0] = words.slice(i, i + 4);
    philox([a, b], [first, second, third, fourth], block);
    [a, b] = block;
  }
  return [a, b];
}
