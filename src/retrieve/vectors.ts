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

/** Scores of the rows for a query, both as `metricRows` and `queryFor` make them. Errors: `retrieve/width`. */
export function rowScorer({ width, data }: VectorRows, query: Float32Array, metric: Metric): RowScore {
  if (query.length !== width) throw fail('retrieve/width', { width, got: query.length });
  const score = scores[metric];
  return (row) => score(data, row * width, query, 0, width);
}

/** Scores of two rows, as `metricRows` makes them. */
export function pairScorer({ width, data }: VectorRows, metric: Metric): (a: number, b: number) => number {
  const score = scores[metric];
  return (a, b) => score(data, a * width, data, b * width, width);
}

type Score = (a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, width: number) => number;

const dot: Score = (a, aFrom, b, bFrom, width) => {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += a[aFrom + i] * b[bFrom + i];
  return sum;
};

const scores: { readonly [M in Metric]: Score } = {
  dot,
  // Of vectors of length 1.
  cosine: dot,
  l2(a, aFrom, b, bFrom, width) {
    let sum = 0;
    for (let i = 0; i < width; i++) {
      const difference = a[aFrom + i] - b[bFrom + i];
      sum += difference * difference;
    }
    return -Math.sqrt(sum);
  },
};

/** The rows at length 1; a row of zeros stays. */
function normalized({ width, count, data }: VectorRows): VectorRows {
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
  const own = metricRows(rows, metric);
  const found = new Float64Array(rows.count);
  return {
    search(query, top) {
      if (own.count === 0) return [];
      const score = rowScorer(own, queryFor(query, metric), metric);
      for (let row = 0; row < own.count; row++) found[row] = score(row);
      return topScores(found, top);
    },
  };
}

/** The rows as the metric wants them: for `cosine` at length 1. */
export const metricRows = (rows: VectorRows, metric: Metric): VectorRows =>
  metric === 'cosine' ? normalized(rows) : rows;

/** The query as the metric wants it. */
export const queryFor = (query: ArrayLike<number>, metric: Metric): Float32Array =>
  metricRows(vectorRows([query]), metric).data;
