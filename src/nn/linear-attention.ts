/**
 * Linear attention: a kernel in place of the softmax, so that what was read is one matrix for each head (Katharopoulos et al. 2020,
 * "Transformers are RNNs", arXiv:2006.16236). Chunks of the text are read at once, what comes before a chunk through its state.
 */

import {
  add,
  affine,
  broadcastTo,
  concat,
  cumsum,
  div,
  exp,
  fromArray,
  matmul,
  minimum,
  mul,
  ones,
  pad,
  permute,
  relu,
  reshape,
  slice,
  sub,
  type Tensor,
  zeros,
} from '../tensor/index.ts';

/** Tokens that are read at once; states are found at its multiples. */
export const LINEAR_CHUNK = 64;
/** Numbers that a layer knows of what it has read. */
export const linearStateSize = (heads: number, headSize: number): number => heads * headSize * (headSize + 1);
/** Keeps what is divided by above 0. */
const EPS = 1e-6;

/** elu(x) + 1: above 0 everywhere. */
const feature = (x: Tensor): Tensor => add(relu(x), exp(minimum(x, zeros([1], x.dtype as 'f32'))));

export interface LinearAttention {
  /** As q. */
  readonly mixed: Tensor;
  /** What is known after each chunk, [B, H, chunks, Dh, Dh + 1]: Σ φ(k)·[v, 1]ᵀ. */
  readonly states: Tensor;
}

/**
 * Causal linear attention of q [B, T, H, Dh] over k, v [B, T, KV, Dh]: φ(q)·Σ φ(k)vᵀ / φ(q)·Σ φ(k), φ = elu + 1. Time and memory grow
 * with T; `state` [B, H, Dh, Dh + 1] is what was read before.
 */
export function linearAttention(q: Tensor, k: Tensor, v: Tensor, state?: Tensor): LinearAttention {
  const [batch, length, heads, size] = q.shape;
  const chunk = Math.min(LINEAR_CHUNK, length);
  const chunks = Math.ceil(length / chunk);
  // [B, T, H, n] as [B, H, chunks, chunk, n]; what fills up the last chunk adds nothing.
  const inChunks = (x: Tensor): Tensor => {
    const filled = chunks * chunk > length ? pad(x, 1, 0, chunks * chunk - length) : x;
    return reshape(permute(filled, [0, 2, 1, 3]), [batch, heads, chunks, chunk, x.shape[3]]);
  };
  const [keys, values] = [k, v].map((x) => forEachHead(x, heads));
  const query = inChunks(feature(q));
  const key = inChunks(feature(keys));
  const value = inChunks(concat([values, ones([batch, length, heads, 1], v.dtype as 'f32')], -1));
  const added = matmul(key, value, { transA: true });
  const since = cumsum(added, 2);
  const before = reshape(
    state ?? zeros([1], since.dtype as 'f32'),
    state ? [batch, heads, 1, size, size + 1] : [1],
  );
  const states = add(since, before);
  const near = mul(matmul(query, key, { transB: true }), lowerTriangle(chunk));
  const sums = add(matmul(near, value), matmul(query, sub(states, added)));
  const ratio = div(slice(sums, -1, 0, size), affine(slice(sums, -1, size), 1, EPS));
  const mixed = permute(reshape(ratio, [batch, heads, chunks * chunk, size]), [0, 2, 1, 3]);
  return { mixed: slice(mixed, 1, 0, length), states };
}

/** Keys or values [B, T, KV, Dh] for each of the heads that share them. */
function forEachHead(x: Tensor, heads: number): Tensor {
  const [batch, length, kvHeads, size] = x.shape;
  if (kvHeads === heads) return x;
  const shared = reshape(x, [batch, length, kvHeads, 1, size]);
  return reshape(broadcastTo(shared, [batch, length, kvHeads, heads / kvHeads, size]), [
    batch,
    length,
    heads,
    size,
  ]);
}

function lowerTriangle(n: number): Tensor {
  const values = new Float32Array(n * n);
  for (let i = 0; i < n; i++) values.fill(1, i * n, i * n + i + 1);
  return fromArray<'f32'>(values, [n, n], 'f32');
}
