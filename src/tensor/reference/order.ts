/** Sorting and the k largest, rows of n; stable, NaN last. */

import type { Floats } from '../dtype.ts';
import type { Kernels } from '../kernels.ts';

export const orderKernels: Pick<Kernels, 'sort' | 'topK'> = {
  sort(x, values, indices, rows, n, descending) {
    for (let row = 0; row < rows; row++) {
      const order = sortedPlaces(x, row * n, n, descending);
      writePlaces(x, row * n, order, values, indices, row * n, n);
    }
  },

  topK(x, values, indices, rows, n, k) {
    for (let row = 0; row < rows; row++) {
      const best = k * 4 > n ? sortedPlaces(x, row * n, n, true) : largestPlaces(x, row * n, n, k);
      writePlaces(x, row * n, best, values, indices, row * k, k);
    }
  },
};

/** Negative when `a` comes before `b`: the smaller (or larger) value first, NaN last, ties by place. */
function comparePlaces(x: Floats, at: number, descending: boolean): (a: number, b: number) => number {
  return (a, b) => {
    const p = x[at + a];
    const q = x[at + b];
    if (p < q) return descending ? 1 : -1;
    if (p > q) return descending ? -1 : 1;
    const nanLast = Number(Number.isNaN(p)) - Number(Number.isNaN(q));
    return nanLast || a - b;
  };
}

function sortedPlaces(x: Floats, at: number, n: number, descending: boolean): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i).sort(comparePlaces(x, at, descending));
}

/** The places of the k largest, in order, by insertion into a short sorted list. */
function largestPlaces(x: Floats, at: number, n: number, k: number): Int32Array {
  const best = new Int32Array(k);
  const compare = comparePlaces(x, at, true);
  let held = 0;
  for (let i = 0; i < n; i++) {
    if (held === k && (k === 0 || compare(i, best[k - 1]) > 0)) continue;
    let place = held < k ? held++ : k - 1;
    for (; place > 0 && compare(i, best[place - 1]) < 0; place--) best[place] = best[place - 1];
    best[place] = i;
  }
  return best;
}

function writePlaces(
  x: Floats,
  at: number,
  places: Int32Array,
  values: Floats,
  indices: Int32Array,
  start: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    indices[start + i] = places[i];
    values[start + i] = x[at + places[i]];
  }
}
