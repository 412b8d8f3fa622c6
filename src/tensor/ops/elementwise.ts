/** Functions of two tensors with broadcasting, and x·scale + shift. A number may stand for a tensor. */

import type { BinaryCode } from '../kernels.ts';
import { defineOp, type Op } from '../op.ts';
import { full, type Tensor } from '../tensor.ts';
import { broadcastShapes, broadcastWalk, floats, floatType } from './check.ts';
import { equal, greater, where } from './compare.ts';
import { normalSample, positiveSample } from './samples.ts';
import { exp, log, neg, reciprocal, sigmoid, sqrt, square, tanh } from './unary.ts';

interface BinaryContext {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly y: Tensor;
  readonly g: Tensor;
}

interface BinaryRow {
  readonly doc: string;
  /** ∂loss/∂a and ∂loss/∂b, each computed only when wanted. */
  readonly gradient: readonly [
    (context: BinaryContext) => Tensor | undefined,
    (context: BinaryContext) => Tensor | undefined,
  ];
  readonly sample?: typeof normalSample;
}

function binary(code: BinaryCode, { doc, gradient, sample = normalSample }: BinaryRow): Op<undefined> {
  return defineOp<undefined>({
    name: code,
    doc,
    outputs: ([a, b]) => [{ shape: broadcastShapes(code, a.shape, b.shape), dtype: floatType(code, a, b) }],
    run: (kernels, [a, b], [y]) =>
      kernels.binary(code, floats(a), floats(b), floats(y), broadcastWalk(y.shape, [a, b])),
    gradient: ({ inputs: [a, b], outputs: [y], grads: [g], needs }) =>
      gradient.map((rule, i) => (needs[i] ? rule({ a, b, y, g: g! }) : undefined)),
    samples: () => [
      { inputs: [sample([2, 3]), sample([2, 3], 2)], attrs: undefined },
      { inputs: [sample([2, 1, 3], 3), sample([4, 1], 4)], attrs: undefined },
      { inputs: [sample([3], 5), sample([5, 3], 6)], attrs: undefined },
      { inputs: [sample([4, 7], 7), sample([], 8)], attrs: undefined },
    ],
  });
}

/** 1 where a > b, ½ where equal, else 0: the share of `maximum` that comes from a. */
const share = (a: Tensor, b: Tensor): Tensor =>
  where(equal(a, b), scalar(0.5, a), where(greater(a, b), scalar(1, a), scalar(0, a)));

/** φ(x), the normal density. */
const normalDensity = (x: Tensor): Tensor => mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

// silu″ = s·(1 − s)·(2 + x·(1 − 2s)), s = σ(x)
function siluCurve(x: Tensor): Tensor {
  const s = sigmoid(x);
  return mul(sub(s, square(s)), add(mul(x, sub(1, mul(s, 2))), 2));
}

// gelu″ = φ(x)·(2 − x²)
const geluCurve = (x: Tensor): Tensor => mul(normalDensity(x), sub(2, square(x)));

// With u = c·(x + a·x³), t = tanh u: f″ = (1 − t²)·(u′ + ½x·u″ − x·t·u′²)
function geluTanhCurve(x: Tensor): Tensor {
  const c = Math.sqrt(2 / Math.PI);
  const a = 0.044715;
  const t = tanh(mul(add(x, mul(mul(x, square(x)), a)), c));
  const slope = affine(square(x), 3 * a * c, c);
  const curve = mul(x, 6 * a * c);
  return mul(
    affine(square(t), -1, 1),
    sub(add(slope, mul(mul(x, curve), 0.5)), mul(mul(x, t), square(slope))),
  );
}

// The …Grad rows are z = b·f′(a); so ∂z/∂a = b·f″(a) and ∂z/∂b = f′(a).
const slopeRow = (code: BinaryCode, doc: string, curve: (x: Tensor) => Tensor | undefined): Op<undefined> =>
  binary(code, {
    doc,
    gradient: [
      ({ a, b, g }) => {
        const f2 = curve(a);
        return f2 && mul(mul(g, b), f2);
      },
      ({ a, g }) => applySlope(code, a, g),
    ],
  });

/** g·f′(x), also where the two broadcast. */
const applySlope = (code: BinaryCode, x: Tensor, g: Tensor): Tensor =>
  elementwiseOps[code]([x, g], undefined)[0];

export const elementwiseOps = {
  add: binary('add', { doc: 'a + b', gradient: [({ g }) => g, ({ g }) => g] }),
  sub: binary('sub', { doc: 'a − b', gradient: [({ g }) => g, ({ g }) => neg(g)] }),
  mul: binary('mul', { doc: 'a·b', gradient: [({ b, g }) => mul(g, b), ({ a, g }) => mul(g, a)] }),
  // ∂(a/b)/∂b = −y/b
  div: binary('div', {
    doc: 'a/b',
    gradient: [({ b, g }) => div(g, b), ({ b, y, g }) => neg(mul(g, div(y, b)))],
    sample: positiveSample,
  }),
  // ∂aᵇ/∂a = b·aᵇ⁻¹;  ∂aᵇ/∂b = aᵇ·log a, 0 where a = 0
  pow: binary('pow', {
    doc: 'aᵇ',
    gradient: [
      ({ a, b, g }) => mul(g, mul(b, pow(a, sub(b, 1)))),
      ({ a, y, g }) => mul(g, where(equal(a, 0), scalar(0, a), mul(y, log(a)))),
    ],
    sample: positiveSample,
  }),
  maximum: binary('maximum', {
    doc: 'the larger of a and b; a tie shares its gradient',
    gradient: [({ a, b, g }) => mul(g, share(a, b)), ({ a, b, g }) => mul(g, share(b, a))],
  }),
  minimum: binary('minimum', {
    doc: 'the smaller of a and b; a tie shares its gradient',
    gradient: [({ a, b, g }) => mul(g, share(b, a)), ({ a, b, g }) => mul(g, share(a, b))],
  }),
  reluGrad: slopeRow('reluGrad', 'b where a > 0, else 0', () => undefined),
  geluGrad: slopeRow('geluGrad', 'b·(Φ(a) + a·φ(a))', geluCurve),
  geluTanhGrad: slopeRow('geluTanhGrad', 'b·geluTanh′(a)', geluTanhCurve),
  siluGrad: slopeRow('siluGrad', 'b·σ(a)·(1 + a·(1 − σ(a)))', siluCurve),
} satisfies { readonly [C in BinaryCode]: Op<undefined> };

export interface AffineAttrs {
  readonly scale: number;
  readonly shift: number;
}

export const affineOps = {
  affine: defineOp<AffineAttrs>({
    name: 'affine',
    doc: 'x·scale + shift',
    outputs: ([x]) => [{ shape: x.shape, dtype: floatType('affine', x) }],
    run: (kernels, [x], [y], { scale, shift }) => kernels.affine(floats(x), floats(y), scale, shift),
    gradient: ({ grads: [g], attrs }) => [attrs.scale === 1 ? g : affine(g!, attrs.scale, 0)],
    samples: () => [
      { inputs: [normalSample([2, 3])], attrs: { scale: 2.5, shift: -1 } },
      { inputs: [normalSample([19])], attrs: { scale: 1, shift: 3 } },
    ],
  }),
};

/** A scalar of another tensor's type. */
export function scalar(value: number, like: Tensor): Tensor {
  return full([], value, like.dtype);
}

type Operand = Tensor | number;

/** Applies a binary op; a number becomes a scalar of the other operand's type. */
function apply(code: BinaryCode, a: Operand, b: Operand): Tensor {
  const [x, y] = operands(a, b);
  return elementwiseOps[code]([x, y], undefined)[0];
}

/** Two operands as tensors. */
export function operands(a: Operand, b: Operand): [Tensor, Tensor] {
  const like = typeof a !== 'number' ? a : typeof b !== 'number' ? b : full([], 0);
  return [typeof a === 'number' ? scalar(a, like) : a, typeof b === 'number' ? scalar(b, like) : b];
}

/** x·scale + shift, in one pass. */
export function affine(x: Tensor, scale: number, shift: number): Tensor {
  return affineOps.affine([x], { scale, shift })[0];
}

/** a + b. Shapes broadcast. */
export function add(a: Operand, b: Operand): Tensor {
  if (typeof b === 'number' && typeof a !== 'number') return affine(a, 1, b);
  if (typeof a === 'number' && typeof b !== 'number') return affine(b, 1, a);
  return apply('add', a, b);
}

/** a − b. Shapes broadcast. */
export function sub(a: Operand, b: Operand): Tensor {
  if (typeof b === 'number' && typeof a !== 'number') return affine(a, 1, -b);
  if (typeof a === 'number' && typeof b !== 'number') return affine(b, -1, a);
  return apply('sub', a, b);
}

/** a·b, element by element. Shapes broadcast. */
export function mul(a: Operand, b: Operand): Tensor {
  if (typeof b === 'number' && typeof a !== 'number') return affine(a, b, 0);
  if (typeof a === 'number' && typeof b !== 'number') return affine(b, a, 0);
  return apply('mul', a, b);
}

/** a/b, element by element. Shapes broadcast. */
export function div(a: Operand, b: Operand): Tensor {
  return apply('div', a, b);
}

/** aᵇ. Shapes broadcast. */
export function pow(a: Operand, b: Operand): Tensor {
  if (typeof a === 'number') return apply('pow', a, b);
  if (b === 2) return square(a);
  if (b === 0.5) return sqrt(a);
  if (b === -1) return reciprocal(a);
  return apply('pow', a, b);
}

/** The larger of two, element by element; NaN wins. Shapes broadcast. */
export function maximum(a: Operand, b: Operand): Tensor {
  return apply('maximum', a, b);
}

/** The smaller of two, element by element; NaN wins. Shapes broadcast. */
export function minimum(a: Operand, b: Operand): Tensor {
  return apply('minimum', a, b);
}

/** g·relu′(x). */
export const reluGrad = (x: Tensor, g: Tensor): Tensor => apply('reluGrad', x, g);
/** g·gelu′(x). */
export const geluGrad = (x: Tensor, g: Tensor): Tensor => apply('geluGrad', x, g);
/** g·geluTanh′(x). */
export const geluTanhGrad = (x: Tensor, g: Tensor): Tensor => apply('geluTanhGrad', x, g);
/** g·silu′(x). */
export const siluGrad = (x: Tensor, g: Tensor): Tensor => apply('siluGrad', x, g);
