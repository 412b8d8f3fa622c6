/**
 * Bottleneck adapters: a small network behind a layer, y + up(gelu(down(y))), while the layer stays as it is. Behind attention and
 * feed-forward part (Houlsby et al. 2019, arXiv:1902.00751), or behind the latter alone (Pfeiffer et al. 2020, arXiv:2005.00247).
 */

import { initialize, linearSpec, uniformInit, zerosInit } from '../nn/index.ts';
import type { Rng } from '../rng.ts';
import type { Tensor } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import { type Adapter, type AdapterLayer, chooseLayers, linearWeights } from './adapter.ts';
import { fail } from './errors.ts';
import { checkCount } from './options.ts';
import { takeTensors } from './take-tensors.ts';

export interface BottleneckOptions {
  /** Features between `down` and `up`. Default 16. */
  readonly innerSize?: number;
  /** As for LoRA. Default: output and down, which is Houlsby's place; down alone is Pfeiffer's. */
  readonly targets?: readonly string[];
}

const bottleneckDefaults = { innerSize: 16, targets: ['output', 'down'] } as const;

/** A new adapter for a model: `up` is zero, so that nothing changes yet. */
export function bottleneck(params: unknown, options: BottleneckOptions, rng: Rng): Adapter {
  const { innerSize = bottleneckDefaults.innerSize, targets = bottleneckDefaults.targets } = options;
  checkCount('innerSize', innerSize);
  const weights = linearWeights(params);
  const layers = chooseLayers([...weights.keys()], targets).map((path) => {
    const [size] = weights.get(path)!.shape;
    const down = linearSpec(size, innerSize, { init: uniformInit(1 / Math.sqrt(size)), bias: true });
    return [path, { down, up: linearSpec(innerSize, size, { init: zerosInit, bias: true }) }];
  });
  return { method: 'bottleneck', params: initialize(Object.fromEntries(layers), rng), scaleOf: () => 1 };
}

/** What `adapter_config.json` calls it. PEFT has no such adapter: the tensors are called by our paths. */
export const BOTTLENECK = 'BOTTLENECK';

export const bottleneckTensors = ({ params }: Adapter): Map<string, Tensor> =>
  new Map(leaves<Tensor>(params));

/** The adapter from its tensors; `sizes`: outputs of each layer that there is. Every name and shape is checked. */
export function bottleneckFrom(
  tensors: ReadonlyMap<string, Tensor>,
  sizes: ReadonlyMap<string, number>,
): Adapter {
  const { left, take } = takeTensors(tensors);
  const params: Record<string, AdapterLayer> = {};
  for (const [path, size] of sizes) {
    const inner = tensors.get(`${path}.down.weight`)?.shape[0];
    if (inner === undefined) continue;
    const part = (name: string, ...shape: readonly number[]) => take(`${path}.${name}`, shape);
    params[path] = {
      down: { weight: part('down.weight', inner, size), bias: part('down.bias', inner) },
      up: { weight: part('up.weight', size, inner), bias: part('up.bias', size) },
    };
  }
  if (left.size > 0 || Object.keys(params).length === 0)
    throw fail('adapt/names', { names: [...left.keys()] });
  return { method: 'bottleneck', params, scaleOf: () => 1 };
}
