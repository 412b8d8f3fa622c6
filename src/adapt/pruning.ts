/** Pruning: weights that matter least become 0, or neurons go. What matters is told by the weights, or by what they multiply. */

import type { ExpertsParams, FfnParams, LinearParams } from '../nn/index.ts';
import { fromArray, outsideScopes, type Tensor } from '../tensor/index.ts';
import { linearWeights } from './adapter.ts';
import { fail } from './errors.ts';
import type { InputNorms } from './layer-inputs.ts';
import { withParams } from './select.ts';

/**
 * `magnitude`: the smallest |W|. `wanda`: the smallest |W|·‖x‖₂, where x is what a weight multiplies (Sun et al. 2023,
 * arXiv:2306.11695). `structured`: whole feed-forward neurons, so that matrices shrink.
 */
export interface Pruning {
  readonly method: 'magnitude' | 'wanda' | 'structured';
  /** The share that goes; or, of each `of` weights in a row, `keep` stay (2:4 is what some processors multiply faster). */
  readonly amount: { readonly share: number } | { readonly keep: number; readonly of: number };
}

/** Reads `magnitude:0.5`, `wanda:0.5`, `wanda:2:4`, `structured:0.25`; `2:4` is by magnitude. @throws `adapt/pruning`. */
export function parsePruning(spec: string): Pruning {
  const found = /^(?:(magnitude|wanda|structured):)?(?:(\d+):(\d+)|(0?\.\d+))$/.exec(spec.trim());
  if (!found) throw fail('adapt/pruning', { got: spec });
  const [, name, keep, of, share] = found;
  const method = (name ?? 'magnitude') as Pruning['method'];
  const isGroups = keep !== undefined;
  const fits = isGroups ? method !== 'structured' && 0 < +keep && +keep < +of : name && +share > 0;
  if (!fits) throw fail('adapt/pruning', { got: spec });
  return { method, amount: isGroups ? { keep: +keep, of: +of } : { share: +share } };
}

/** Whether what enters the layers must be known. */
export const needsNorms = ({ method }: Pruning): boolean => method !== 'magnitude';

/** Scores of one place where weights compete, beside the weights. */
interface Part {
  readonly weights: Float32Array;
  readonly scores: Float32Array;
}

/**
 * A copy with zeros in the linear layers of the blocks: of all of them together the smallest by magnitude, of each output the
 * smallest by Wanda's score, of each group of neighbours those that must go (a shorter group at the end of a row stays).
 */
export function pruneWeights<Params>(
  params: Params,
  { method, amount }: Pruning,
  norms?: InputNorms,
): Params {
  const pruned = [...linearWeights(params)].map(([path, weight]) => {
    const weights = Float32Array.from(weight.data as Float32Array);
    const [, inputs] = weight.shape;
    const norm = method === 'wanda' ? norms!.get(path)! : undefined;
    const scores = weights.map((w, i) => Math.abs(w) * (norm ? norm[i % inputs] : 1));
    return { path, shape: weight.shape, weights, scores };
  });
  if ('share' in amount && method === 'magnitude') {
    const total = pruned.reduce((sum, { weights }) => sum + weights.length, 0);
    zeroLowest(pruned, Math.round(total * amount.share));
  } else {
    for (const { shape, ...part } of pruned) {
      const [, inputs] = shape;
      for (let row = 0; row < part.weights.length; row += inputs) {
        if ('share' in amount) zeroLowest([cut(part, row, inputs)], Math.floor(inputs * amount.share));
        else zeroGroups(cut(part, row, inputs), amount);
      }
    }
  }
  return outsideScopes(() => {
    const tensors = pruned.map(({ path, weights, shape }) => [
      `${path}.weight`,
      fromArray<'f32'>(weights, shape, 'f32'),
    ]);
    return withParams(params, Object.fromEntries(tensors));
  });
}

const cut = ({ weights, scores }: Part, from: number, count: number): Part => ({
  weights: weights.subarray(from, from + count),
  scores: scores.subarray(from, from + count),
});

function zeroGroups(row: Part, { keep, of }: { readonly keep: number; readonly of: number }): void {
  for (let from = 0; from + of <= row.weights.length; from += of) zeroLowest([cut(row, from, of)], of - keep);
}

/** Sets the `count` weights of lowest score to 0; of equals those that come first. */
function zeroLowest(parts: readonly Part[], count: number): void {
  if (count === 0) return;
  const sorted = new Float32Array(parts.reduce((sum, { scores }) => sum + scores.length, 0));
  let at = 0;
  for (const { scores } of parts) {
    sorted.set(scores, at);
    at += scores.length;
  }
  sorted.sort();
  const threshold = sorted[count - 1];
  // Of those that equal the threshold, so many.
  let equals = count - sorted.indexOf(threshold);
  for (const { weights, scores } of parts) {
    for (let i = 0; i < scores.length; i++) {
      if (scores[i] < threshold || (scores[i] === threshold && equals-- > 0)) weights[i] = 0;
    }
  }
}

interface WithFfn {
  readonly blocks: readonly { readonly ffn: FfnParams | ExpertsParams }[];
}

/**
 * A copy whose feed-forward parts have `size` neurons each: those stay that write most into the residual stream, by the norm
 * of their activation times that of their column in `down`. The model's `ffnSize` is then `size`.
 */
export function pruneNeurons<Params extends WithFfn>(
  params: Params,
  size: number,
  norms: InputNorms,
): Params {
  const blocks = params.blocks.map((block, i) => {
    if ('experts' in block.ffn) throw fail('adapt/prune-experts', {});
    const { gate, up, down } = block.ffn;
    const kept = loudest(down.weight, norms.get(`blocks.${i}.ffn.down`)!, size);
    const ffn: FfnParams = {
      ...(gate && { gate: outputsOf(gate, kept) }),
      up: outputsOf(up, kept),
      down: { ...down, weight: pick(down.weight, { columns: kept }) },
    };
    return { ...block, ffn };
  });
  return { ...params, blocks };
}

/** The `count` inputs of a matrix that add most to its outputs, in their order. */
function loudest({ data, shape: [outputs, inputs] }: Tensor, norms: Float64Array, count: number): number[] {
  const squares = new Float64Array(inputs);
  for (let i = 0; i < outputs * inputs; i++) squares[i % inputs] += Number(data[i]) ** 2;
  const scores = squares.map((square, input) => Math.sqrt(square) * norms[input]);
  return [...scores.keys()]
    .sort((a, b) => scores[b] - scores[a])
    .slice(0, count)
    .sort((a, b) => a - b);
}

const outputsOf = ({ weight, bias }: LinearParams, kept: readonly number[]): LinearParams => ({
  weight: pick(weight, { rows: kept }),
  ...(bias && { bias: pick(bias, { rows: kept }) }),
});

/** Some rows or columns of a matrix; numbers of a vector. */
function pick(
  { data, shape: [height, width = 1], shape }: Tensor,
  {
    rows = [...Array(height).keys()],
    columns = [...Array(width).keys()],
  }: { readonly rows?: readonly number[]; readonly columns?: readonly number[] },
): Tensor {
  const picked = new Float32Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) for (const column of columns) picked[at++] = Number(data[row * width + column]);
  const size = shape.length === 1 ? [rows.length] : [rows.length, columns.length];
  return outsideScopes(() => fromArray<'f32'>(picked, size, 'f32'));
}

/** The share of zeros in the linear layers of the blocks. */
export function sparsityOf(params: unknown): number {
  let [zeros, total] = [0, 0];
  for (const { data } of linearWeights(params).values()) {
    total += data.length;
    for (let i = 0; i < data.length; i++) if (Number(data[i]) === 0) zeros++;
  }
  return zeros / total;
}
