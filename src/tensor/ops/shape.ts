/** Ops that move elements and compute nothing. Any element type. */

import { fail } from '../errors.ts';
import type { Kernels } from '../kernels.ts';
import { defineOp } from '../op.ts';
import { type Shape, sizeOf, type Tensor, zeros } from '../tensor.ts';
import {
  broadcastShapes,
  broadcastStrides,
  normalizeAxis,
  requireOption,
  requireShape,
  requireType,
  sameShape,
  spans,
  stridesOf,
} from './check.ts';
import { idSample, normalSample } from './samples.ts';

export interface SliceAttrs {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

export interface PadAttrs {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/** The same shape with another length along one axis. */
const withLength = (shape: Shape, axis: number, length: number): Shape =>
  shape.map((old, i) => (i === axis ? length : old));

/** Copies `count` places along an axis, from place `fromStart` of one tensor to place `toStart` of another. */
function copyAlong(
  kernels: Kernels,
  axis: number,
  count: number,
  from: Tensor,
  fromStart: number,
  to: Tensor,
  toStart: number,
): void {
  const [outer, , inner] = spans(from.shape, axis, axis + 1);
  const strides = [from, to].map((x) => [x.shape[axis] * inner, 1]);
  const walk = { shape: [outer, count * inner], strides };
  kernels.copyStrided(from.operand, to.operand, walk, fromStart * inner, toStart * inner);
}

export const shapeOps = {
  reshape: defineOp<{ readonly shape: Shape }>({
    name: 'reshape',
    doc: 'the same elements in another shape, sharing memory',
    outputs: ([x], { shape }) => {
      if (sizeOf(shape) !== x.size) throw fail('shape/size', { op: 'reshape', from: x.shape, to: shape });
      return [{ shape, dtype: x.dtype }];
    },
    view: () => true,
    run: () => {},
    gradient: ({ inputs: [x], grads: [g] }) => [reshape(g!, x.shape)],
    samples: () => [{ inputs: [normalSample([2, 6])], attrs: { shape: [3, 4] } }],
  }),

  permute: defineOp<{ readonly axes: readonly number[] }>({
    name: 'permute',
    doc: 'axis i of the result is axis axes[i] of x',
    outputs: ([x], { axes }) => [{ shape: axes.map((axis) => x.shape[axis]), dtype: x.dtype }],
    run: (kernels, [x], [y], { axes }) => {
      const strides = stridesOf(x.shape);
      const walk = { shape: y.shape, strides: [axes.map((axis) => strides[axis]), stridesOf(y.shape)] };
      kernels.copyStrided(x.operand, y.operand, walk, 0, 0);
    },
    gradient: ({ grads: [g], attrs: { axes } }) => [
      permute(
        g!,
        axes.map((_, i) => axes.indexOf(i)),
      ),
    ],
    samples: () => [
      { inputs: [normalSample([2, 3, 4])], attrs: { axes: [2, 0, 1] } },
      { inputs: [normalSample([5, 7])], attrs: { axes: [1, 0] } },
      { inputs: [idSample([2, 3, 2, 2], 9)], attrs: { axes: [0, 2, 1, 3] } },
    ],
  }),

  broadcastTo: defineOp<{ readonly shape: Shape }>({
    name: 'broadcastTo',
    doc: 'repeats axes of length 1',
    outputs: ([x], { shape }) => {
      requireShape('broadcastTo', 'the result', broadcastShapes('broadcastTo', x.shape, shape), shape);
      return [{ shape, dtype: x.dtype }];
    },
    run: (kernels, [x], [y]) => {
      const strides = [broadcastStrides(x.shape, y.shape), stridesOf(y.shape)];
      kernels.copyStrided(x.operand, y.operand, { shape: y.shape, strides }, 0, 0);
    },
    gradient: ({ grads: [g] }) => [g], // the tape sums it back
    samples: () => [
      { inputs: [normalSample([3, 1])], attrs: { shape: [2, 3, 4] } },
      { inputs: [normalSample([])], attrs: { shape: [5] } },
    ],
  }),

  slice: defineOp<SliceAttrs>({
    name: 'slice',
    doc: 'places [start, end) of an axis',
    outputs: ([x], { axis, start, end }) => [
      { shape: withLength(x.shape, axis, end - start), dtype: x.dtype },
    ],
    run: (kernels, [x], [y], { axis, start, end }) => copyAlong(kernels, axis, end - start, x, start, y, 0),
    gradient: ({ inputs: [x], grads: [g], attrs: { axis, start, end } }) => [
      pad(g!, axis, start, x.shape[axis] - end),
    ],
    samples: () => [
      { inputs: [normalSample([3, 5, 2])], attrs: { axis: 1, start: 1, end: 4 } },
      { inputs: [normalSample([4, 3])], attrs: { axis: 0, start: 2, end: 4 } },
    ],
  }),

  pad: defineOp<PadAttrs>({
    name: 'pad',
    doc: 'zeros before and behind an axis',
    outputs: ([x], { axis, before, after }) => [
      { shape: withLength(x.shape, axis, before + x.shape[axis] + after), dtype: x.dtype },
    ],
    run: (kernels, [x], [y], { axis, before }) => {
      kernels.fill(y.operand, 0);
      copyAlong(kernels, axis, x.shape[axis], x, 0, y, before);
    },
    gradient: ({ inputs: [x], grads: [g], attrs: { axis, before } }) => [
      slice(g!, axis, before, before + x.shape[axis]),
    ],
    samples: () => [{ inputs: [normalSample([2, 3])], attrs: { axis: 1, before: 1, after: 2 } }],
  }),

  split: defineOp<{ readonly axis: number; readonly sizes: readonly number[] }>({
    name: 'split',
    doc: 'neighbouring pieces of an axis; of the first one, sharing memory',
    view: ([x], { axis }) => sizeOf(x.shape.slice(0, axis)) === 1,
    outputs: ([x], { axis, sizes }) =>
      sizes.map((size) => ({ shape: withLength(x.shape, axis, size), dtype: x.dtype })),
    run: (kernels, [x], pieces, { axis, sizes }) => {
      let start = 0;
      pieces.forEach((piece, i) => {
        copyAlong(kernels, axis, sizes[i], x, start, piece, 0);
        start += sizes[i];
      });
    },
    gradient: ({ outputs, grads, attrs: { axis } }) => {
      const like = grads.find(Boolean)!;
      return [
        concat(
          outputs.map((y, i) => grads[i] ?? zeros(y.shape, like.dtype)),
          axis,
        ),
      ];
    },
    samples: () => [{ inputs: [normalSample([2, 6, 3])], attrs: { axis: 1, sizes: [1, 3, 2] } }],
  }),

  concat: defineOp<{ readonly axis: number }>({
    name: 'concat',
    doc: 'tensors one behind the other along an axis',
    outputs: (xs, { axis }) => {
      const [{ shape, dtype }] = xs;
      requireType('concat', dtype, ...xs);
      let length = 0;
      xs.forEach((x, i) => {
        requireShape('concat', `tensor ${i}`, withLength(shape, axis, x.shape[axis]), x.shape);
        length += x.shape[axis];
      });
      return [{ shape: withLength(shape, axis, length), dtype }];
    },
    run: (kernels, xs, [y], { axis }) => {
      let start = 0;
      for (const x of xs) {
        copyAlong(kernels, axis, x.shape[axis], x, 0, y, start);
        start += x.shape[axis];
      }
    },
    gradient: ({ inputs, grads: [g], attrs: { axis } }) =>
      split(
        g!,
        inputs.map((x) => x.shape[axis]),
        axis,
      ),
    samples: () => [
      {
        inputs: [normalSample([2, 3]), normalSample([2, 1], 2), normalSample([2, 2], 3)],
        attrs: { axis: 1 },
      },
      { inputs: [normalSample([1, 2]), normalSample([3, 2], 2)], attrs: { axis: 0 } },
    ],
  }),
};

/** The same elements in another shape, sharing memory. One length may be −1: it is computed. */
export function reshape<X extends Tensor>(x: X, shape: Shape): X {
  if (sameShape(x.shape, shape)) return x;
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const full = shape.map((length) => (length === -1 ? x.size / known : length));
  if (shape.filter((length) => length === -1).length > 1 || !full.every(Number.isInteger)) {
    throw fail('shape/size', { op: 'reshape', from: x.shape, to: shape });
  }
  return shapeOps.reshape([x], { shape: full })[0] as X;
}

/** Axis i of the result is axis axes[i] of x. */
export function permute<X extends Tensor>(x: X, axes: readonly number[]): X {
  const rank = x.shape.length;
  const places = axes.map((axis) => normalizeAxis('permute', axis, rank));
  const isPermutation = places.length === rank && new Set(places).size === rank;
  requireOption('permute', 'axes', isPermutation, `each axis of ${rank} once`, `[${axes.join(', ')}]`);
  return shapeOps.permute([x], { axes: places })[0] as X;
}

/** Exchanges two axes; by default the last two. */
export function transpose<X extends Tensor>(x: X, a = -2, b = -1): X {
  const axes = x.shape.map((_, i) => i);
  const first = normalizeAxis('transpose', a, axes.length);
  const second = normalizeAxis('transpose', b, axes.length);
  axes[first] = second;
  axes[second] = first;
  return permute(x, axes);
}

/** x repeated along axes of length 1, and new leading axes, until it has the shape. */
export function broadcastTo<X extends Tensor>(x: X, shape: Shape): X {
  return sameShape(x.shape, shape) ? x : (shapeOps.broadcastTo([x], { shape })[0] as X);
}

/** Places [start, end) of an axis; negative places count from the end. */
export function slice<X extends Tensor>(x: X, axis: number, start: number, end = x.shape.at(axis)!): X {
  const place = normalizeAxis('slice', axis, x.shape.length);
  const length = x.shape[place];
  const from = start < 0 ? start + length : start;
  const to = end < 0 ? end + length : end;
  const isRange = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= length;
  requireOption('slice', 'start, end', isRange, `a range inside [0, ${length})`, `[${start}, ${end})`);
  return from === 0 && to === length
    ? x
    : (shapeOps.slice([x], { axis: place, start: from, end: to })[0] as X);
}

/** Zeros added before and behind an axis. */
export function pad<X extends Tensor>(x: X, axis: number, before: number, after: number): X {
  const place = normalizeAxis('pad', axis, x.shape.length);
  return shapeOps.pad([x], { axis: place, before, after })[0] as X;
}

/** Cuts an axis into neighbouring pieces of the given sizes, which must add up to its length. */
export function split<X extends Tensor>(x: X, sizes: readonly number[], axis: number): X[] {
  const place = normalizeAxis('split', axis, x.shape.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const rule = `sizes that add up to ${x.shape[place]}`;
  requireOption('split', 'sizes', total === x.shape[place], rule, `[${sizes.join(', ')}]`);
  return shapeOps.split([x], { axis: place, sizes }) as X[];
}

/** Tensors one behind the other along an axis; their other lengths are equal. */
export function concat<X extends Tensor>(xs: readonly X[], axis: number): X {
  requireOption('concat', 'tensors', xs.length > 0, 'at least one', 'none');
  return shapeOps.concat(xs, { axis: normalizeAxis('concat', axis, xs[0].shape.length) })[0] as X;
}

/** Tensors of one shape side by side along a new axis. */
export function stack<X extends Tensor>(xs: readonly X[], axis: number): X {
  return concat(
    xs.map((x) => expandDims(x, axis)),
    axis,
  );
}

/** A new axis of length 1 at a place of the result; −1 is the last. */
export function expandDims<X extends Tensor>(x: X, axis: number): X {
  const place = normalizeAxis('expandDims', axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]);
}

/** Drops an axis of length 1. */
export function squeeze<X extends Tensor>(x: X, axis: number): X {
  const place = normalizeAxis('squeeze', axis, x.shape.length);
  requireOption('squeeze', 'axis', x.shape[place] === 1, 'an axis of length 1', `length ${x.shape[place]}`);
  return reshape(x, [...x.shape.slice(0, place), ...x.shape.slice(place + 1)]);
}
