/** Which distances share a number: T5's buckets (Raffel et al. 2020, §2.1). */

import { fromArray, type Tensor } from '../tensor/index.ts';
import { fail } from './errors.ts';

export interface BucketOptions {
  /** Half of them are for one distance each, the rest for ranges that grow by a constant factor. Default 32. */
  readonly buckets: number;
  /** From here on all distances share the last bucket. Default 128. */
  readonly maxDistance: number;
  /** Half of the buckets are for keys that follow: for encoders. Otherwise those count as distance 0. Default false. */
  readonly bidirectional: boolean;
}

/** Checks the options once; then gives the bucket of every pair of query and key, i32 [queries, keys], queries last of the keys. */
export function relativeBuckets(options: BucketOptions): (queries: number, keys: number) => Tensor<'i32'> {
  const { buckets, maxDistance, bidirectional } = options;
  const least = bidirectional ? 4 : 2;
  if (!(Number.isInteger(buckets) && buckets >= least && buckets % 2 === 0)) {
    throw fail('positions/buckets', { least, buckets, bidirectional });
  }
  const exact = exactOf(options);
  if (!(maxDistance > exact && Number.isFinite(maxDistance))) {
    throw fail('positions/max-distance', { exact, maxDistance });
  }
  return (queries, keys) => {
    // The buckets of all offsets that occur, from the first key behind the last query on: each query has a stretch of them.
    const offsets = { length: keys + queries - 1 };
    const found = Int32Array.from(offsets, (_, i) => bucketOf(i - (keys - 1), options));
    const ids = new Int32Array(queries * keys);
    for (let query = 0; query < queries; query++) {
      const from = queries - 1 - query;
      ids.set(found.subarray(from, from + keys), query * keys);
    }
    return fromArray<'i32'>(ids, [queries, keys], 'i32');
  };
}

/** So many distances in one direction have a bucket of their own. */
const exactOf = ({ buckets, bidirectional }: BucketOptions): number =>
  Math.floor((bidirectional ? buckets / 2 : buckets) / 2);

/** The bucket of a key that stands `offset` places behind its query (in front of it: below 0). */
export function bucketOf(offset: number, options: BucketOptions): number {
  const { buckets, maxDistance, bidirectional } = options;
  const exact = exactOf(options);
  const count = bidirectional ? buckets / 2 : buckets;
  const start = bidirectional && offset > 0 ? count : 0;
  const distance = bidirectional ? Math.abs(offset) : Math.max(0, -offset);
  if (distance < exact) return start + distance;
  const share = Math.log(distance / exact) / Math.log(maxDistance / exact);
  return start + Math.min(exact + Math.trunc(share * (count - exact)), count - 1);
}
