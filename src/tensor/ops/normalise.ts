/** Softmax and its relatives, layer and RMS norm, over the last axis. */

import { kernelsFor } from '../backend.ts';
import type { Kernels } from '../kernels.ts';
import { defineOp } from '../op.ts';
import { empty, type Shape, type Tensor } from '../tensor.ts';
import { floats, floatType, normalizeAxis, productOperand, requireShape, spans } from './check.ts';
import { mul, sub } from './elementwise.ts';
import { sum } from './reduce.ts';
import { normalSample, positiveSample } from './samples.ts';
import { broadcastTo, expandDims } from './shape.ts';
import { exp, neg } from './unary.ts';

const rowsOf = (x: Tensor): [rows: number, n: number] => {
  const [rows, n] = spans(x.shape, x.shape.length - 1, x.shape.length);
  return [rows, n];
};

const sumRows = (x: Tensor): Tensor => sum(x, { axis: -1, keepDims: true });

function rowShape(op: string, x: Tensor): Shape {
  normalizeAxis(op, -1, x.shape.length);
  return x.shape.slice(0, -1);
}

type RowKernel = 'softmax' | 'logSoftmax';
type RowGradKernel = 'softmaxGrad' | 'logSoftmaxGrad';

/** A kernel over rows of the last axis, with the gradient rule from y and g. */
function rowOp(name: RowKernel, doc: string, rule: (y: Tensor, g: Tensor) => Tensor) {
  return defineOp<undefined>({
    name,
    doc,
    outputs: ([x]) => {
      rowShape(name, x);
      return [{ shape: x.shape, dtype: floatType(name, x) }];
    },
    run: (kernels, [x], [y]) => kernels[name](floats(x), floats(y), ...rowsOf(x)),
    gradient: ({ outputs: [y], grads: [g] }) => [rule(y, g!)],
    samples: () => [
      { inputs: [normalSample([3, 5])], attrs: undefined },
      { inputs: [normalSample([2, 2, 37], 2)], attrs: undefined },
    ],
  });
}

interface GradRule {
  readonly y: Tensor;
  readonly g: Tensor;
  /** The gradient of z(y, g), the op's result. */
  readonly u: Tensor;
}

/** The gradient of a row op as an op of its own, so that it has a gradient too. */
function rowGradOp(
  name: RowGradKernel,
  doc: string,
  byY: (rule: GradRule) => Tensor,
  byG: (rule: GradRule) => Tensor,
) {
  return defineOp<undefined>({
    name,
    doc,
    outputs: ([y, g]) => {
      requireShape(name, 'the gradient', y.shape, g.shape);
      return [{ shape: y.shape, dtype: floatType(name, y, g) }];
    },
    run: (kernels: Kernels, [y, g], [z]) => kernels[name](floats(y), floats(g), floats(z), ...rowsOf(y)),
    gradient: ({ inputs: [y, g], grads: [u], needs }) => [
      needs[0] ? byY({ y, g, u: u! }) : undefined,
      needs[1] ? byG({ y, g, u: u! }) : undefined,
    ],
    samples: () => [
      { inputs: [normalSample([3, 5]), normalSample([3, 5], 2)], attrs: undefined },
      { inputs: [normalSample([2, 1, 19], 3), normalSample([2, 1, 19], 4)], attrs: undefined },
    ],
  });
}

export interface NormAttrs {
  readonly eps: number;
  readonly weight: boolean;
  readonly bias: boolean;
  /** The result is stored as bf16. */
  readonly rounded?: boolean;
}

/** Inputs of a norm by name: x, then weight and bias when there are any. */
function named(inputs: readonly Tensor[], { weight, bias }: NormAttrs) {
  return {
    x: inputs[0],
    weight: weight ? inputs[1] : undefined,
    bias: bias ? inputs[weight ? 2 : 1] : undefined,
  };
}

const given = (x: Tensor | undefined) => x && floats(x);
const emptyLike = (x: Tensor): Tensor => empty(x.shape, x.dtype);

function normOutputs(op: string, inputs: readonly Tensor[], { rounded }: NormAttrs, moments: number) {
  const [x, ...vectors] = inputs;
  const rows = rowShape(op, x);
  const dtype = floatType(op, ...inputs);
  for (const vector of vectors) requireShape(op, 'weight and bias', [x.shape.at(-1)!], vector.shape);
  const stored = rounded && dtype === 'f32' ? ('bf16' as const) : dtype;
  return [
    { shape: x.shape, dtype: stored },
    ...Array.from({ length: moments }, () => ({ shape: rows, dtype })),
  ];
}

export const normaliseOps = {
  // ∂x = y∘(g − Σ g∘y)
  softmax: rowOp('softmax', 'exp(x − lse x)', (y, g) => softmaxGrad(y, g)),
  // The Jacobian diag(y) − y·yᵀ is symmetric. ∂y = u∘(g − Σ g∘y) − g·Σ u∘y
  softmaxGrad: rowGradOp(
    'softmaxGrad',
    'y∘(g − Σ g∘y)',
    ({ y, g, u }) => sub(mul(u, sub(g, sumRows(mul(g, y)))), mul(g, sumRows(mul(u, y)))),
    ({ y, u }) => softmaxGrad(y, u),
  ),
  // ∂x = g − exp(y)·Σ g
  logSoftmax: rowOp('logSoftmax', 'x − lse x', (y, g) => logSoftmaxGrad(y, g)),
  // ∂y = −u∘exp(y)·Σ g;  ∂g = u − Σ u∘exp(y)
  logSoftmaxGrad: rowGradOp(
    'logSoftmaxGrad',
    'g − exp(y)·Σ g',
    ({ y, g, u }) => neg(mul(mul(u, exp(y)), sumRows(g))),
    ({ y, u }) => sub(u, sumRows(mul(u, exp(y)))),
  ),

  logSumExp: defineOp<undefined>({
    name: 'logSumExp',
    doc: 'log Σ exp(x)',
    outputs: ([x]) => [{ shape: rowShape('logSumExp', x), dtype: floatType('logSumExp', x) }],
    run: (kernels, [x], [y]) => kernels.logSumExp(floats(x), floats(y), ...rowsOf(x)),
    gradient: ({ inputs: [x], grads: [g] }) => [mul(softmax(x), expandDims(g!, -1))],
    samples: () => [
      { inputs: [normalSample([3, 5])], attrs: undefined },
      { inputs: [normalSample([2, 2, 41], 2)], attrs: undefined },
    ],
  }),

  layerNorm: defineOp<NormAttrs>({
    name: 'layerNorm',
    doc: '(x − mean)/√(variance + eps)·weight + bias',
    plain: 'add(mul(mul(sub(x, mean(x)), rsqrt(add(variance(x), eps))), weight), bias)',
    outputs: (inputs, attrs) => normOutputs('layerNorm', inputs, attrs, 2),
    run: (kernels, inputs, [y, mean, rstd], attrs) => {
      const { x, weight, bias } = named(inputs, attrs);
      const moments = [floats(mean), floats(rstd)] as const;
      kernels.layerNorm(
        floats(x),
        given(weight),
        given(bias),
        productOperand(y),
        ...moments,
        ...rowsOf(x),
        attrs.eps,
      );
    },
    gradient: ({ inputs, outputs: [, mean, rstd], grads: [g], attrs, waiting }) => {
      const { x, weight, bias } = named(inputs, attrs);
      const gradX = waiting[0] ?? emptyLike(x);
      const gradWeight = weight && emptyLike(weight);
      const gradBias = bias && emptyLike(bias);
      kernelsFor(inputs).layerNormGrad(
        floats(x),
        given(weight),
        floats(mean),
        floats(rstd),
        productOperand(g!),
        floats(gradX),
        given(gradWeight),
        given(gradBias),
        ...rowsOf(x),
        waiting[0] !== undefined,
      );
      return [gradX, ...(gradWeight ? [gradWeight] : []), ...(gradBias ? [gradBias] : [])];
    },
    samples: () => {
      const x = normalSample([3, 2, 7]);
      const weight = positiveSample([7], 2);
      const bias = normalSample([7], 3);
      return [
        { inputs: [x, weight, bias], attrs: { eps: 1e-5, weight: true, bias: true } },
        { inputs: [x, weight], attrs: { eps: 1e-5, weight: true, bias: false } },
        { inputs: [x], attrs: { eps: 1e-3, weight: false, bias: false } },
        { inputs: [normalSample([5, 67], 4)], attrs: { eps: 1e-5, weight: false, bias: false } },
        {
          inputs: [x, weight, bias],
          attrs: { eps: 1e-5, weight: true, bias: true, rounded: true },
          skipGradient: 'rounding to bf16 has no slope',
        },
      ];
    },
  }),

  rmsNorm: defineOp<NormAttrs>({
    name: 'rmsNorm',
    doc: 'x/√(mean x² + eps)·weight',
    plain: 'mul(mul(x, rsqrt(add(mean(square(x)), eps))), weight)',
    outputs: (inputs, attrs) => normOutputs('rmsNorm', inputs, attrs, 1),
    run: (kernels, inputs, [y, rstd], attrs) => {
      const { x, weight } = named(inputs, attrs);
      kernels.rmsNorm(floats(x), given(weight), productOperand(y), floats(rstd), ...rowsOf(x), attrs.eps);
    },
    gradient: ({ inputs, outputs: [, rstd], grads: [g], attrs, waiting }) => {
      const { x, weight } = named(inputs, attrs);
      const gradX = waiting[0] ?? emptyLike(x);
      const gradWeight = weight && emptyLike(weight);
      kernelsFor(inputs).rmsNormGrad(
        floats(x),
        given(weight),
        floats(rstd),
        productOperand(g!),
        floats(gradX),
        given(gradWeight),
        ...rowsOf(x),
        waiting[0] !== undefined,
      );
      return gradWeight ? [gradX, gradWeight] : [gradX];
    },
    samples: () => [
      {
        inputs: [normalSample([3, 2, 7]), positiveSample([7], 2)],
        attrs: { eps: 1e-6, weight: true, bias: false },
      },
      { inputs: [normalSample([4, 35])], attrs: { eps: 1e-5, weight: false, bias: false } },
    ],
  }),
};

const softmaxGrad = (y: Tensor, g: Tensor): Tensor =>
  normaliseOps.softmaxGrad([y, broadcastTo(g, y.shape)], undefined)[0];
const logSoftmaxGrad = (y: Tensor, g: Tensor): Tensor =>
  normaliseOps.logSoftmaxGrad([y, broadcastTo(g, y.shape)], undefined)[0];

/** exp(x)/Σ exp(x) over the last axis. A row of −∞ only gives NaN. */
export function softmax(x: Tensor): Tensor {
  return normaliseOps.softmax([x], undefined)[0];
}

/** x − log Σ exp(x) over the last axis. */
export function logSoftmax(x: Tensor): Tensor {
  return normaliseOps.logSoftmax([x], undefined)[0];
}

/** log Σ exp(x) over the last axis, which goes unless kept. */
export function logSumExp(x: Tensor, { keepDims = false }: { readonly keepDims?: boolean } = {}): Tensor {
  const [y] = normaliseOps.logSumExp([x], undefined);
  return keepDims ? expandDims(y, -1) : y;
}

export interface RmsNormOptions {
  /** [size of the last axis]. */
  readonly weight?: Tensor;
  /** Added to the mean square. Default 1e-5. */
  readonly eps?: number;
  /** Stores the result as bf16: for products in bf16, which would round it anyway. */
  readonly rounded?: boolean;
}

export interface LayerNormOptions extends RmsNormOptions {
  readonly bias?: Tensor;
}

const present = (...tensors: readonly (Tensor | undefined)[]): Tensor[] =>
  tensors.filter((x) => x !== undefined);

/** (x − mean)/√(variance + eps)·weight + bias over the last axis (Ba et al. 2016). */
export function layerNorm(x: Tensor, { weight, bias, eps = 1e-5, rounded }: LayerNormOptions = {}): Tensor {
  const attrs = { eps, weight: weight !== undefined, bias: bias !== undefined, rounded };
  return normaliseOps.layerNorm(present(x, weight, bias), attrs)[0];
}

/** x/√(mean x² + eps)·weight over the last axis (Zhang & Sennrich 2019). */
export function rmsNorm(x: Tensor, { weight, eps = 1e-5, rounded }: RmsNormOptions = {}): Tensor {
  const attrs = { eps, weight: weight !== undefined, bias: false, rounded };
  return normaliseOps.rmsNorm(present(x, weight), attrs)[0];
}
