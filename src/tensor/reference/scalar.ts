/** The functions of one or two numbers behind the elementwise kernels, and the activations of matmul. */

import type { Activation, BinaryCode, CompareCode, UnaryCode } from '../kernels.ts';

/** Σ cᵢ·xⁱ, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const c of coefficients) sum = sum * x + c;
  return sum;
}

// Rational Chebyshev approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
// Mathematics of Computation 23 (1969), 631–637; coefficients of its public program CALERF (netlib specfun).
// biome-ignore-start format: tables of coefficients
export const erfNearNumerator = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
export const erfNearDenominator = [
  1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171,
];
export const erfMiddleNumerator = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
export const erfMiddleDenominator = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
const farNumerator = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const farDenominator = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];
// biome-ignore-end format: tables of coefficients

const SQRT_PI_INVERSE = 1 / Math.sqrt(Math.PI);
const SQRT_2_INVERSE = Math.SQRT1_2;
/** √(2/π), of GELU's tanh approximation and of Φ′. */
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** The error function 2/√π·∫₀ˣ exp(−t²) dt, to double precision. */
export function erf(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return (x * polynomial(erfNearNumerator, y * y)) / polynomial(erfNearDenominator, y * y);
  if (y > 6) return Math.sign(x); // 1 − erf(6) < 2⁻⁵⁴
  const complement = Math.exp(-y * y) * scaledComplement(y);
  return x > 0 ? 1 - complement : complement - 1; // NaN goes through
}

/** exp(y²)·(1 − erf(y)) for y > 0.46875. */
function scaledComplement(y: number): number {
  if (y <= 4) return polynomial(erfMiddleNumerator, y) / polynomial(erfMiddleDenominator, y);
  const z = 1 / (y * y);
  return (SQRT_PI_INVERSE - (z * polynomial(farNumerator, z)) / polynomial(farDenominator, z)) / y;
}

/** Φ(x), the normal distribution function. */
const normalCdf = (x: number) => 0.5 * (1 + erf(x * SQRT_2_INVERSE));
const normalDensity = (x: number) => 0.5 * SQRT_2_OVER_PI * Math.exp(-0.5 * x * x);

export const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
export const silu = (x: number) => x * sigmoid(x);
/** silu′ = σ·(1 + x·(1 − σ)). */
export const siluSlope = (x: number) => sigmoid(x) * (1 + x * (1 - sigmoid(x)));
const relu = (x: number) => Math.max(x, 0); // NaN stays
const gelu = (x: number) => x * normalCdf(x);
/** gelu′ = Φ + x·Φ′. */
const geluSlope = (x: number) => normalCdf(x) + x * normalDensity(x);
const geluTanhInner = (x: number) => SQRT_2_OVER_PI * (x + 0.044715 * x * x * x);
const geluTanh = (x: number) => 0.5 * x * (1 + Math.tanh(geluTanhInner(x)));
/** ½(1 + t) + ½x·(1 − t²)·u′, t = tanh u. */
function geluTanhSlope(x: number): number {
  const t = Math.tanh(geluTanhInner(x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * 0.044715 * x * x);
}

export const unaryFunctions: { readonly [C in UnaryCode]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  square: (x) => x * x,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  erf,
  sigmoid,
  /** log(1 + eˣ) without overflow. */
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu,
  gelu,
  geluTanh,
  silu,
};

export const binaryFunctions: { readonly [C in BinaryCode]: (x: number, y: number) => number } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  /** As IEEE 754 has it: 1 to any power is 1, even to NaN; (−1)^±∞ is 1. */
  pow: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y),
  maximum: (x, y) => Math.max(x, y),
  minimum: (x, y) => Math.min(x, y),
  reluGrad: (x, dy) => (x > 0 ? dy : 0),
  geluGrad: (x, dy) => dy * geluSlope(x),
  geluTanhGrad: (x, dy) => dy * geluTanhSlope(x),
  siluGrad: (x, dy) => dy * siluSlope(x),
};

export const compareFunctions: { readonly [C in CompareCode]: (x: number, y: number) => boolean } = {
  equal: (x, y) => x === y,
  notEqual: (x, y) => x !== y,
  less: (x, y) => x < y,
  lessEqual: (x, y) => x <= y,
  greater: (x, y) => x > y,
  greaterEqual: (x, y) => x >= y,
};

/** act′. */
export const activationSlopes: { readonly [A in Activation]: (x: number) => number } = {
  none: () => 1,
  relu: (x) => (x > 0 ? 1 : 0),
  gelu: geluSlope,
  geluTanh: geluTanhSlope,
  silu: siluSlope,
};

export const activationFunctions: { readonly [C in Activation]: (x: number) => number } = {
  none: (x) => x,
  relu,
  gelu,
  geluTanh,
  silu,
};
