/** Normalisation over the last axis: LayerNorm (Ba et al. 2016) and RMSNorm (Zhang & Sennrich 2019). */

import { layerNorm, rmsNorm, type Tensor } from '../tensor/index.ts';
import { withBias } from './linear.ts';
import { onesInit, ParameterSpec, type Parameters } from './parameters.ts';

export interface NormConfig {
  readonly kind: NormKind;
  /** Adds a learned shift; only LayerNorm has one. */
  readonly bias: boolean;
  /** Added to the variance before the square root. */
  readonly eps: number;
}

interface Rest {
  readonly eps: number;
  readonly rounded?: boolean;
}

const norms = {
  layerNorm: (x: Tensor, { weight, bias }: NormParams, rest: Rest) => layerNorm(x, { weight, bias, ...rest }),
  rmsNorm: (x: Tensor, { weight }: NormParams, rest: Rest) => rmsNorm(x, { weight, ...rest }),
};

export type NormKind = 'layerNorm' | 'rmsNorm';
export const normKinds: readonly NormKind[] = ['layerNorm', 'rmsNorm'];

export function normSpec(size: number, { kind, bias }: Pick<NormConfig, 'kind' | 'bias'>) {
  return withBias({ weight: new ParameterSpec([size], onesInit) }, bias && kind === 'layerNorm', size);
}

export type NormParams = Parameters<ReturnType<typeof normSpec>>;

/** `rounded`: the result is stored as bf16, for products in bf16 only. */
export function runNorm(
  params: NormParams,
  x: Tensor,
  { kind, eps }: NormConfig,
  options: { readonly rounded?: boolean } = {},
): Tensor {
  return norms[kind](x, params, { eps, ...options });
}
