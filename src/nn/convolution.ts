/** Convolution over a sequence: one affine map of every window of neighbouring places. */

import { concat, linear, reshape, slice, type Tensor } from '../tensor/index.ts';
import { withBias } from './linear.ts';
import { type Initializer, ParameterSpec, type Parameters } from './parameters.ts';

/** The parameters of `outputs` filters over windows of `width` places with `inputs` numbers each. */
export function convolutionSpec(
  inputs: number,
  outputs: number,
  width: number,
  options: { readonly init: Initializer; readonly bias?: boolean },
) {
  const weight = new ParameterSpec([outputs, width, inputs], options.init);
  return withBias({ weight }, options.bias ?? true, outputs);
}

export type ConvolutionParams = Parameters<ReturnType<typeof convolutionSpec>>;

/**
 * relu or no activation of every window of x [batch, length, inputs]: [batch, length − width + 1, outputs]. The windows are
 * laid side by side and multiplied at once. The weight is PyTorch's Conv1d with its last two axes exchanged.
 */
export function runConvolution(
  { weight, bias }: ConvolutionParams,
  x: Tensor,
  { activation = 'none' }: { readonly activation?: 'none' | 'relu' } = {},
): Tensor {
  const [outputs, width, inputs] = weight.shape;
  const windows = x.shape[1] - width + 1;
  const places = Array.from({ length: width }, (_, i) => slice(x, 1, i, i + windows));
  return linear(concat(places, 2), reshape(weight, [outputs, width * inputs]), { bias, activation });
}
