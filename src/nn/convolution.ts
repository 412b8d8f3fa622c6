/** Convolutions over sequences and pictures: one affine map of every window of neighbouring places; and what pools their answers. */

import { concat, linear, max, mean, reshape, slice, type Tensor, windows } from '../tensor/index.ts';
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

/** The parameters of `outputs` filters over squares of `size` × `size` places with `inputs` numbers each. */
export function convolution2dSpec(
  inputs: number,
  outputs: number,
  size: number,
  options: { readonly init: Initializer; readonly bias?: boolean },
) {
  const weight = new ParameterSpec([outputs, size, size, inputs], options.init);
  return withBias({ weight }, options.bias ?? true, outputs);
}

export type Convolution2dParams = Parameters<ReturnType<typeof convolution2dSpec>>;

export interface Convolution2dOptions {
  readonly activation?: 'none' | 'relu' | 'gelu';
  /** From one window to the next. Default 1. */
  readonly stride?: number;
  /** Zeros around the picture. Default 0; (size − 1) / 2 keeps its height and width. */
  readonly padding?: number;
}

/**
 * An activation of every window of x [batch, height, width, inputs]: [batch, down, across, outputs], where
 * down = ⌊(height + 2·padding − size) / stride⌋ + 1. The windows are laid side by side (im2col) and multiplied at once.
 * The weight is PyTorch's Conv2d with its second axis moved to the end.
 */
export function runConvolution2d(
  { weight, bias }: Convolution2dParams,
  x: Tensor,
  { activation = 'none', stride = 1, padding = 0 }: Convolution2dOptions = {},
): Tensor {
  const [outputs, height, width, inputs] = weight.shape;
  const each = windows(x, { size: [height, width], stride, padding });
  return linear(each, reshape(weight, [outputs, height * width * inputs]), { bias, activation });
}

/**
 * The largest number, or the mean, of each square of `size` × `size` places of x [batch, height, width, channels]; a rest at the
 * right and below is left out, as PyTorch does.
 */
export function pool2d(x: Tensor, size: number, kind: 'max' | 'average' = 'max'): Tensor {
  const [batch, height, width, channels] = x.shape;
  const [down, across] = [height, width].map((length) => Math.floor(length / size));
  const whole = slice(slice(x, 1, 0, down * size), 2, 0, across * size);
  const squares = reshape(whole, [batch, down, size, across, size, channels]);
  const pool = kind === 'max' ? max : mean;
  return pool(pool(squares, { axis: 4 }), { axis: 2 });
}
