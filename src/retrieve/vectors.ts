/** Exact search among vectors: every one is compared. */

import { fail } from './errors.ts';
import { type Scored, topScores } from './top.ts';

/** `cosine`: of the angle; `dot`: inner product; `l2`: Euclidean distance, whose score is its negative. */
export type Metric = 'cosine' | 'dot' | 'l2';

/** Vectors of one width, row after row. */
export interface VectorRows {
  readonly width: number;
  readonly count: number;
  readonly data: Float32Array;
}

/** Packs vectors. Errors: `retrieve/width`, `retrieve/not-finite`. */
export function vectorRows(vectors: readonly ArrayLike<number>[]): VectorRows {
  const width = vectors[0]?.length ?? 0;
  const data = new Float32Array(vectors.length * width);
  for (const [i, vector] of vectors.entries()) {
    if (vector.length !== width) throw fail('retrieve/width', { width, got: vector.length });
    data.set(vector, i * width);
  }
  if (!data.every(Number.isFinite)) throw fail('retrieve/not-finite', {});
  return { width, count: vectors.length, data };
}

/** The score of a row: more is nearer. */
export type RowScore = (row: number) => number;

/**
 * Scores of the rows for a query. For `cosine` both must have length 1: `normalized` makes them so, once.
 * Errors: `retrieve/width`.
 */
export function rowScorer({ width, data }: VectorRows, query: ArrayLike<number>, metric: Metric): RowScore {
  if (query.length !== width) throw fail('retrieve/width', { width, got: query.length });
  if (metric === 'l2') {
    return (row) => {
      let sum = 0;
      for (let i = 0, at = row * width; i < width; i++, at++) {
        const difference = data[at] - query[i];
        sum += difference * difference;
      }
      return -Math.sqrt(sum);
    };
  }
  return (row) => {
    let sum = 0;
    for (let i = 0, at = row * width; i < width; i++, at++) sum += data[at] * query[i];
    return sum;
  };
}

/** The rows at length 1; a row of zeros stays. */
export function normalized({ width, count, data }: VectorRows): VectorRows {
  const unit = Float32Array.from(data);
  for (let row = 0; row < count; row++) {
    const own = unit.subarray(row * width, (row + 1) * width);
    const length = Math.hypot(...own);
    if (length > 0) own.forEach((x, i) => (own[i] = x / length));
  }
  return { width, count, data: unit };
}

/** Vectors that can be searched. */
export interface VectorIndex {
  /** The nearest rows, the best first. */
  search(query: ArrayLike<number>, top: number): Scored[];
}

/** Compares the query with every row. */
export function exactIndex(rows: VectorRows, metric: Metric = 'cosine'): VectorIndex {
  const own = metric === 'cosine' ? normalized(rows) : rows;
  const scores = new Float64Array(rows.count);
  return {
    search(query, top) {
      const score = rowScorer(own, queryFor(query, metric), metric);
      for (let row = 0; row < own.count; row++) scores[row] = score(row);
      return topScores(scores, top);
    },
  };
}

/** The query as the metric wants it. */
export const queryFor = (query: ArrayLike<number>, metric: Metric): ArrayLike<number> =>
  metric === 'cosine' ? normalized(vectorRows([query])).data : Float32Array.from(query);
