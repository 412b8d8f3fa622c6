/** Comparisons give u8 masks; `where` picks by mask; `cast` changes the element type. */

import { type DType, isBlocks, isFloat } from '../dtype.ts';
import { type CompareCode, compareCodes } from '../kernels.ts';
import { defineOp, type Op } from '../op.ts';
import { type Tensor, tensor } from '../tensor.ts';
import {
  broadcastShapes,
  broadcastWalk,
  floats,
  floatType,
  requireBlocks,
  requireOption,
  requireType,
} from './check.ts';
import { operands } from './elementwise.ts';
import { idSample, maskSample, normalSample } from './samples.ts';

function comparison(code: CompareCode): Op<undefined> {
  return defineOp<undefined>({
    name: code,
    doc: `1 where a ${symbols[code]} b, else 0`,
    outputs: ([a, b]) => {
      if (a.dtype !== 'i32') floatType(code, a);
      requireType(code, a.dtype, b);
      return [{ shape: broadcastShapes(code, a.shape, b.shape), dtype: 'u8' }];
    },
    run: (kernels, [a, b], [mask]) =>
      kernels.compare(
        code,
        a.operand,
        b.operand,
        mask.operand as Uint8Array,
        broadcastWalk(mask.shape, [a, b]),
      ),
    gradient: 'none',
    samples: () => [
      { inputs: [idSample([3, 5], 3), idSample([5], 3, 2)], attrs: undefined },
      { inputs: [tensor([1, 2, Number.NaN, 4]), tensor([1, 3, Number.NaN, 2])], attrs: undefined },
      { inputs: [normalSample([2, 1, 3]), normalSample([4, 1], 2)], attrs: undefined },
    ],
  });
}

const symbols: { readonly [C in CompareCode]: string } = {
  equal: '=',
  notEqual: '≠',
  less: '<',
  lessEqual: '≤',
  greater: '>',
  greaterEqual: '≥',
};

const gradientType = (x: Tensor): DType => (x.dtype === 'f64' ? 'f64' : 'f32');

export interface CastAttrs {
  readonly dtype: DType;
}

export const compareOps = {
  ...(Object.fromEntries(compareCodes.map((code) => [code, comparison(code)])) as {
    readonly [C in CompareCode]: Op<undefined>;
  }),

  where: defineOp<undefined>({
    name: 'where',
    doc: 'a where the mask is not 0, else b',
    outputs: ([mask, a, b]) => {
      requireType('where', 'u8', mask);
      const shape = broadcastShapes('where', mask.shape, broadcastShapes('where', a.shape, b.shape));
      return [{ shape, dtype: floatType('where', a, b) }];
    },
    run: (kernels, [mask, a, b], [y]) =>
      kernels.where(
        mask.operand as Uint8Array,
        floats(a),
        floats(b),
        floats(y),
        broadcastWalk(y.shape, [mask, a, b]),
      ),
    gradient: ({ inputs: [mask], grads: [g], needs }) => [
      undefined,
      needs[1] ? where(mask, g!, 0) : undefined,
      needs[2] ? where(mask, 0, g!) : undefined,
    ],
    samples: () => [
      { inputs: [maskSample([2, 3]), normalSample([2, 3]), normalSample([2, 3], 2)], attrs: undefined },
      { inputs: [maskSample([4, 1]), normalSample([3], 3), normalSample([2, 1, 1], 4)], attrs: undefined },
    ],
  }),

  cast: defineOp<CastAttrs>({
    name: 'cast',
    doc: 'the same values in another type; to bf16 rounds to nearest even, to integers truncates',
    outputs: ([x], { dtype }) => {
      if (isBlocks(dtype) || isBlocks(x.dtype)) requireBlocks('cast', x.shape);
      if (isBlocks(dtype)) requireType('cast', 'f32', x);
      if (isBlocks(x.dtype)) requireOption('cast', 'dtype', dtype === 'f32', 'f32 for blocks', dtype);
      return [{ shape: x.shape, dtype }];
    },
    run: (kernels, [x], [y]) => kernels.cast(x.operand, y.operand, x.dtype, y.dtype),
    // A gradient that reaches a bf16 tensor stays f32.
    gradient: ({ inputs: [x], grads: [g] }) => [g && isFloat(x.dtype) ? cast(g, gradientType(x)) : undefined],
    samples: () => [
      { inputs: [normalSample([2, 3])], attrs: { dtype: 'f64' } },
      { inputs: [normalSample([40])], attrs: { dtype: 'bf16' }, skipGradient: 'rounding has no slope' },
      { inputs: [normalSample([2, 64])], attrs: { dtype: 'q8_0' }, skipGradient: 'rounding has no slope' },
      { inputs: [normalSample([2, 64])], attrs: { dtype: 'q4_0' }, skipGradient: 'rounding has no slope' },
      { inputs: [tensor([-1.5, 2.5, 3])], attrs: { dtype: 'i32' }, skipGradient: 'truncation has no slope' },
      { inputs: [idSample([7], 100)], attrs: { dtype: 'f32' } },
      { inputs: [maskSample([7])], attrs: { dtype: 'f32' } },
      { inputs: [idSample([5], 3)], attrs: { dtype: 'u8' } },
    ],
  }),
};

type Operand = Tensor | number;

const compare =
  (code: CompareCode) =>
  (a: Operand, b: Operand): Tensor<'u8'> =>
    compareOps[code](operands(a, b), undefined)[0] as Tensor<'u8'>;

/** 1 where a = b. f32, f64 or i32; shapes broadcast; NaN equals nothing. */
export const equal = compare('equal');
/** 1 where a ≠ b. */
export const notEqual = compare('notEqual');
/** 1 where a < b. */
export const less = compare('less');
/** 1 where a ≤ b. */
export const lessEqual = compare('lessEqual');
/** 1 where a > b. */
export const greater = compare('greater');
/** 1 where a ≥ b. */
export const greaterEqual = compare('greaterEqual');

/** a where the mask (u8) is not 0, else b. Shapes broadcast. */
export function where(mask: Tensor, a: Operand, b: Operand): Tensor {
  return compareOps.where([mask, ...operands(a, b)], undefined)[0];
}

/** The same values in another element type: to bf16 and to blocks rounds to the nearest, to integers truncates towards zero. */
export function cast<D extends DType>(x: Tensor, dtype: D): Tensor<D> {
  return (x.dtype === dtype ? x : compareOps.cast([x], { dtype })[0]) as Tensor<D>;
}
