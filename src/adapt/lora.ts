/** Low-rank adaptation: W stays, and scale·B·A is learned beside it (Hu et al. 2021, arXiv:2106.09685). */

import { initialize, ParameterSpec, uniformInit, zerosInit } from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import { type Adapter, chooseLayers, linearWeights } from './adapter.ts';
import { checkCount, refuseOption } from './options.ts';

export interface LoraOptions {
  /** Default 8. */
  readonly rank?: number;
  /** The low-rank product is multiplied by alpha / rank. Default: twice the rank. */
  readonly alpha?: number;
  /** Layers of each block: `query`, `value`, …, `attention`, `ffn`, `all`. Default: query and value. */
  readonly targets?: readonly string[];
}

export const loraDefaults = { rank: 8, targets: ['query', 'value'] } as const;

/** A new adapter for a model: A uniform in ±1/√in, as PEFT draws it; B zero, so that nothing changes yet. */
export function lora(params: unknown, options: LoraOptions, rng: Rng): Adapter {
  const { rank = loraDefaults.rank, targets = loraDefaults.targets } = options;
  const { alpha = 2 * rank } = options;
  checkCount('rank', rank);
  if (!(alpha > 0 && alpha < Infinity)) throw refuseOption('alpha', 'a positive number', '为正数', alpha);
  const weights = linearWeights(params);
  const layers = chooseLayers([...weights.keys()], targets).map((path) => {
    const [outputs, inputs] = weights.get(path)!.shape;
    const a = new ParameterSpec([rank, inputs], uniformInit(1 / Math.sqrt(inputs)));
    return [path, { a, b: new ParameterSpec([outputs, rank], zerosInit) }];
  });
  return { method: 'lora', params: initialize(Object.fromEntries(layers), rng), scaleOf: () => alpha / rank };
}
