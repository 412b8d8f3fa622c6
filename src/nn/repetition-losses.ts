/**
 * Losses against repetition, on logits and hidden states. Shapes: R rows of logits (places in text), V = vocabulary,
 * K candidates for each row, B sequences of T places with hidden states of width D.
 */

import {
  abs,
  affine,
  crossEntropy,
  exp,
  expandDims,
  fromArray,
  gather,
  log,
  logSumExp,
  matmul,
  maximum,
  mul,
  neg,
  relu,
  rsqrt,
  scatterAdd,
  square,
  sub,
  sum,
  type Tensor,
  withRecording,
} from '../tensor/index.ts';

/** For each row some tokens, padded to the same number of places. */
export interface Candidates {
  /** i32 [R, K], each id at most once in a row where its weight is not 0. */
  readonly ids: Tensor;
  /** [R, K]; 0 for places that hold nothing. */
  readonly weights: Tensor;
}

/** The probability of each candidate: [R, K]. Of the size of the vocabulary only the gradient exists. */
function candidateProbabilities(logits: Tensor, ids: Tensor): Tensor {
  return exp(sub(gather(logits, ids, -1), logSumExp(logits, { keepDims: true })));
}

/** −log max(1 − p, floor): no gradient flows below the floor. */
function negativeLogComplement(p: Tensor, floor: number): Tensor {
  return neg(log(maximum(affine(p, -1, 1), floor)));
}

/**
 * Σ w·−log(1 − p(c)) over the candidates c of every row: they shall become less likely (Welleck et al. 2019, arXiv
 * 1908.04319). `floor` is the least 1 − p: 1e-5 at token level (default), 1e-20 at sequence level in the paper's code.
 */
export function unlikelihood(
  logits: Tensor,
  { ids, weights }: Candidates,
  { floor = 1e-5 }: { readonly floor?: number } = {},
): Tensor {
  return sum(mul(negativeLogComplement(candidateProbabilities(logits, ids), floor), weights));
}

/**
 * Logits [R, V] whose softmax is p′ ∝ γ·p for tokens not among `seen`, p for the others (ScaleGrad, Lin et al. 2021):
 * the likelihood of p′ pushes novel tokens harder. The common factor goes: seen tokens get −log γ.
 */
export function scaleNovel(logits: Tensor, { ids, weights }: Candidates, gamma: number): Tensor {
  return scatterAdd(logits, ids, affine(weights, -Math.log(gamma), 0), -1);
}

/**
 * SimCTG's contrastive loss (Su et al. 2022, arXiv 2202.06417): the mean of max(0, ρ − 1 + cos(hᵢ, hⱼ)) over ordered
 * pairs i ≠ j of one sequence. hidden [B, T, D]; `counts` [B] are the places of each sequence that are no padding.
 */
export function contrastiveLoss(hidden: Tensor, margin: number, counts?: ArrayLike<number>): Tensor {
  const [batch, length] = hidden.shape;
  const unit = mul(hidden, rsqrt(sum(square(hidden), { axis: -1, keepDims: true })));
  const cosines = matmul(unit, unit, { transB: true });
  const mask = new Float32Array(batch * length * length);
  let pairs = 0;
  for (let b = 0; b < batch; b++) {
    const count = counts?.[b] ?? length;
    pairs += count * (count - 1);
    for (let i = 0; i < count; i++) {
      const row = (b * length + i) * length;
      mask.fill(1, row, row + count);
      mask[row + i] = 0;
    }
  }
  const above = relu(affine(cosines, 1, margin - 1));
  return affine(sum(mul(above, like(mask, cosines))), 1 / Math.max(1, pairs), 0);
}

/** How far a probability may rise over the one of the occurrence before. */
export type DittoForm = 'nl' | 'nl-clip' | 'mse';

export interface DittoOptions {
  /** λ: the share of the earlier probability that may stay. */
  readonly lambda: number;
  /**
   * `nl` −log(1 − |p − λp*|), the paper's; `nl-clip` −log(1 − max(0, p − λp*)); `mse` 3·(p − λp*)², which counts every
   * place, with p* = 0 where there is none, as the paper's code does. Default `nl`.
   */
  readonly form?: DittoForm;
}

/**
 * DITTO's loss on text in which a sentence is repeated (Xu et al. 2022, arXiv 2206.02369): p of each target, p* of the
 * same target one repetition earlier (constant to the gradient), mean over the rows that have one. logits [R, V], targets
 * i32 [R]; `previous[r]` is the row of p*, −1 where there is none.
 */
export function dittoLoss(
  logits: Tensor,
  targets: Tensor,
  previous: Int32Array,
  { lambda, form = 'nl' }: DittoOptions,
): Tensor {
  const p = exp(neg(crossEntropy(logits, targets, { reduction: 'none' })));
  const counted = Float32Array.from(previous, (row) => (row < 0 ? 0 : 1));
  const earlier = Float64Array.from(previous, (row) => (row < 0 ? 0 : lambda * p.data[row]));
  const count = counted.reduce((n, x) => n + x, 0);
  const excess = sub(p, like(earlier, p));
  const mean = (x: Tensor): Tensor => affine(sum(x), 1 / Math.max(1, count), 0);
  if (form === 'mse') return mean(affine(square(excess), 3, 0));
  const distance = form === 'nl' ? abs(excess) : relu(excess);
  return mean(mul(negativeLogComplement(distance, 1e-20), like(counted, p)));
}

/**
 * Which candidates the model now ranks above the target of their row: weights 1 or 0, as `weights` where those are not 0.
 * An automatic choice: only tokens that would be repeated by mistake are pushed down. Constant to the gradient.
 */
export function aboveTarget(logits: Tensor, targets: Tensor, { ids, weights }: Candidates): Candidates {
  return withRecording(false, () => {
    const safe = Int32Array.from(targets.data, (id) => Math.max(0, id));
    const own = gather(logits, expandDims(fromArray<'i32'>(safe, [safe.length], 'i32'), -1), -1);
    const scores = gather(logits, ids, -1);
    const k = ids.shape[1];
    const chosen = Float32Array.from(weights.data, (w, i) =>
      w !== 0 && scores.data[i] > own.data[Math.floor(i / k)] ? w : 0,
    );
    return { ids, weights: like(chosen, weights) };
  });
}

/** Constant numbers in the shape and type of another tensor. */
function like(values: Float32Array | Float64Array, x: Tensor): Tensor {
  return x.dtype === 'f64'
    ? fromArray<'f64'>(Float64Array.from(values), x.shape, 'f64')
    : fromArray<'f32'>(Float32Array.from(values), x.shape, 'f32');
}
