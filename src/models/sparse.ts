/** Just enough sparse linear algebra for counts of pairs: products with thin matrices, and their strongest directions. */

import type { Rng } from '../rng.ts';

/** A matrix n × n by rows: the entries of row i stand from starts[i] to starts[i + 1]. */
export interface SparseMatrix {
  readonly size: number;
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** M·x: x [n, rank] → [n, rank]. */
export function times(m: SparseMatrix, x: Float64Array, rank: number): Float64Array {
  const out = new Float64Array(m.size * rank);
  for (let i = 0; i < m.size; i++) {
    for (let e = m.starts[i]; e < m.starts[i + 1]; e++) {
      addScaled(out, i * rank, x, m.columns[e] * rank, m.values[e], rank);
    }
  }
  return out;
}

/** Mᵀ·diag(weights)·x: x [n, rank] → [n, rank]. */
export function transposedTimes(
  m: SparseMatrix,
  weights: Float64Array,
  x: Float64Array,
  rank: number,
): Float64Array {
  const out = new Float64Array(m.size * rank);
  for (let i = 0; i < m.size; i++) {
    for (let e = m.starts[i]; e < m.starts[i + 1]; e++) {
      addScaled(out, m.columns[e] * rank, x, i * rank, m.values[e] * weights[i], rank);
    }
  }
  return out;
}

function addScaled(
  out: Float64Array,
  to: number,
  x: Float64Array,
  from: number,
  scale: number,
  n: number,
): void {
  for (let c = 0; c < n; c++) out[to + c] += scale * x[from + c];
}

/**
 * Orthonormal columns [n, rank] that nearly span the strongest right singular vectors of diag(√weights)·M: subspace
 * iteration from random numbers (Halko et al. 2011, algorithm 4.4). Columns beyond the matrix's own rank are 0.
 */
export function strongestDirections(
  m: SparseMatrix,
  weights: Float64Array,
  { rank, rounds, rng }: { readonly rank: number; readonly rounds: number; readonly rng: Rng },
): Float64Array {
  let q: Float64Array = Float64Array.from({ length: m.size * rank }, () => rng.uniform() - 0.5);
  for (let round = 0; round < rounds; round++) {
    q = transposedTimes(m, weights, times(m, q, rank), rank);
    // Twice: the first pass leaves what the rounding of nearly parallel columns left (Björck 1994).
    orthonormalize(q, m.size, rank);
    orthonormalize(q, m.size, rank);
  }
  return q;
}

/** A column shorter than this share of its length before is taken as dependent on those before it. */
const DEPENDENT = 1e-10;

/** Makes the columns of q [n, rank] orthonormal in place, by rows of a modified Gram–Schmidt. */
function orthonormalize(q: Float64Array, n: number, rank: number): void {
  const dots = new Float64Array(rank);
  for (let c = 0; c < rank; c++) {
    const before = Math.sqrt(columnDot(q, n, rank, c, c));
    // What the columns before c have of it, taken away in one pass over the rows.
    dots.fill(0);
    for (let i = 0; i < n; i++) {
      const value = q[i * rank + c];
      for (let b = 0; b < c; b++) dots[b] += value * q[i * rank + b];
    }
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let b = 0; b < c; b++) sum += dots[b] * q[i * rank + b];
      q[i * rank + c] -= sum;
    }
    const after = Math.sqrt(columnDot(q, n, rank, c, c));
    const scale = after > DEPENDENT * before ? 1 / after : 0;
    for (let i = 0; i < n; i++) q[i * rank + c] *= scale;
  }
}

function columnDot(q: Float64Array, n: number, rank: number, a: number, b: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += q[i * rank + a] * q[i * rank + b];
  return sum;
}
