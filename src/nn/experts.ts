/**
 * Mixture of experts: several feed-forward parts, of which each token goes through few (Shazeer et al. 2017, arXiv:1701.06538; Mixtral,
 * Jiang et al. 2024, arXiv:2401.04088).
 */

import {
  add,
  concat,
  div,
  embedding,
  fromArray,
  mean,
  mul,
  reshape,
  scatterRows,
  softmax,
  split,
  sum,
  type Tensor,
  topK,
} from '../tensor/index.ts';
import { type FfnConfig, ffnSpec, runFfn } from './ffn.ts';
import { linearSpec, runLinear } from './linear.ts';
import type { Initializer, Parameters } from './parameters.ts';

export interface ExpertsConfig {
  readonly count: number;
  /** Experts that each token goes through. With one, the router would learn from the balance alone. */
  readonly active: number;
}

/** How the tokens of one layer were sent. */
export interface Routing {
  /** Of each expert, [tokens, experts]. */
  readonly probabilities: Tensor;
  /** The experts of each token, likeliest first: [tokens, active]. */
  readonly chosen: Tensor<'i32'>;
}

export function expertsSpec(
  ffn: FfnConfig,
  { count }: ExpertsConfig,
  init: Initializer,
  outputInit: Initializer,
) {
  return {
    router: linearSpec(ffn.width, count, { init }),
    experts: Array.from({ length: count }, () => ffnSpec(ffn, init, outputInit)),
  };
}

export type ExpertsParams = Parameters<ReturnType<typeof expertsSpec>>;

export interface ExpertsRun {
  /** Added to the result. */
  readonly residual?: Tensor;
  /** Is shown how the tokens were sent. */
  readonly route?: (routing: Routing) => void;
}

/**
 * x [..., width] → [..., width]: Σ p_e·ffn_e(x) over the experts that the router holds likeliest, their p made to sum to 1. An expert
 * computes the rows of its own tokens only. The router's choice is read on the way: kernels in line are waited for.
 */
export function runExperts(
  params: ExpertsParams,
  x: Tensor,
  { activation }: Pick<FfnConfig, 'activation'>,
  { active }: Pick<ExpertsConfig, 'active'>,
  { residual, route }: ExpertsRun = {},
): Tensor {
  const { router, experts } = params;
  const width = x.shape.at(-1)!;
  const tokens = x.size / width;
  const rows = reshape(x, [tokens, width]);
  const probabilities = softmax(runLinear(router, rows));
  const { values, indices: chosen } = topK(probabilities, active);
  route?.({ probabilities, chosen });
  const { places, counts } = byExpert(chosen, experts.length);
  const weights = reshape(div(values, sum(values, { axis: -1, keepDims: true })), [tokens * active, 1]);
  const used = [...counts.keys()].filter((expert) => counts[expert] > 0);
  const own = indices(places.map((place) => Math.floor(place / active)));
  const parts = split(
    embedding(rows, own),
    used.map((expert) => counts[expert]),
    0,
  );
  const made = concat(
    used.map((expert, i) => runFfn(experts[expert], parts[i], activation)),
    0,
  );
  const mixed = reshape(scatterRows(mul(made, embedding(weights, indices(places))), own, tokens), x.shape);
  return residual ? add(residual, mixed) : mixed;
}

const indices = (values: Int32Array<ArrayBuffer>): Tensor => fromArray<'i32'>(values, [values.length], 'i32');

/** The places of `chosen`, flat, those of the first expert first, in order; and how many each has. */
function byExpert(chosen: Tensor<'i32'>, experts: number) {
  const counts = expertCounts(chosen, experts);
  const next = new Int32Array(experts);
  for (let expert = 1; expert < experts; expert++) next[expert] = next[expert - 1] + counts[expert - 1];
  const places = new Int32Array(chosen.size);
  chosen.data.forEach((expert, place) => {
    places[next[expert]++] = place;
  });
  return { places, counts };
}

function expertCounts(chosen: Tensor<'i32'>, experts: number): Int32Array {
  const counts = new Int32Array(experts);
  for (const expert of chosen.data) counts[expert]++;
  return counts;
}

/**
 * How unevenly the tokens of a layer are sent: experts·Σ share_e·p_e, share_e of all choices and p_e the mean probability; 1 where all are
 * equal (Fedus et al. 2021, Switch Transformers, arXiv:2101.03961, eq. 4). Its gradient goes through the probabilities.
 */
export function balanceLoss({ probabilities, chosen }: Routing): Tensor {
  const experts = probabilities.shape[1];
  const shares = Float32Array.from(expertCounts(chosen, experts), (count) => (experts * count) / chosen.size);
  return sum(mul(mean(probabilities, { axis: 0 }), fromArray<'f32'>(shares, [experts], 'f32')));
}
