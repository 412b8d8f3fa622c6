/**
 * The two halves of a layer of RWKV-4 (Peng et al. 2023, "RWKV: Reinventing RNNs for the Transformer Era", arXiv:2305.13048). Each reads a
 * token and the one before it, mixed feature by feature. Shapes: T tokens of B texts, D = width, F = ffnSize; time is the first axis.
 */

import {
  add,
  affine,
  concat,
  exp,
  mul,
  relu,
  reshape,
  sigmoid,
  slice,
  square,
  sub,
  type Tensor,
  wkvScan,
  zeros,
} from '../tensor/index.ts';
import { linearSpec, runLinear } from './linear.ts';
import { type Initializer, normalInit, ParameterSpec, type Parameters, zerosInit } from './parameters.ts';

export interface RwkvLayerConfig {
  readonly width: number;
  readonly ffnSize: number;
  /** Which layer of how many: deeper ones begin by looking less at the token before. */
  readonly layer: number;
  readonly layers: number;
}

/** A number for each feature, by its place in [0, n). */
const byFeature =
  (value: (feature: number, n: number) => number): Initializer =>
  ([n]) => {
    const all = zeros([n]);
    for (let i = 0; i < n; i++) all.data[i] = value(i, n);
    return all;
  };

/** Initialised as in the paper, appendix E: what writes into the residual stream begins at zero, fading from slow to fast. */
export function timeMixingSpec({ width, layer, layers }: RwkvLayerConfig) {
  const depth = layer / Math.max(1, layers - 1);
  const rest = 1 - layer / layers;
  const share = (power: number, more = 0) =>
    new ParameterSpec(
      [width],
      byFeature((i, n) => (i / n) ** power + more),
    );
  const matrix = (init: Initializer) => linearSpec(width, width, { init });
  return {
    /** What is known is multiplied by e^−e^decay a step. */
    decay: new ParameterSpec(
      [width],
      byFeature((i, n) => -5 + 8 * (i / Math.max(1, n - 1)) ** (0.7 + 1.3 * depth)),
    ),
    first: new ParameterSpec(
      [width],
      byFeature((i) => Math.log(0.3) + 0.5 * (((i + 1) % 3) - 1)),
    ),
    mixKey: share(rest),
    mixValue: share(rest, 0.3 * depth),
    mixReceptance: share(rest / 2),
    key: matrix(zerosInit),
    value: matrix(normalInit(1 / Math.sqrt(width))),
    receptance: matrix(zerosInit),
    output: matrix(zerosInit),
  };
}

export function channelMixingSpec({ width, ffnSize, layer, layers }: RwkvLayerConfig) {
  const share = () =>
    new ParameterSpec(
      [width],
      byFeature((i, n) => (i / n) ** (1 - layer / layers)),
    );
  return {
    mixKey: share(),
    mixReceptance: share(),
    key: linearSpec(width, ffnSize, { init: normalInit(1 / Math.sqrt(width)) }),
    receptance: linearSpec(width, width, { init: zerosInit }),
    value: linearSpec(ffnSize, width, { init: zerosInit }),
  };
}

type TimeMixingParams = Parameters<ReturnType<typeof timeMixingSpec>>;
type ChannelMixingParams = Parameters<ReturnType<typeof channelMixingSpec>>;

/** What stands for the exponent of sums that are empty: e to it is 0, and no arithmetic makes it infinite. */
export const WKV_EMPTY = -1e30;

/**
 * Attention without queries: a mean of all values so far, let through by a gate. x [T, B, D]; `last` [B, D] is what was read before it,
 * `sums` [B, 3D] what is remembered of that, as `wkvScan` has it. The sums after each token are [T, B, 3D].
 */
export function runTimeMixing(
  params: TimeMixingParams,
  x: Tensor,
  { last, sums: start }: { readonly last: Tensor; readonly sums: Tensor },
): { readonly y: Tensor; readonly sums: Tensor } {
  const mixed = mixer(x, last);
  const key = runLinear(params.key, mixed(params.mixKey));
  const value = runLinear(params.value, mixed(params.mixValue));
  const receptance = sigmoid(runLinear(params.receptance, mixed(params.mixReceptance)));
  const decay = affine(exp(params.decay), -1, 0);
  const { mixed: wkv, states: sums } = wkvScan({ key, value, decay, first: params.first, start });
  return { y: runLinear(params.output, mul(receptance, wkv)), sums };
}

/** σ(R)·V relu(K)²: x [T, B, D] behind `last` [B, D]. */
export function runChannelMixing(params: ChannelMixingParams, x: Tensor, last: Tensor): Tensor {
  const mixed = mixer(x, last);
  const key = square(relu(runLinear(params.key, mixed(params.mixKey))));
  const receptance = sigmoid(runLinear(params.receptance, mixed(params.mixReceptance)));
  return mul(receptance, runLinear(params.value, key));
}

/** μ·x + (1 − μ)·(x one token earlier), for any μ. */
function mixer(x: Tensor, last: Tensor): (share: Tensor) => Tensor {
  const steps = x.shape[0];
  const first = reshape(last, [1, ...last.shape]);
  const earlier = steps === 1 ? first : concat([first, slice(x, 0, 0, steps - 1)], 0);
  const change = sub(x, earlier);
  return (share) => add(earlier, mul(change, share));
}
