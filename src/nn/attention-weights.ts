/** Where attention looks, and attention by plain ops: for scores that the fused op cannot make, and for those who want to see them. */

import {
  type AttentionOptions,
  add,
  affine,
  fromArray,
  matmul,
  permute,
  reshape,
  softmax,
  type Tensor,
} from '../tensor/index.ts';
import { softcap } from './losses.ts';
import { isSeen, type SparsePattern } from './sparse-attention.ts';

/** How scores are made of products. */
export interface ScoreOptions {
  readonly scale: number;
  /** Keeps scores within ± this (Gemma 2, 2024), before anything is added. 0: off. */
  readonly softcap?: number;
  /** Are added to the scores, as far as they go broadcast to [batch, heads, queries, keys]: `maskBias`, and what positions say. */
  readonly biases: readonly Tensor[];
}

/** Sizes of scores. */
export interface ScoreSizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

/** Stands for −∞: its share of the softmax is 0 in f32, and a query that sees nothing mixes all evenly. */
const FAR = -1e9;

/**
 * Weights [batch, heads, queries, keys]: softmax(scale·q·kᵀ + biases) of q [batch, queries, heads, headSize] over
 * k [batch, keys, kvHeads, headSize]; heads is a multiple of kvHeads.
 */
export function attentionWeights(q: Tensor, k: Tensor, options: ScoreOptions): Tensor {
  const { scale, softcap: cap = 0, biases } = options;
  const [batch, queries, heads, headSize] = q.shape;
  const [, keys, kvHeads] = k.shape;
  // Heads that share keys stand one after another.
  const grouped = reshape(permute(q, [0, 2, 1, 3]), [batch, kvHeads, (heads / kvHeads) * queries, headSize]);
  const products = matmul(affine(grouped, scale, 0), permute(k, [0, 2, 1, 3]), { transB: true });
  const scores = reshape(cap ? softcap(products, cap) : products, [batch, heads, queries, keys]);
  return softmax(biases.length ? add(scores, biases.reduce(add)) : scores);
}

/**
 * Attention of q [batch, queries, heads, headSize] over k, v [batch, keys, kvHeads, headSize], shape as q, by plain ops. Equals
 * `attention`, except where a query sees nothing, and can do what that cannot: any bias with a gradient, and a soft cap.
 * The scores [batch, heads, queries, keys] stand in memory, some four times in training.
 */
export function plainAttention(q: Tensor, k: Tensor, v: Tensor, options: ScoreOptions): Tensor {
  const [batch, queries, heads, headSize] = q.shape;
  const [, keys, kvHeads] = k.shape;
  const weights = reshape(attentionWeights(q, k, options), [
    batch,
    kvHeads,
    (heads / kvHeads) * queries,
    keys,
  ]);
  const mixed = matmul(weights, permute(v, [0, 2, 1, 3]));
  return permute(reshape(mixed, [batch, heads, queries, headSize]), [0, 2, 1, 3]);
}

/** What masks and ALiBi add to scores, [batch or 1, heads or 1, queries, keys]. Queries are the last of the keys, as in `attention`. */
export function maskBias(
  { batch, heads, queries, keys }: ScoreSizes,
  masks: Omit<AttentionOptions, 'scale'> & { readonly pattern?: SparsePattern },
): Tensor {
  const { causal, window = 0, alibiSlopes, prefixLengths, keyStart, keyEnd, pattern } = masks;
  const rows = prefixLengths || keyStart || keyEnd ? batch : 1;
  const tables = alibiSlopes ? heads : 1;
  const bias = new Float32Array(rows * tables * queries * keys);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const prefix = prefixLengths?.[row] ?? 0;
    const start = keyStart?.[row] ?? 0;
    const end = keyEnd?.[row] ?? keys;
    for (let head = 0; head < tables; head++) {
      const slope = alibiSlopes?.[head] ?? 0;
      for (let place = keys - queries; place < keys; place++) {
        for (let key = 0; key < keys; key++) {
          const isBehind = !causal || key <= place || key < prefix;
          const isNear = window === 0 || place - key < window;
          const isInPattern = !pattern || key < prefix || isSeen(pattern, place, key);
          const isThere = key >= start && key < end;
          bias[at++] = isBehind && isNear && isInPattern && isThere ? -slope * (place - key) : FAR;
        }
      }
    }
  }
  return fromArray<'f32'>(bias, [rows, tables, queries, keys], 'f32');
}

/** What is added to scores where `hides` [batch, keys] is 1: [batch, 1, 1, keys]. */
export function hidingBias(hides: Tensor): Tensor {
  const [batch, keys] = hides.shape;
  return reshape(affine(hides, FAR, 0), [batch, 1, 1, keys]);
}
