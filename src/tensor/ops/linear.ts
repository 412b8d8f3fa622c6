/** Matrix products. */

import { matmulPrecision } from '../backend.ts';
import { isBlocks } from '../dtype.ts';
import { fail } from '../errors.ts';
import type { Activation, Precision } from '../kernels.ts';
import { defineOp, isTracked, type OutputSpec } from '../op.ts';
import { ones, type Shape, sizeOf, type Tensor } from '../tensor.ts';
import {
  broadcastShapes,
  floats,
  linearType,
  productOperand,
  productType,
  requireOption,
  requireShape,
  requireType,
  sameShape,
  weightOperand,
} from './check.ts';
import { cast } from './compare.ts';
import { add, geluGrad, geluTanhGrad, reluGrad, siluGrad } from './elementwise.ts';
import { sum } from './reduce.ts';
import { normalSample } from './samples.ts';
import { broadcastTo, reshape } from './shape.ts';

export interface MatmulAttrs {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly precision: Precision;
  /** The result is stored as bf16. */
  readonly rounded?: boolean;
}

export interface LinearAttrs {
  readonly activation: Activation;
  readonly precision: Precision;
  readonly bias: boolean;
  /** Keeps the value before the activation: its gradient needs it. */
  readonly keep: boolean;
  /** The result is stored as bf16. */
  readonly rounded?: boolean;
  /** The last input is added. */
  readonly residual?: boolean;
}

/** Inputs of a linear map by name. */
function namedLinear([x, weight, ...rest]: readonly Tensor[], { bias, residual }: LinearAttrs) {
  return { x, weight, bias: bias ? rest[0] : undefined, residual: residual ? rest[bias ? 1 : 0] : undefined };
}

const batchOf = (x: Tensor): Shape => x.shape.slice(0, -2);

/** [m, n] of the last two axes, exchanged when `trans`. */
function matrixOf(op: string, x: Tensor, trans: boolean): [number, number] {
  if (x.shape.length < 2)
    throw fail('shape/rank', { op, name: 'an operand', expected: '[…, m, n]', got: x.shape });
  const [m, n] = x.shape.slice(-2);
  return trans ? [n, m] : [m, n];
}

/** [m, n, k] of a product, its inner dimensions checked. */
function productOf(
  op: string,
  a: Tensor,
  b: Tensor,
  { transA, transB }: MatmulAttrs,
): [number, number, number] {
  const [m, k] = matrixOf(op, a, transA);
  const [inner, n] = matrixOf(op, b, transB);
  if (k !== inner) throw fail('shape/inner', { op, a: a.shape, b: b.shape, m: k, n: inner });
  return [m, n, k];
}

/** Weights in blocks as floats, for products that read them another way. */
export const plainWeight = (weight: Tensor): Tensor =>
  isBlocks(weight.dtype) ? cast(weight, 'f32') : weight;

/** How the result of a product is stored. */
const storedAs = (type: 'f32' | 'f64', rounded: boolean | undefined): OutputSpec['dtype'] =>
  rounded && type === 'f32' ? 'bf16' : type;

/** Σ over the rows of h [m, n], which may be stored as bf16: then as 1ᵀ·h. */
export const columnSums = (h: Tensor): Tensor =>
  h.dtype === 'bf16'
    ? reshape(matmul(ones([1, h.shape[0]]), h, { precision: 'f32' }), [h.shape[1]])
    : sum(h, { axis: 0 });

// The slope of an activation, times g. relu's can be read from y; the others need the value before.
const activationGrads: { readonly [A in Activation]: (pre: Tensor, y: Tensor, g: Tensor) => Tensor } = {
  none: (_pre, _y, g) => g,
  relu: (_pre, y, g) => reluGrad(y, g),
  gelu: (pre, _y, g) => geluGrad(pre, g),
  geluTanh: (pre, _y, g) => geluTanhGrad(pre, g),
  silu: (pre, _y, g) => siluGrad(pre, g),
};

export const linearOps = {
  matmul: defineOp<MatmulAttrs>({
    name: 'matmul',
    doc: 'op(a)·op(b) for each matrix of a batch; op transposes when asked',
    outputs: ([a, b], attrs) => {
      const [m, n] = productOf('matmul', a, b, attrs);
      const batch = sizeOf(batchOf(a)) === 1 ? batchOf(b) : batchOf(a);
      if (sizeOf(batchOf(b)) !== 1) requireShape('matmul', 'the batch of b', batch, batchOf(b));
      const dtype = storedAs(productType('matmul', a, b), attrs.rounded);
      return [{ shape: [...batch, m, n], dtype }];
    },
    run: (kernels, [a, b], [y], attrs) => {
      const [m, n, k] = productOf('matmul', a, b, attrs);
      const aBatchStride = sizeOf(batchOf(a)) === 1 ? 0 : m * k;
      const bBatchStride = sizeOf(batchOf(b)) === 1 ? 0 : n * k;
      kernels.matmul(productOperand(a), productOperand(b), productOperand(y), {
        batch: sizeOf(batchOf(y)),
        m,
        n,
        k,
        transA: attrs.transA,
        transB: attrs.transB,
        aBatchStride,
        bBatchStride,
        accumulate: false,
        precision: attrs.precision,
        activation: 'none',
      });
    },
    // y = A·B, A = op(a), B = op(b): ∂A = g·Bᵀ, ∂B = Aᵀ·g; transposed where the operand was
    gradient: ({ inputs: [a, b], grads: [g], attrs: { transA, transB, precision }, needs }) => [
      needs[0]
        ? transA
          ? matmul(b, g!, { transA: transB, transB: true, precision })
          : matmul(g!, b, { transB: !transB, precision })
        : undefined,
      needs[1]
        ? transB
          ? matmul(g!, a, { transA: true, transB: transA, precision })
          : matmul(a, g!, { transA: !transA, precision })
        : undefined,
    ],
    samples: () => {
      const attrs = { transA: false, transB: false, precision: 'f32' as const };
      return [
        { inputs: [normalSample([2, 3]), normalSample([3, 4], 2)], attrs },
        {
          inputs: [normalSample([3, 2]), normalSample([4, 3], 2)],
          attrs: { ...attrs, transA: true, transB: true },
        },
        { inputs: [normalSample([2, 3, 2]), normalSample([2, 4, 2], 2)], attrs: { ...attrs, transB: true } },
        { inputs: [normalSample([2, 3, 2]), normalSample([3, 4], 2)], attrs: { ...attrs, transA: true } },
        { inputs: [normalSample([3, 5]), normalSample([2, 1, 5, 2], 2)], attrs },
        { inputs: [normalSample([17, 33]), normalSample([33, 21], 2)], attrs },
        {
          inputs: [normalSample([9, 70]), normalSample([19, 70], 2)],
          attrs: { ...attrs, transB: true, precision: 'bf16' },
          skipGradient: 'rounding to bf16 has no slope',
        },
      ];
    },
  }),

  linear: defineOp<LinearAttrs>({
    name: 'linear',
    doc: 'activation(x·Wᵀ + bias) + residual for x [m, k], W [n, k]',
    outputs: (inputs, attrs) => {
      const { x, weight, bias, residual } = namedLinear(inputs, attrs);
      const { keep, rounded } = attrs;
      // relu's slope is read from y, and the slopes of the others from floats
      const alone = attrs.activation === 'none' || !(rounded || residual);
      requireOption(
        'linear',
        'activation',
        alone,
        'none with a residual or a rounded result',
        attrs.activation,
      );
      const [m, n] = productOf('linear', x, weight, { transA: false, transB: true, precision: 'f32' });
      const type = linearType('linear', x, weight);
      const spec: OutputSpec = { shape: [m, n], dtype: storedAs(type, rounded) };
      if (bias) {
        requireType('linear', type, bias);
        requireShape('linear', 'bias', [n], bias.shape);
      }
      if (residual) {
        requireType('linear', type, residual);
        requireShape('linear', 'residual', [m, n], residual.shape);
      }
      return keep ? [spec, spec] : [spec];
    },
    run: (kernels, inputs, [y, pre], attrs) => {
      const { x, weight, bias, residual } = namedLinear(inputs, attrs);
      const { activation, precision } = attrs;
      const [m, k] = x.shape;
      kernels.matmul(productOperand(x), weightOperand(weight), productOperand(y), {
        batch: 1,
        m,
        n: weight.shape[0],
        k,
        transA: false,
        transB: true,
        aBatchStride: 0,
        bBatchStride: 0,
        accumulate: false,
        precision,
        activation,
        bias: bias && floats(bias),
        residual: residual && floats(residual),
        preActivation: pre && floats(pre),
      });
    },
    // With h = activation′(x·Wᵀ + b)∘g: ∂x = h·W, stored as x is, ∂W = hᵀ·x, ∂b = Σ h over rows
    gradient: ({ inputs: [x, weight], outputs: [y, pre], grads: [g, gPre], attrs, needs }) => {
      const { activation, precision, bias, residual } = attrs;
      const inner = g && activationGrads[activation](pre, y, g);
      const h = inner && gPre ? add(inner, gPre) : (inner ?? gPre!);
      return [
        needs[0] ? matmul(h, plainWeight(weight), { precision, rounded: x.dtype === 'bf16' }) : undefined,
        needs[1] ? matmul(h, x, { transA: true, precision }) : undefined,
        ...(bias ? [needs[2] ? columnSums(h) : undefined] : []),
        ...(residual ? [g] : []),
      ];
    },
    samples: () => {
      const sample = (activation: Activation, bias: boolean, keep: boolean) => ({
        inputs: [normalSample([5, 3]), normalSample([7, 3], 2), ...(bias ? [normalSample([7], 3)] : [])],
        attrs: { activation, bias, keep, precision: 'f32' as const },
      });
      return [
        sample('none', false, false),
        sample('none', true, false),
        sample('relu', true, false),
        sample('gelu', true, true),
        sample('geluTanh', false, true),
        sample('silu', true, true),
        {
          inputs: [
            normalSample([5, 3]),
            normalSample([7, 3], 2),
            normalSample([7], 3),
            normalSample([5, 7], 4),
          ],
          attrs: { activation: 'none', bias: true, residual: true, keep: false, precision: 'f32' },
        },
        {
          inputs: [normalSample([5, 3]), normalSample([7, 3], 2)],
          attrs: { activation: 'none', bias: false, keep: false, precision: 'bf16', rounded: true },
          skipGradient: 'rounding to bf16 has no slope',
        },
      ];
    },
  }),
};

export interface MatmulOptions {
  /** a is stored [k, m]. */
  readonly transA?: boolean;
  /** b is stored [n, k]. */
  readonly transB?: boolean;
  /** Default: the one `withPrecision` set, else f32. */
  readonly precision?: Precision;
  /** Stores an f32 result as bf16. */
  readonly rounded?: boolean;
}

/**
 * a [..., m, k] times b [..., k, n]. Leading axes broadcast. Each may be bf16.
 *
 * @example matmul(q, k, { transB: true }) // q [B, T, D], k [B, S, D] → [B, T, S]
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transA = false, transB = false, precision = matmulPrecision(), rounded } = options;
  const attrs = { transA, transB, precision, rounded };
  const [m, n, k] = productOf('matmul', a, b, attrs);
  const [aBatch, bBatch] = [batchOf(a), batchOf(b)];
  if (aBatch.length > 0 && bBatch.length === 0 && !transA) {
    const rows = reshape(a, [sizeOf(aBatch) * m, k]); // one product for the whole batch
    return reshape(linearOps.matmul([rows, b], attrs)[0], [...aBatch, m, n]);
  }
  const batch = broadcastShapes('matmul', aBatch, bBatch);
  const toBatch = (x: Tensor): Tensor => {
    const own = batchOf(x);
    const repeats = own.length === 0 || (sizeOf(own) === 1 && own.length === batch.length);
    return repeats || sameShape(own, batch) ? x : broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  };
  return reshape(linearOps.matmul([toBatch(a), toBatch(b)], attrs)[0], [...batch, m, n]);
}

export interface LinearOptions {
  readonly bias?: Tensor;
  readonly activation?: Activation;
  /** Added to the result: [..., out]. Without activation. */
  readonly residual?: Tensor;
  /** Stores an f32 result as bf16: for what would round it anyway. Without activation. */
  readonly rounded?: boolean;
}

/** activation(x·Wᵀ + bias) + residual for x [..., in] and weight [out, in] (as in PyTorch; each f32 or bf16, weights also in blocks): [..., out]. */
export function linear(x: Tensor, weight: Tensor, options: LinearOptions = {}): Tensor {
  const { bias, residual, activation = 'none', rounded } = options;
  const leading = x.shape.slice(0, -1);
  const m = sizeOf(leading);
  const rest = [bias, residual && reshape(residual, [m, weight.shape[0]])].filter(
    (input) => input !== undefined,
  );
  const inputs = [reshape(x, [m, x.shape.at(-1) ?? 0]), weight, ...rest];
  const keep = activation !== 'none' && activation !== 'relu' && isTracked(inputs);
  const [y] = linearOps.linear(inputs, {
    activation,
    precision: matmulPrecision(),
    bias: bias !== undefined,
    residual: residual !== undefined,
    keep,
    rounded,
  });
  return reshape(y, [...leading, y.shape[1]]);
}
