/** Where attention looks: the weights that the fused op never materialises, for those who want to see them. */

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

/**
 * Weights [heads, queries, keys] of one sequence: softmax(scale·q·kᵀ + bias) of q [queries, heads, headSize] over
 * k [keys, kvHeads, headSize]. Queries are the last of the keys, as in `attention`; what a query does not see is 0.
 */
export function attentionWeights(
  q: Tensor,
  k: Tensor,
  options: Omit<AttentionOptions, 'prefixLengths' | 'keyStart' | 'keyEnd'>,
): Tensor {
  const [queries, heads, headSize] = q.shape;
  const [keys, kvHeads] = k.shape;
  const { scale = 1 / Math.sqrt(headSize) } = options;
  // Heads that share keys stand one after another: [kvHeads, group × queries, headSize].
  const grouped = reshape(permute(q, [1, 0, 2]), [kvHeads, (heads / kvHeads) * queries, headSize]);
  const scores = matmul(affine(grouped, scale, 0), permute(k, [1, 0, 2]), { transB: true });
  return softmax(add(reshape(scores, [heads, queries, keys]), biasOf(heads, queries, keys, options)));
}

/** What is added to the scores: −∞ where a query does not see a key, ALiBi's penalty on distance; [heads or 1, queries, keys]. */
function biasOf(
  heads: number,
  queries: number,
  keys: number,
  { causal, window = 0, alibiSlopes }: Pick<AttentionOptions, 'causal' | 'window' | 'alibiSlopes'>,
): Tensor {
  const tables = alibiSlopes ? heads : 1;
  const bias = new Float32Array(tables * queries * keys);
  let at = 0;
  for (let head = 0; head < tables; head++) {
    const slope = alibiSlopes?.[head] ?? 0;
    for (let query = keys - queries; query < keys; query++) {
      for (let key = 0; key < keys; key++) {
        const isSeen = (!causal || key <= query) && (window === 0 || query - key < window);
        bias[at++] = isSeen ? -slope * (query - key) : Number.NEGATIVE_INFINITY;
      }
    }
  }
  return fromArray<'f32'>(bias, [tables, queries, keys], 'f32');
}
