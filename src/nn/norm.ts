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

const norms = {
  layerNorm: (x: Tensor, { weight, bias }: NormParams, eps: number) => layerNorm(x, { weight, bias, eps }),
  rmsNorm: (x: Tensor, { weight }: NormParams, eps: number) => rmsNorm(x, { weight, eps }),
};

export type NormKind = 'layerNorm' | 'rmsNorm';
export const normKinds: readonly NormKind[] = ['layerNorm', 'rmsNorm'];

export function normSpec(size: number, { kind, bias }: Pick<NormConfig, 'kind' | 'bias'>) {
  return withBias({ weight: new ParameterSpec([size], onesInit) }, bias && kind === 'layerNorm', size);
}

export type NormParams = Parameters<ReturnType<typeof normSpec>>;

export function runNorm(params: NormParams, x: Tensor, { kind, eps }: NormConfig): Tensor {
  return norms[kind](x, params, eps);
}
