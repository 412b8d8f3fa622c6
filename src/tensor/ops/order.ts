/** Running sums, sorting, the k largest. */

import { defineOp } from '../op.ts';
import { type Shape, type Tensor, tensor, zeros } from '../tensor.ts';
import { floats, floatType, ints, normalizeAxis, requireOption, spans } from './check.ts';
import { scatterAdd } from './indexing.ts';
import { normalSample } from './samples.ts';

const rowsOf = (shape: Shape): [rows: number, n: number] => {
  const [rows, n] = spans(shape, shape.length - 1, shape.length);
  return [rows, n];
};

/** The gradient of picked values goes back to their places. */
const toPlaces = (x: Tensor, indices: Tensor, g: Tensor | undefined): Tensor | undefined =>
  g && scatterAdd(zeros(x.shape, g.dtype), indices, g, -1);

export const orderOps = {
  cumsum: defineOp<{ readonly axis: number; readonly reverse: boolean }>({
    name: 'cumsum',
    doc: 'y_i = Σ_{j ≤ i} x_j; from the end when reversed',
    outputs: ([x]) => [{ shape: x.shape, dtype: floatType('cumsum', x) }],
    run: (kernels, [x], [y], { axis, reverse }) =>
      kernels.cumsum(floats(x), floats(y), ...spans(x.shape, axis, axis + 1), reverse),
    gradient: ({ grads: [g], attrs: { axis, reverse } }) => [cumsum(g!, axis, { reverse: !reverse })],
    samples: () => [
      { inputs: [normalSample([2, 4, 3])], attrs: { axis: 1, reverse: false } },
      { inputs: [normalSample([17], 2)], attrs: { axis: 0, reverse: true } },
    ],
  }),

  sort: defineOp<{ readonly descending: boolean }>({
    name: 'sort',
    doc: 'values of the last axis in order, and the places they came from',
    outputs: ([x]) => [
      { shape: x.shape, dtype: floatType('sort', x) },
      { shape: x.shape, dtype: 'i32' },
    ],
    run: (kernels, [x], [values, indices], { descending }) =>
      kernels.sort(floats(x), floats(values), ints(indices), ...rowsOf(x.shape), descending),
    gradient: ({ inputs: [x], outputs: [, indices], grads: [g] }) => [toPlaces(x, indices, g)],
    samples: () => [
      { inputs: [normalSample([3, 8])], attrs: { descending: false } },
      { inputs: [normalSample([2, 5], 2)], attrs: { descending: true } },
      {
        inputs: [tensor([3, Number.NaN, 1, 3, Number.NaN, -0, 0])],
        attrs: { descending: true },
        skipGradient: 'NaN and ties',
      },
    ],
  }),

  topK: defineOp<{ readonly k: number }>({
    name: 'topK',
    doc: 'the k largest of the last axis, in order, and their places',
    outputs: ([x], { k }) => {
      const shape = [...x.shape.slice(0, -1), k];
      return [
        { shape, dtype: floatType('topK', x) },
        { shape, dtype: 'i32' },
      ];
    },
    run: (kernels, [x], [values, indices], { k }) =>
      kernels.topK(floats(x), floats(values), ints(indices), ...rowsOf(x.shape), k),
    gradient: ({ inputs: [x], outputs: [, indices], grads: [g] }) => [toPlaces(x, indices, g)],
    samples: () => [
      { inputs: [normalSample([3, 40])], attrs: { k: 3 } },
      { inputs: [normalSample([2, 5], 2)], attrs: { k: 5 } },
      { inputs: [tensor([1, 2, 2, 1, 2])], attrs: { k: 2 }, skipGradient: 'ties' },
    ],
  }),
};

/** Running sums along an axis; `reverse` starts at the end. */
export function cumsum(
  x: Tensor,
  axis = -1,
  { reverse = false }: { readonly reverse?: boolean } = {},
): Tensor {
  return orderOps.cumsum([x], { axis: normalizeAxis('cumsum', axis, x.shape.length), reverse })[0];
}

export interface Ordered {
  readonly values: Tensor;
  /** Where along the axis each value came from, i32. */
  readonly indices: Tensor<'i32'>;
}

/** Sorts the last axis, stable, NaN last in either direction. */
export function sort(x: Tensor, { descending = false }: { readonly descending?: boolean } = {}): Ordered {
  normalizeAxis('sort', -1, x.shape.length);
  const [values, indices] = orderOps.sort([x], { descending });
  return { values, indices: indices as Tensor<'i32'> };
}

/** The k largest of the last axis, largest first, ties by lower place. */
export function topK(x: Tensor, k: number): Ordered {
  const n = x.shape[normalizeAxis('topK', -1, x.shape.length)];
  requireOption('topK', 'k', Number.isInteger(k) && k >= 0 && k <= n, `a whole number from 0 to ${n}`, k);
  const [values, indices] = orderOps.topK([x], { k });
  return { values, indices: indices as Tensor<'i32'> };
}
