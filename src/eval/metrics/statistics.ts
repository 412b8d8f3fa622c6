/** Scores whose figure follows from sums over the records: what can be added up can be resampled cheaply. */

import { fail } from '../errors.ts';

/** For each record, `width` numbers, one record after another; `score` makes the figure of their sums. */
export interface Statistics {
  readonly count: number;
  readonly width: number;
  readonly rows: Float64Array;
  readonly score: (sums: Float64Array) => number;
}

/** Puts one row for each record together. @throws without records */
export function statistics(
  where: string,
  count: number,
  width: number,
  rowOf: (record: number) => ArrayLike<number>,
  score: (sums: Float64Array) => number,
): Statistics {
  if (count === 0) throw fail('eval/no-records', { where });
  const rows = new Float64Array(count * width);
  for (let i = 0; i < count; i++) rows.set(rowOf(i), i * width);
  return { count, width, rows, score };
}

/** Sums over all records, or over those named (one named twice counts twice). */
export function sumsOf({ count, width, rows }: Statistics, items?: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(width);
  // How often each counts: rows are then read in order, which is much faster than as they were drawn.
  const often = new Int32Array(count).fill(items ? 0 : 1);
  if (items) for (let i = 0; i < items.length; i++) often[items[i]]++;
  for (let record = 0, at = 0; record < count; record++, at += width) {
    const weight = often[record];
    if (weight === 0) continue;
    for (let k = 0; k < width; k++) sums[k] += weight * rows[at + k];
  }
  return sums;
}

/** The figure of all records, or of those named. */
export function scoreOf(found: Statistics, items?: ArrayLike<number>): number {
  return found.score(sumsOf(found, items));
}

/** The mean of one value a record. */
export function meanStatistics(where: string, values: ArrayLike<number>): Statistics {
  const { length } = values;
  return statistics(
    where,
    length,
    2,
    (i) => [values[i], 1],
    ([sum, count]) => sum / count,
  );
}
