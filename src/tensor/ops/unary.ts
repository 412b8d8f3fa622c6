/** Functions of one tensor, element by element. */

import type { UnaryCode } from '../kernels.ts';
import { defineOp, type Op } from '../op.ts';
import type { Tensor } from '../tensor.ts';
import { floats, floatType } from './check.ts';
import { affine, geluGrad, geluTanhGrad, mul, reluGrad, siluGrad, sub } from './elementwise.ts';
import { normalSample, positiveSample } from './samples.ts';

interface UnaryRow {
  readonly doc: string;
  /** ∂loss/∂x from x, y = f(x) and g = ∂loss/∂y. */
  readonly gradient: (x: Tensor, y: Tensor, g: Tensor) => Tensor | undefined;
  readonly sample?: typeof normalSample;
}

function unary(code: UnaryCode, { doc, gradient, sample = normalSample }: UnaryRow): Op<undefined> {
  return defineOp<undefined>({
    name: code,
    doc,
    outputs: ([x]) => [{ shape: x.shape, dtype: floatType(code, x) }],
    run: (kernels, [x], [y]) => kernels.unary(code, floats(x), floats(y)),
    gradient: ({ inputs: [x], outputs: [y], grads: [g] }) => [gradient(x, y, g!)],
    samples: () => [
      { inputs: [sample([2, 3])], attrs: undefined },
      { inputs: [sample([], 2)], attrs: undefined },
      { inputs: [sample([37], 3)], attrs: undefined },
    ],
  });
}

export const unaryOps = {
  neg: unary('neg', { doc: '−x', gradient: (_x, _y, g) => neg(g) }),
  abs: unary('abs', { doc: '|x|', gradient: (x, _y, g) => mul(g, sign(x)) }),
  sign: unary('sign', { doc: '−1, 0 or 1', gradient: () => undefined }),
  exp: unary('exp', { doc: 'eˣ', gradient: (_x, y, g) => mul(g, y) }),
  // (log x)′ = 1/x
  log: unary('log', { doc: 'log x', gradient: (x, _y, g) => mul(g, reciprocal(x)), sample: positiveSample }),
  // (√x)′ = ½/√x
  sqrt: unary('sqrt', {
    doc: '√x',
    gradient: (_x, y, g) => affine(mul(g, reciprocal(y)), 0.5, 0),
    sample: positiveSample,
  }),
  // (x^−½)′ = −½·y³
  rsqrt: unary('rsqrt', {
    doc: '1/√x',
    gradient: (_x, y, g) => affine(mul(g, mul(y, square(y))), -0.5, 0),
    sample: positiveSample,
  }),
  // (1/x)′ = −y²
  reciprocal: unary('reciprocal', {
    doc: '1/x',
    gradient: (_x, y, g) => neg(mul(g, square(y))),
    sample: positiveSample,
  }),
  square: unary('square', { doc: 'x²', gradient: (x, _y, g) => affine(mul(g, x), 2, 0) }),
  sin: unary('sin', { doc: 'sin x', gradient: (x, _y, g) => mul(g, cos(x)) }),
  cos: unary('cos', { doc: 'cos x', gradient: (x, _y, g) => neg(mul(g, sin(x))) }),
  // tanh′ = 1 − tanh²
  tanh: unary('tanh', { doc: 'tanh x', gradient: (_x, y, g) => mul(g, affine(square(y), -1, 1)) }),
  // erf′ = 2/√π·exp(−x²)
  erf: unary('erf', {
    doc: '2/√π·∫₀ˣ exp(−t²) dt',
    gradient: (x, _y, g) => affine(mul(g, exp(neg(square(x)))), 2 / Math.sqrt(Math.PI), 0),
  }),
  // σ′ = σ·(1 − σ)
  sigmoid: unary('sigmoid', {
    doc: '1/(1 + e⁻ˣ)',
    gradient: (_x, y, g) => mul(g, sub(y, square(y))),
  }),
  softplus: unary('softplus', { doc: 'log(1 + eˣ)', gradient: (x, _y, g) => mul(g, sigmoid(x)) }),
  relu: unary('relu', { doc: 'max(x, 0)', gradient: (x, _y, g) => reluGrad(x, g) }),
  gelu: unary('gelu', { doc: 'x·Φ(x)', gradient: (x, _y, g) => geluGrad(x, g) }),
  geluTanh: unary('geluTanh', {
    doc: '½x·(1 + tanh(√(2/π)·(x + 0.044715x³)))',
    gradient: (x, _y, g) => geluTanhGrad(x, g),
  }),
  silu: unary('silu', { doc: 'x·σ(x)', gradient: (x, _y, g) => siluGrad(x, g) }),
} satisfies { readonly [C in UnaryCode]: Op<undefined> };

const apply =
  (code: UnaryCode) =>
  (x: Tensor): Tensor =>
    unaryOps[code]([x], undefined)[0];

/** −x. */
export const neg = apply('neg');
/** |x|; its derivative at 0 is 0. */
export const abs = apply('abs');
/** −1, 0 or 1. */
export const sign = apply('sign');
/** eˣ. */
export const exp = apply('exp');
/** Natural logarithm. */
export const log = apply('log');
/** √x. */
export const sqrt = apply('sqrt');
/** 1/√x. */
export const rsqrt = apply('rsqrt');
/** 1/x. */
export const reciprocal = apply('reciprocal');
/** x². */
export const square = apply('square');
/** sin x, in radians. */
export const sin = apply('sin');
/** cos x, in radians. */
export const cos = apply('cos');
/** Hyperbolic tangent. */
export const tanh = apply('tanh');
/** Error function. */
export const erf = apply('erf');
/** 1/(1 + e⁻ˣ). */
export const sigmoid = apply('sigmoid');
/** log(1 + eˣ), without overflow. */
export const softplus = apply('softplus');
/** max(x, 0); its derivative at 0 is 0. */
export const relu = apply('relu');
/** x·Φ(x) with the normal distribution function Φ (Hendrycks & Gimpel 2016). */
export const gelu = apply('gelu');
/** GELU by its tanh approximation (GPT-2). */
export const geluTanh = apply('geluTanh');
/** x·σ(x), also called swish (Elfwing et al. 2017). */
export const silu = apply('silu');
