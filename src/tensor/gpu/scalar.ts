/** The functions of one or two numbers in WGSL: the formulas of `reference/scalar.ts`. */

import { activationCodes, type BinaryCode, type UnaryCode } from '../kernels.ts';
import {
  erfMiddleDenominator,
  erfMiddleNumerator,
  erfNearDenominator,
  erfNearNumerator,
} from '../reference/scalar.ts';

/** ((c₀·x + c₁)·x + …), highest power first. */
function polynomial(coefficients: readonly number[], x: string): string {
  const [first, ...rest] = coefficients.map((c) => c.toExponential(9));
  return rest.reduce((sum, c) => `(${sum} * ${x} + ${c})`, first);
}

const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** Beyond 4, erf is ±1 in f32; beyond 10, so is tanh, which a device may compute by exponentials that overflow. */
export const scalarFunctions = /* wgsl */ `
fn error_function(x: f32) -> f32 {
  let y = abs(x);
  let z = y * y;
  if (y <= 0.46875) { return x * ${polynomial(erfNearNumerator, 'z')} / ${polynomial(erfNearDenominator, 'z')}; }
  if (y > 4.0) { return sign(x); }
  let rest = exp(-z) * ${polynomial(erfMiddleNumerator, 'y')} / ${polynomial(erfMiddleDenominator, 'y')};
  return sign(x) * (1.0 - rest);
}
fn tangent(x: f32) -> f32 { return tanh(clamp(x, -10.0, 10.0)); }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn silu(x: f32) -> f32 { return x * sigmoid(x); }
fn silu_slope(x: f32) -> f32 { return sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))); }
fn relu(x: f32) -> f32 { return max(x, 0.0); }
fn relu_slope(x: f32) -> f32 { return select(0.0, 1.0, x > 0.0); }
fn normal_share(x: f32) -> f32 { return 0.5 * (1.0 + error_function(x * ${Math.SQRT1_2})); }
fn gelu(x: f32) -> f32 { return x * normal_share(x); }
fn gelu_slope(x: f32) -> f32 { return normal_share(x) + x * ${SQRT_2_OVER_PI / 2} * exp(-0.5 * x * x); }
fn gelu_inner(x: f32) -> f32 { return ${SQRT_2_OVER_PI} * (x + 0.044715 * x * x * x); }
fn gelu_tanh(x: f32) -> f32 { return 0.5 * x * (1.0 + tangent(gelu_inner(x))); }
fn gelu_tanh_slope(x: f32) -> f32 {
  let t = tangent(gelu_inner(x));
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * ${SQRT_2_OVER_PI} * (1.0 + 3.0 * 0.044715 * x * x);
}
`;

/** Of x. Those that are missing have no kernel. */
export const unaryExpressions: { readonly [C in UnaryCode]?: string } = {
  neg: '-x',
  abs: 'abs(x)',
  exp: 'exp(x)',
  log: 'log(x)',
  sqrt: 'sqrt(x)',
  rsqrt: 'inverseSqrt(x)',
  reciprocal: '1.0 / x',
  square: 'x * x',
  tanh: 'tangent(x)',
  sigmoid: 'sigmoid(x)',
  relu: 'relu(x)',
  gelu: 'gelu(x)',
  geluTanh: 'gelu_tanh(x)',
  silu: 'silu(x)',
};

/** Of x and y. Those that are missing have no kernel. */
export const binaryExpressions: { readonly [C in BinaryCode]?: string } = {
  add: 'x + y',
  sub: 'x - y',
  mul: 'x * y',
  div: 'x / y',
  maximum: 'max(x, y)',
  minimum: 'min(x, y)',
  reluGrad: 'relu_slope(x) * y',
  geluGrad: 'gelu_slope(x) * y',
  geluTanhGrad: 'gelu_tanh_slope(x) * y',
  siluGrad: 'silu_slope(x) * y',
};

const names = { none: undefined, relu: 'relu', gelu: 'gelu', geluTanh: 'gelu_tanh', silu: 'silu' } as const;

const choose = (name: string, ending: string, otherwise: string): string => /* wgsl */ `
fn ${name}(code: u32, x: f32) -> f32 {
  switch code {
    ${activationCodes.map((code, i) => (names[code] ? `case ${i}u: { return ${names[code]}${ending}(x); }` : '')).join('\n')}
    default: { return ${otherwise}; }
  }
}`;

/** `activate(code, x)` and `slope_at(code, x)`, the code being the place in `activationCodes`. */
export const activationFunctions = `${scalarFunctions}
${choose('activate', '', 'x')}
${choose('slope_at', '_slope', '1.0')}`;
