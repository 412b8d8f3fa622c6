/** The feed-forward part of a block: up, activation, down; with a gate for SwiGLU and GeGLU (Shazeer 2020). */

import {
  type Activation,
  feedForward,
  gelu,
  geluTanh,
  mul,
  relu,
  silu,
  swiglu,
  type Tensor,
} from '../tensor/index.ts';
import { linearSpec, runLinear, runLinears } from './linear.ts';
import type { Initializer, Parameters } from './parameters.ts';

/** What opens the way for `up`. */
const gates = {
  swiglu,
  geglu: (gate: Tensor, up: Tensor) => mul(geluTanh(gate), up),
};

const activations = { relu, gelu, geluTanh, silu };

/** `gelu` by erf; `geluTanh` is GPT-2's approximation; `swiglu` is silu(gate)·up, `geglu` geluTanh(gate)·up. */
export type FfnActivation = Exclude<Activation, 'none'> | GatedActivation;
export type GatedActivation = keyof typeof gates;
export const ffnActivations: readonly FfnActivation[] = [
  'relu', 'gelu', 'geluTanh', 'silu', 'swiglu', 'geglu',
]; // biome-ignore format: a list

/** Whether it has a third matrix, the gate. */
export const isGated = (activation: FfnActivation): activation is GatedActivation => activation in gates;

export interface FfnConfig {
  readonly width: number;
  readonly size: number;
  readonly activation: FfnActivation;
  readonly bias: boolean;
}

export function ffnSpec(config: FfnConfig, init: Initializer, outputInit: Initializer) {
  const { width, size, activation, bias } = config;
  const up = () => linearSpec(width, size, { init, bias });
  const gate: { gate?: ReturnType<typeof up> } = isGated(activation) ? { gate: up() } : {};
  return { ...gate, up: up(), down: linearSpec(size, width, { init: outputInit, bias }) };
}

export type FfnParams = Parameters<ReturnType<typeof ffnSpec>>;

/** x [..., width] → [..., width], added to a residual if there is one. */
export function runFfn(params: FfnParams, x: Tensor, activation: FfnActivation, residual?: Tensor): Tensor {
  const { gate, up, down } = params;
  if (isGated(activation)) {
    const [opening, inner] = runLinears([gate!, up], x);
    return runLinear(down, gates[activation](opening, inner), residual);
  }
  // The fused kernel knows of no adapter.
  if (up.adapter ?? down.adapter) return runLinear(down, activations[activation](runLinear(up, x)), residual);
  return feedForward(x, up.weight, down.weight, activation, {
    upBias: up.bias,
    downBias: down.bias,
    residual,
  });
}
