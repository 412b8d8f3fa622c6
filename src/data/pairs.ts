/** Rows of pairs of texts, a source and what belongs to it: for models that read one and write the other. */

import { createRng } from '../rng.ts';
import { fail } from './errors.ts';
import { PADDING } from './masked.ts';
import { IGNORE, type RowSource, shufflePlaces } from './rows.ts';

/** Ids of a pair, each side with its end token. */
export interface TokenPair {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

export interface PairRowsOptions {
  /** Each side fits its length below. */
  readonly pairs: readonly TokenPair[];
  readonly sourceLength: number;
  readonly targetLength: number;
  /** Stands before each target. */
  readonly startId: number;
  /** So many rows are of like length; left out: the pairs in order, for evaluation. */
  readonly shuffled?: { readonly seed: number; readonly batchSize: number };
}

/** Batches whose pairs are sorted by length together: enough for little padding, few enough for chance. */
const POOL_BATCHES = 64;

/**
 * A row is a pair: places of the source, filled up with `PADDING`, then those of the target with the start token before it; only the
 * target's are learnt. Shuffled, every epoch has its own order, in batches of pairs of like length; what does not fill its last batch
 * is left out of the epoch.
 */
export function pairRows(options: PairRowsOptions): RowSource {
  const { pairs, sourceLength, targetLength, startId, shuffled } = options;
  if (pairs.length === 0) throw fail('data/empty', { where: 'pairs' });
  const contextLength = sourceLength + targetLength;
  const { count, at: pairAt } = shuffled ? likeLengths(pairs, shuffled) : inOrder(pairs);
  return {
    contextLength,
    rowsPerEpoch: count,
    fill(row, inputs, targets, at) {
      const { source, target } = pairAt(row);
      const middle = at + sourceLength;
      inputs.fill(PADDING, at, at + contextLength);
      targets.fill(IGNORE, at, at + contextLength);
      inputs.set(source, at);
      targets.set(target, middle);
      inputs[middle] = startId;
      for (let i = 1; i < target.length; i++) inputs[middle + i] = target[i - 1];
    },
  };
}

interface PairOrder {
  /** Rows of an epoch. */
  readonly count: number;
  readonly at: (row: number) => TokenPair;
}

const inOrder = (pairs: readonly TokenPair[]): PairOrder => ({
  count: pairs.length,
  at: (row) => pairs[row % pairs.length],
});

function likeLengths(
  pairs: readonly TokenPair[],
  { seed, batchSize }: NonNullable<PairRowsOptions['shuffled']>,
): PairOrder {
  const batches = Math.max(1, Math.floor(pairs.length / batchSize));
  const count = batches * Math.min(batchSize, pairs.length);
  const order = new Uint32Array(pairs.length);
  const batchOrder = new Uint32Array(batches);
  const shuffles = createRng(seed).split('pairs');
  const size = (pair: number): number => pairs[pair].target.length * 1024 + pairs[pair].source.length;
  let arranged = -1;
  const arrangeFor = (epoch: number): void => {
    if (epoch === arranged) return;
    const rng = shuffles.split(epoch);
    shufflePlaces(order, rng);
    const pool = POOL_BATCHES * batchSize;
    for (let from = 0; from < count; from += pool) {
      order.subarray(from, Math.min(from + pool, count)).sort((a, b) => size(a) - size(b));
    }
    shufflePlaces(batchOrder, rng);
    arranged = epoch;
  };
  return {
    count,
    at(row) {
      arrangeFor(Math.floor(row / count));
      const place = row % count;
      const batch = batchOrder[Math.floor(place / batchSize)];
      return pairs[order[batch * batchSize + (place % batchSize)]];
    },
  };
}
