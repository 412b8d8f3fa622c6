/** Self-attention with any grouping of heads (Vaswani et al. 2017; Shazeer 2019; Ainslie et al. 2023). */

import { concat, isBlocks, linear, matmulPrecision, reshape, type Tensor } from '../tensor/index.ts';
import { linearSpec, runLinear, runLinears } from './linear.ts';
import { type NormConfig, normSpec, runNorm } from './norm.ts';
import type { Initializer, Parameters } from './parameters.ts';
import { putBefore, type VirtualKeys } from './virtual-tokens.ts';

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
 * knows about masks, and whether keys come from this pass or from a cache. `bias` is that of the run.
 */
export interface Attend {
  (q: Tensor, k: Tensor, v: Tensor, bias?: Tensor): Tensor;
  /** The same of queries, keys and values side by side: [..., heads + 2·kvHeads, headSize]. Faster, where nothing else wants to see them. */
  readonly packed?: (qkv: Tensor, heads: number) => Tensor;
}

/** What changes from pass to pass. */
export interface AttentionRun {
  readonly attend: Attend;
  /** Turns queries and keys to their places: all heads, or the first `turning`. */
  readonly rotate?: (x: Tensor, turning?: number) => Tensor;
  /** What the position scheme adds to the scores, [heads, queries, keys]: here, so that its gradient is seen to. */
  readonly bias?: Tensor;
}

export function attentionSpec(config: AttentionConfig, init: Initializer, outputInit: Initializer) {
  const { width, heads, kvHeads, headSize, inputBias, outputBias, qkNorm } = config;
  const projection = (count: number) => linearSpec(width, count * headSize, { init, bias: inputBias });
  const headNorm = qkNorm && (() => normSpec(headSize, qkNorm));
  const headNorms: { queryNorm?: NormSpecs; keyNorm?: NormSpecs } = headNorm
    ? { queryNorm: headNorm(), keyNorm: headNorm() }
    : {};
  const virtual: { virtual?: VirtualKeys } = {};
  return {
    query: projection(heads),
    key: projection(kvHeads),
    value: projection(kvHeads),
    ...headNorms,
    ...virtual,
    output: linearSpec(heads * headSize, width, { init: outputInit, bias: outputBias }),
  };
}

type NormSpecs = ReturnType<typeof normSpec>;

export type AttentionParams = Parameters<ReturnType<typeof attentionSpec>>;

/** Self-attention over x [..., width], added to a residual if there is one. */
export function runAttention(
  params: AttentionParams,
  x: Tensor,
  config: AttentionConfig,
  run: AttentionRun,
  residual?: Tensor,
): Tensor {
  const mixed = run.attend.packed && !config.qkNorm && isPlain(params) ? mixPacked : mix;
  const rows = x.shape.slice(0, -1);
  return runLinear(
    params.output,
    reshape(mixed(params, x, config, run), [...rows, config.heads * config.headSize]),
    residual,
  );
}

/** Blocks cannot be put one under another, what adapts is by layer, and what stands before the text has no queries. */
const isPlain = ({ query, key, value, virtual }: AttentionParams): boolean =>
  !virtual && [query, key, value].every(({ weight, adapter }) => !adapter && !isBlocks(weight.dtype));

/** The values that each head takes: [..., heads, headSize]. */
function mix(
  params: AttentionParams,
  x: Tensor,
  { headSize, qkNorm }: AttentionConfig,
  { attend, rotate, bias }: AttentionRun,
): Tensor {
  const { query, key, value, virtual } = params;
  let [q, k, v] = runLinears([query, key, value], x).map((y) => inHeads(y, headSize));
  if (qkNorm) {
    q = runNorm(params.queryNorm!, q, qkNorm);
    k = runNorm(params.keyNorm!, k, qkNorm);
  }
  if (rotate) {
    q = rotate(q);
    k = rotate(k);
  }
  if (virtual) return attend(q, putBefore(virtual.keys, k), putBefore(virtual.values, v), bias);
  return attend(q, k, v, bias);
}

/** The same, by one product for queries, keys and values. */
function mixPacked(
  { query, key, value }: AttentionParams,
  x: Tensor,
  { heads, kvHeads, headSize }: AttentionConfig,
  { attend, rotate }: AttentionRun,
): Tensor {
  const weight = concat([query.weight, key.weight, value.weight], 0);
  const bias = query.bias && concat([query.bias, key.bias!, value.bias!], 0);
  const qkv = linear(x, weight, { bias, rounded: matmulPrecision() === 'bf16' });
  const all = inHeads(qkv, headSize);
  return attend.packed!(rotate ? rotate(all, heads + kvHeads) : all, heads);
}

/** [..., heads·headSize] as [..., heads, headSize]. */
export const inHeads = (y: Tensor, headSize: number): Tensor =>
  reshape(y, [...y.shape.slice(0, -1), y.shape.at(-1)! / headSize, headSize]);
