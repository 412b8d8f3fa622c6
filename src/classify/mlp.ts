/** The multi-layer perceptron, learnt by back-propagation (Rumelhart, Hinton and Williams 1986). */

import { type LinearParams, linearSpec, normalInit, runLinear } from '../nn/index.ts';
import { dropout, linear, type Tensor } from '../tensor/index.ts';

export interface MlpParams {
  readonly layers: readonly LinearParams[];
}

/** Layers between so many numbers: [inputs, …hidden, outputs]. Starts as He et al. (2015): variance 2 / inputs. */
export function mlpSpec(sizes: readonly number[]) {
  const layers = sizes
    .slice(1)
    .map((outputs, i) =>
      linearSpec(sizes[i], outputs, { init: normalInit(Math.sqrt(2 / sizes[i])), bias: true }),
    );
  return { layers };
}

/** x [batch, inputs] through every layer, relu between them: [batch, outputs]. `drop` is for learning only. */
export function runMlp({ layers }: MlpParams, x: Tensor, drop?: Drop): Tensor {
  return layers.reduce((hidden, layer, i) => {
    if (i === layers.length - 1) return runLinear(layer, hidden);
    const next = linear(hidden, layer.weight, { bias: layer.bias, activation: 'relu' });
    return drop ? dropout(next, drop.rate, { seed: drop.seed, stream: drop.stream + i }) : next;
  }, x);
}

/** Which numbers are left out of a step. */
export interface Drop {
  readonly rate: number;
  readonly seed: number;
  readonly stream: number;
}
