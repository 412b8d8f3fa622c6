/**
 * Attention (Vaswani et al. 2017), one query at a time. Only the log-sum-exp of each query is kept; its gradient computes
 * the scores again (Dao et al. 2022). Vectors are copied into doubles first: the inner loops see one element type.
 */

import type { Floats } from '../dtype.ts';
import type { AttentionArgs, Kernels } from '../kernels.ts';
import { fromBf16, roundToBf16 } from './bf16.ts';

export const attentionKernels: Pick<Kernels, 'attention' | 'attentionPaged' | 'attentionGrad'> = {
  attention(q, k, v, out, lse, args) {
    const { keys, headSize } = args;
    const round = roundingOf(args);
    const scores = new Float64Array(keys);
    const sum = new Float64Array(headSize);
    forEachKeyHead(args, (keyHead, queryHeads) => {
      const keyRows = round(headRows(k, keyHead, keys, args.kvHeads, headSize));
      const valueRows = round(headRows(v, keyHead, keys, args.kvHeads, headSize));
      for (const place of queriesOf(args, queryHeads)) {
        const { first, end } = place;
        const query = round(doubles(q, place.at, headSize));
        let largest = Number.NEGATIVE_INFINITY;
        for (let s = first; s < end; s++) {
          scores[s] = score(args, place, query, keyRows, s);
          largest = Math.max(largest, scores[s]);
        }
        let total = 0;
        for (let s = first; s < end; s++) {
          scores[s] = Math.exp(scores[s] - largest);
          total += scores[s];
        }
        const weights = round(scores);
        sum.fill(0);
        for (let s = first; s < end; s++) addScaled(sum, 0, weights[s], valueRows, s * headSize, headSize);
        for (let i = 0; i < headSize; i++) out[place.at + i] = first < end ? sum[i] / total : 0;
        lse[place.row] = first < end ? largest + Math.log(total) : Number.NEGATIVE_INFINITY;
      }
    });
  },

  /** The keys and values of each request are laid in a row. */
  attentionPaged(q, k, v, out, { requests, pages, pageTokens, ...args }) {
    const { heads, kvHeads, headSize } = args;
    const pageSize = pageTokens * kvHeads * headSize;
    let at = 0;
    for (let i = 0; i < requests.length; i += 3) {
      const [queries, keys, first] = requests.subarray(i, i + 3);
      const own = pages.subarray(first, first + Math.ceil(keys / pageTokens));
      const inRow = (x: Floats | Uint16Array): Floats => {
        const all = new (q.constructor as Float32ArrayConstructor)(own.length * pageSize);
        own.forEach((page, j) => {
          const kept = x.subarray(page * pageSize, (page + 1) * pageSize);
          all.set(kept instanceof Uint16Array ? Float32Array.from(kept, fromBf16) : kept, j * pageSize);
        });
        return all;
      };
      const end = at + queries * heads * headSize;
      const lse = new Float64Array(heads * queries);
      const shape = { ...args, batch: 1, queries, keys, causal: true, precision: 'f32' as const };
      attentionKernels.attention(q.subarray(at, end), inRow(k), inRow(v), out.subarray(at, end), lse, shape);
      at = end;
    }
  },

  /** With P = exp(score − lse): dV = Pᵀ·g; dS = P∘(g·Vᵀ − Σ g∘out); dQ = scale·dS·K; dK = scale·dSᵀ·Q. */
  attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, args) {
    const { keys, kvHeads, headSize, scale } = args;
    const round = roundingOf(args);
    const pair = new Float64Array(2);
    const querySum = new Float64Array(headSize);
    const keySums = new Float64Array(keys * headSize);
    const valueSums = new Float64Array(keys * headSize);
    forEachKeyHead(args, (keyHead, queryHeads) => {
      const keyRows = round(headRows(k, keyHead, keys, kvHeads, headSize));
      const valueRows = round(headRows(v, keyHead, keys, kvHeads, headSize));
      keySums.fill(0);
      valueSums.fill(0);
      for (const place of queriesOf(args, queryHeads)) {
        const query = round(doubles(q, place.at, headSize));
        const g = round(doubles(grad, place.at, headSize));
        const gradDotOut = dot(g, 0, doubles(out, place.at, headSize), 0, headSize);
        querySum.fill(0);
        for (let s = place.first; s < place.end; s++) {
          pair[0] = Math.exp(score(args, place, query, keyRows, s) - lse[place.row]);
          pair[1] = pair[0] * (dot(g, 0, valueRows, s * headSize, headSize) - gradDotOut);
          const [weight, gradScore] = round(pair);
          addScaled(querySum, 0, scale * gradScore, keyRows, s * headSize, headSize);
          addScaled(keySums, s * headSize, scale * gradScore, query, 0, headSize);
          addScaled(valueSums, s * headSize, weight, g, 0, headSize);
        }
        gradQ.set(querySum, place.at);
      }
      writeHeadRows(keySums, gradK, keyHead, keys, kvHeads, headSize);
      writeHeadRows(valueSums, gradV, keyHead, keys, kvHeads, headSize);
    });
  },
};

interface Head {
  readonly batch: number;
  readonly head: number;
}

/** One query: where its vector and its log-sum-exp lie, its position, and the keys [first, end) that it sees. */
interface QueryPlace extends Head {
  readonly at: number;
  readonly row: number;
  readonly position: number;
  readonly first: number;
  readonly end: number;
}

/** Visits every key head with the query heads that share it. */
function forEachKeyHead(
  { batch, heads, kvHeads }: AttentionArgs,
  visit: (keyHead: Head, queryHeads: Head[]) => void,
): void {
  const group = heads / kvHeads;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < kvHeads; head++) {
      const queryHeads = Array.from({ length: group }, (_, i) => ({ batch: b, head: head * group + i }));
      visit({ batch: b, head }, queryHeads);
    }
  }
}

function* queriesOf(args: AttentionArgs, queryHeads: readonly Head[]): Generator<QueryPlace> {
  const { queries, keys, heads, headSize } = args;
  for (const { batch, head } of queryHeads) {
    for (let t = 0; t < queries; t++) {
      const position = keys - queries + t;
      const at = ((batch * queries + t) * heads + head) * headSize;
      const row = (batch * heads + head) * queries + t;
      yield { batch, head, at, row, position, ...visibleKeys(args, batch, position) };
    }
  }
}

/** The keys that the query at a position sees: always one interval. */
function visibleKeys(args: AttentionArgs, batch: number, position: number): { first: number; end: number } {
  const { keys, causal, window, prefixLengths, keyStart, keyEnd } = args;
  const first = Math.max(keyStart?.[batch] ?? 0, window > 0 ? position - window + 1 : 0, 0);
  const last = causal ? Math.max(position + 1, prefixLengths?.[batch] ?? 0) : keys;
  return { first, end: Math.min(last, keyEnd?.[batch] ?? keys, keys) };
}

/** scale·q·kₛ − slope·(position − s). */
function score(
  args: AttentionArgs,
  place: QueryPlace,
  query: Float64Array,
  keyRows: Float64Array,
  s: number,
): number {
  const bias = args.alibiSlopes ? args.alibiSlopes[place.head] * (place.position - s) : 0;
  return args.scale * dot(query, 0, keyRows, s * args.headSize, args.headSize) - bias;
}

/** What happens to numbers before they are multiplied: nothing, or rounding in place. */
function roundingOf({ precision }: AttentionArgs): (numbers: Float64Array) => Float64Array {
  if (precision === 'f32') return (numbers) => numbers;
  return (numbers) => {
    for (let i = 0; i < numbers.length; i++) numbers[i] = roundToBf16(numbers[i]);
    return numbers;
  };
}

function doubles(x: Floats, at: number, count: number): Float64Array {
  return Float64Array.from(x.subarray(at, at + count));
}

/** The rows of one head of x [B, rows, heads, headSize], together. */
function headRows(
  x: Floats,
  { batch, head }: Head,
  rows: number,
  heads: number,
  headSize: number,
): Float64Array {
  const copy = new Float64Array(rows * headSize);
  for (let row = 0; row < rows; row++) {
    const at = ((batch * rows + row) * heads + head) * headSize;
    copy.set(x.subarray(at, at + headSize), row * headSize);
  }
  return copy;
}

function writeHeadRows(
  from: Float64Array,
  x: Floats,
  { batch, head }: Head,
  rows: number,
  heads: number,
  headSize: number,
): void {
  for (let row = 0; row < rows; row++) {
    const at = ((batch * rows + row) * heads + head) * headSize;
    x.set(from.subarray(row * headSize, (row + 1) * headSize), at);
  }
}

function dot(x: Float64Array, xAt: number, y: Float64Array, yAt: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[xAt + i] * y[yAt + i];
  return sum;
}

/** out += alpha·x. */
function addScaled(
  out: Float64Array,
  outAt: number,
  alpha: number,
  x: Float64Array,
  xAt: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[outAt + i] += alpha * x[xAt + i];
}
