/** Affine maps. Weights are [out, in], as in PyTorch. */

import { add, affine, linear, linears, mul, type Tensor } from '../tensor/index.ts';
import { type Initializer, ParameterSpec, type Parameters, zerosInit } from './parameters.ts';

/**
 * What an adapter changes of a layer whose weights stay as they are: y = (W·(gainIn ⊙ x) + b) ⊙ gainOut + scale·B·A·x.
 * It stands in the parameter tree beside the weight, while it is trained.
 */
export interface LinearAdapter {
  /** A [rank, in] and B [out, rank] (LoRA, Hu et al. 2021, arXiv:2106.09685). */
  readonly lowRank?: { readonly a: Tensor; readonly b: Tensor; readonly scale: number };
  /** [in] and [out] (IA³, Liu et al. 2022, arXiv:2205.05638). */
  readonly inputGain?: Tensor;
  readonly outputGain?: Tensor;
  /** Is shown what enters the layer: x [..., in]. */
  readonly look?: (x: Tensor) => void;
}

/** The parameters of x·Wᵀ + b. */
export function linearSpec(inputs: number, outputs: number, options: { init: Initializer; bias?: boolean }) {
  const weight = new ParameterSpec([outputs, inputs], options.init);
  const layer: { weight: ParameterSpec; adapter?: LinearAdapter } = { weight };
  return withBias(layer, options.bias ?? false, outputs);
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
  const { weight, bias, adapter } = params;
  if (!adapter) return linear(x, weight, { bias, residual });
  const { inputGain } = adapter;
  const y = changed(adapter, x, linear(inputGain ? mul(x, inputGain) : x, weight, { bias }));
  return residual ? add(residual, y) : y;
}

/** x·Wᵀ + b for each of several layers, which all have a bias or none has. */
export function runLinears(layers: readonly LinearParams[], x: Tensor): Tensor[] {
  if (layers.some(({ adapter }) => adapter?.inputGain)) return layers.map((layer) => runLinear(layer, x));
  const weights = layers.map(({ weight }) => weight);
  const biases = layers[0].bias ? layers.map(({ bias }) => bias!) : [];
  return linears(x, weights, biases).map((y, i) => changed(layers[i].adapter, x, y));
}

/** What an adapter makes of the y that a layer gives for x. */
function changed(adapter: LinearAdapter | undefined, x: Tensor, y: Tensor): Tensor {
  const { outputGain, lowRank, look } = adapter ?? {};
  look?.(x);
  const gained = outputGain ? mul(y, outputGain) : y;
  if (!lowRank) return gained;
  return linear(affine(linear(x, lowRank.a), lowRank.scale, 0), lowRank.b, { residual: gained });
}
