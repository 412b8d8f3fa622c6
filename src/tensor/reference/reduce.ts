/** Reductions and running sums over the middle axis of [outer, size, inner], accumulated in double. */

import type { Floats } from '../dtype.ts';
import type { Kernels, ReduceCode } from '../kernels.ts';

/** NaN wins over everything, as in PyTorch. */
const combine: { readonly [C in ReduceCode]: (sum: number, x: number) => number } = {
  sum: (sum, x) => sum + x,
  mean: (sum, x) => sum + x,
  max: Math.max,
  min: Math.min,
};

const start: { readonly [C in ReduceCode]: number } = {
  sum: 0,
  mean: 0,
  max: Number.NEGATIVE_INFINITY,
  min: Number.POSITIVE_INFINITY,
};

export const reduceKernels: Pick<Kernels, 'reduce' | 'argmax' | 'cumsum' | 'sumSquares'> = {
  reduce(code, x, out, outer, size, inner) {
    const f = combine[code];
    const scale = code === 'mean' ? 1 / size : 1;
    const row = new Float64Array(inner);
    for (let o = 0; o < outer; o++) {
      row.fill(start[code]);
      for (let j = 0, at = o * size * inner; j < size; j++) {
        for (let i = 0; i < inner; i++, at++) row[i] = f(row[i], x[at]);
      }
      for (let i = 0; i < inner; i++) out[o * inner + i] = row[i] * scale;
    }
  },

  argmax(x, out, outer, size, inner) {
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) out[o * inner + i] = firstLargest(x, o * size * inner + i, size, inner);
    }
  },

  cumsum(x, out, outer, size, inner, reverse) {
    const row = new Float64Array(inner);
    for (let o = 0; o < outer; o++) {
      row.fill(0);
      for (let j = 0; j < size; j++) {
        const at = (o * size + (reverse ? size - 1 - j : j)) * inner;
        for (let i = 0; i < inner; i++) out[at + i] = row[i] += x[at + i];
      }
    }
  },

  sumSquares(x, sums, place) {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
    sums[place] = sum;
  },
};

/** The place of the first largest of `size` values; the first NaN if there is one. */
function firstLargest(x: Floats, at: number, size: number, step: number): number {
  let best = 0;
  let largest = x[at];
  for (let j = 1; j < size; j++) {
    const value = x[at + j * step];
    if (value > largest || (Number.isNaN(value) && !Number.isNaN(largest))) {
      best = j;
      largest = value;
    }
  }
  return best;
}
