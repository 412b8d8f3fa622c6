/** Affine maps. Weights are [out, in], as in PyTorch. */

import { linear, type Tensor } from '../tensor/index.ts';
import { type Initializer, ParameterSpec, type Parameters, zerosInit } from './parameters.ts';

/** The parameters of x·Wᵀ + b. */
export function linearSpec(inputs: number, outputs: number, options: { init: Initializer; bias?: boolean }) {
  const weight = new ParameterSpec([outputs, inputs], options.init);
  return withBias({ weight }, options.bias ?? false, outputs);
}

export type LinearParams = Parameters<ReturnType<typeof linearSpec>>;

/** Adds a bias that starts at zero, or nothing. */
export function withBias<Specs extends object>(
  specs: Specs,
  bias: boolean,
  size: number,
): Specs & { bias?: ParameterSpec } {
  return bias ? { ...specs, bias: new ParameterSpec([size], zerosInit) } : specs;
}

/** x·Wᵀ + b + residual for x [..., in]. */
export function runLinear(params: LinearParams, x: Tensor, residual?: Tensor): Tensor {
  return linear(x, params.weight, { bias: params.bias, residual });
}
