/** Reductions over one or more axes. */

import type { ReduceCode } from '../kernels.ts';
import { defineOp, type Op } from '../op.ts';
import { type Shape, sizeOf, type Tensor } from '../tensor.ts';
import { floats, floatType, ints, normalizeAxis, spans } from './check.ts';
import { cast, equal } from './compare.ts';
import { affine, div, mul, sub } from './elementwise.ts';
import { normalSample } from './samples.ts';
import { broadcastTo, reshape } from './shape.ts';
import { square } from './unary.ts';

/** Reduces the axes [from, to) and drops them. */
export interface ReduceAttrs {
  readonly from: number;
  readonly to: number;
}

/** ∂loss/∂x from x, and y and g as they lie in x: with length 1 in the reduced axes. */
type ReduceRule = (x: Tensor, y: Tensor, g: Tensor) => Tensor;

const without = (shape: Shape, { from, to }: ReduceAttrs): Shape => [
  ...shape.slice(0, from),
  ...shape.slice(to),
];
const asOnes = (shape: Shape, { from, to }: ReduceAttrs): Shape =>
  shape.map((length, axis) => (axis >= from && axis < to ? 1 : length));

function reduction(code: ReduceCode, doc: string, rule: ReduceRule): Op<ReduceAttrs> {
  return defineOp<ReduceAttrs>({
    name: code,
    doc,
    outputs: ([x], attrs) => [{ shape: without(x.shape, attrs), dtype: floatType(code, x) }],
    run: (kernels, [x], [y], { from, to }) =>
      kernels.reduce(code, floats(x), floats(y), ...spans(x.shape, from, to)),
    gradient: ({ inputs: [x], outputs: [y], grads: [g], attrs }) => {
      const shape = asOnes(x.shape, attrs);
      return [rule(x, reshape(y, shape), reshape(g!, shape))];
    },
    samples: () => [
      { inputs: [normalSample([3, 4, 5])], attrs: { from: 1, to: 2 } },
      { inputs: [normalSample([2, 7], 2)], attrs: { from: 1, to: 2 } },
      { inputs: [normalSample([3, 4, 2], 3)], attrs: { from: 0, to: 2 } },
      { inputs: [normalSample([33], 4)], attrs: { from: 0, to: 1 } },
    ],
  });
}

// The largest (or smallest) elements share the gradient: 1/count each.
const extremeRule: ReduceRule = (x, y, g) => {
  const hits = cast(equal(x, y), x.dtype);
  const axes = x.shape.flatMap((length, axis) => (length === y.shape[axis] ? [] : [axis]));
  return mul(hits, div(g, sum(hits, { axis: axes, keepDims: true })));
};

export const reduceOps = {
  sum: reduction('sum', 'Σ x', (x, _y, g) => broadcastTo(g, x.shape)),
  mean: reduction('mean', 'Σ x / n', (x, y, g) => broadcastTo(affine(g, y.size / x.size, 0), x.shape)),
  max: reduction('max', 'the largest', extremeRule),
  min: reduction('min', 'the smallest', extremeRule),

  argmax: defineOp<{ readonly axis: number }>({
    name: 'argmax',
    doc: 'the first place of the largest',
    outputs: ([x], { axis }) => {
      floatType('argmax', x);
      return [{ shape: without(x.shape, { from: axis, to: axis + 1 }), dtype: 'i32' }];
    },
    run: (kernels, [x], [y], { axis }) =>
      kernels.argmax(floats(x), ints(y), ...spans(x.shape, axis, axis + 1)),
    gradient: 'none',
    samples: () => [
      { inputs: [normalSample([3, 9])], attrs: { axis: 1 } },
      { inputs: [normalSample([3, 4, 2], 2)], attrs: { axis: 1 } },
    ],
  }),
};

export interface ReduceOptions {
  /** One axis or several; negative counts from the end. Default: all. */
  readonly axis?: number | readonly number[];
  /** Keeps reduced axes, with length 1. */
  readonly keepDims?: boolean;
}

function reduce(code: ReduceCode, x: Tensor, { axis, keepDims = false }: ReduceOptions): Tensor {
  const rank = x.shape.length;
  const asked = axis === undefined ? x.shape.map((_, i) => i) : typeof axis === 'number' ? [axis] : axis;
  const axes = [...new Set(asked.map((a) => normalizeAxis(code, a, rank)))].sort((a, b) => b - a);
  let result = x;
  for (let i = 0; i < axes.length; ) {
    const to = axes[i] + 1;
    let from = axes[i++];
    while (axes[i] === from - 1) from = axes[i++]; // neighbours go in one pass
    result = reduceOps[code]([result], { from, to })[0];
  }
  return keepDims
    ? reshape(
        result,
        x.shape.map((length, i) => (axes.includes(i) ? 1 : length)),
      )
    : result;
}

/** Σ x over axes. */
export const sum = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('sum', x, options);
/** The mean over axes. */
export const mean = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('mean', x, options);
/** The largest over axes; NaN wins; ties share the gradient. */
export const max = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('max', x, options);
/** The smallest over axes; NaN wins; ties share the gradient. */
export const min = (x: Tensor, options: ReduceOptions = {}): Tensor => reduce('min', x, options);

/** The mean squared distance from the mean over axes (divided by n, not n − 1). */
export function variance(x: Tensor, options: ReduceOptions = {}): Tensor {
  return mean(square(sub(x, mean(x, { ...options, keepDims: true }))), options);
}

/** The first place of the largest along an axis, i32. */
export function argmax(x: Tensor, axis = -1): Tensor<'i32'> {
  return reduceOps.argmax([x], { axis: normalizeAxis('argmax', axis, x.shape.length) })[0] as Tensor<'i32'>;
}

/** Undoes broadcasting: sums x down to a shape that broadcasts to x's. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const lead = x.shape.length - shape.length;
  const axis = x.shape.flatMap((length, i) =>
    i < lead || (length !== 1 && shape[i - lead] === 1) ? [i] : [],
  );
  const summed = axis.length ? sum(x, { axis }) : x;
  return summed.size === sizeOf(shape) ? reshape(summed, shape) : summed;
}
