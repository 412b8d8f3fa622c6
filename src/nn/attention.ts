/** Self-attention with any grouping of heads (Vaswani et al. 2017; Shazeer 2019; Ainslie et al. 2023). */

import { linears, reshape, type Tensor } from '../tensor/index.ts';
import { linearSpec, runLinear } from './linear.ts';
import { type NormConfig, normSpec, runNorm } from './norm.ts';
import type { Initializer, Parameters } from './parameters.ts';

export interface AttentionConfig {
  readonly width: number;
  readonly heads: number;
  /** Heads of keys and values: `heads` is a multiple of it. Equal: multi-head; one: multi-query. */
  readonly kvHeads: number;
  readonly headSize: number;
  /** Biases of the query, key and value projections, and of the output projection. */
  readonly inputBias: boolean;
  readonly outputBias: boolean;
  /** Normalises each head of queries and keys (Dehghani et al. 2023). */
  readonly qkNorm?: NormConfig;
}

/**
 * Mixes values by the scores of q [..., heads, headSize] against k, v [..., kvHeads, headSize]; shape as q. It alone
 * knows about masks, and whether keys come from this pass or from a cache.
 */
export type Attend = (q: Tensor, k: Tensor, v: Tensor) => Tensor;

/** What changes from pass to pass. */
export interface AttentionRun {
  readonly attend: Attend;
  /** Turns queries or keys to their places. */
  readonly rotate?: (x: Tensor) => Tensor;
}

export function attentionSpec(config: AttentionConfig, init: Initializer, outputInit: Initializer) {
  const { width, heads, kvHeads, headSize, inputBias, outputBias, qkNorm } = config;
  const projection = (count: number) => linearSpec(width, count * headSize, { init, bias: inputBias });
  const headNorm = qkNorm && (() => normSpec(headSize, qkNorm));
  const headNorms: { queryNorm?: NormSpecs; keyNorm?: NormSpecs } = headNorm
    ? { queryNorm: headNorm(), keyNorm: headNorm() }
    : {};
  return {
    query: projection(heads),
    key: projection(kvHeads),
    value: projection(kvHeads),
    ...headNorms,
    output: linearSpec(heads * headSize, width, { init: outputInit, bias: outputBias }),
  };
}

type NormSpecs = ReturnType<typeof normSpec>;

export type AttentionParams = Parameters<ReturnType<typeof attentionSpec>>;

/** Self-attention over x [..., width]. */
export function runAttention(
  params: AttentionParams,
  x: Tensor,
  config: AttentionConfig,
  { attend, rotate }: AttentionRun,
): Tensor {
  const { headSize, qkNorm } = config;
  const { query, key, value } = params;
  const rows = x.shape.slice(0, -1);
  const biases = query.bias ? [query.bias, key.bias!, value.bias!] : [];
  let [q, k, v] = linears(x, [query.weight, key.weight, value.weight], biases).map((y) =>
    reshape(y, [...rows, y.shape.at(-1)! / headSize, headSize]),
  );
  if (qkNorm) {
    q = runNorm(params.queryNorm!, q, qkNorm);
    k = runNorm(params.keyNorm!, k, qkNorm);
  }
  if (rotate) {
    q = rotate(q);
    k = rotate(k);
  }
  return runLinear(params.output, reshape(attend(q, k, v), [...rows, config.heads * headSize]));
}
