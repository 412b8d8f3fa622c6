/** IA³: a learned gain for each output of keys and values and each input of the last feed-forward layer (Liu et al. 2022, arXiv:2205.05638). */

import { initialize, onesInit, ParameterSpec } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { type Adapter, chooseLayers, linearWeights } from './adapter.ts';

export interface Ia3Options {
  /** As for LoRA. Layers called `down` get a gain of their inputs, others of their outputs. Default: key, value and down. */
  readonly targets?: readonly string[];
}

export const ia3Defaults = { targets: ['key', 'value', 'down'] } as const;

/** A new adapter for a model: every gain is 1, so that nothing changes yet. */
export function ia3(params: unknown, { targets = ia3Defaults.targets }: Ia3Options = {}): Adapter {
  const weights = linearWeights(params);
  const layers = chooseLayers([...weights.keys()], targets).map((path) => {
    const [outputs, inputs] = weights.get(path)!.shape;
    const gain = (size: number) => new ParameterSpec([size], onesInit);
    return [path, path.endsWith('.down') ? { inputGain: gain(inputs) } : { outputGain: gain(outputs) }];
  });
  return { method: 'ia3', params: initialize(Object.fromEntries(layers), createRng(0)), scaleOf: () => 1 };
}
