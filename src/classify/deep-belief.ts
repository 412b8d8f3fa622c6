/** Deep belief networks: restricted Boltzmann machines stacked one by one (Hinton, Osindero & Teh 2006). */

import { createRng } from '../rng.ts';
import { scope, type Tensor } from '../tensor/index.ts';
import {
  type BinaryRows,
  drawUnits,
  hiddenProbabilities,
  type RbmOptions,
  type RbmParams,
  rbmSamples,
  trainRbm,
  visibleProbabilities,
} from './rbm.ts';

/** The machine at the rows first, the one on top last. */
export type DeepBelief = readonly RbmParams[];

export interface DeepBeliefOptions extends Omit<RbmOptions, 'hidden'> {
  /** Units of each hidden layer, from the rows up. */
  readonly hidden: readonly number[];
}

/** Learns each machine on what the one below makes of the rows, without labels. @throws as `trainRbm` */
export async function trainDeepBelief(
  rows: BinaryRows,
  { hidden, seed = 0, onProgress, ...rest }: DeepBeliefOptions,
): Promise<DeepBelief> {
  const layers: RbmParams[] = [];
  for (const [i, units] of hidden.entries()) {
    const below = [...layers];
    const seen = {
      count: rows.count,
      width: below.at(-1)?.weight.shape[0] ?? rows.width,
      batch: (examples: Int32Array) => scope(() => deepBeliefFeatures(below, rows.batch(examples))),
    };
    const told = onProgress && ((share: number) => onProgress((i + share) / hidden.length));
    layers.push(await trainRbm(seen, { ...rest, hidden: units, seed: seed + i, onProgress: told }));
  }
  return layers;
}

/** What the top layer makes of rows [n, visible]: probabilities [n, units of the top]. */
export const deepBeliefFeatures = (layers: DeepBelief, visible: Tensor): Tensor =>
  layers.reduce((units, layer) => hiddenProbabilities(layer, units), visible);

/** Rows that the network dreams: chains in the top machine, then one way down. */
export function deepBeliefSamples(
  layers: DeepBelief,
  options: { readonly count: number; readonly steps?: number; readonly seed?: number },
): Tensor {
  const rng = createRng(options.seed ?? 0).split('down');
  const top = rbmSamples(layers[layers.length - 1], options);
  return layers
    .slice(0, -1)
    .reduceRight((units, layer) => scope(() => drawUnits(visibleProbabilities(layer, units), rng)), top);
}
