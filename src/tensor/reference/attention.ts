/**
 * Attention (Vaswani et al. 2017), one query at a time. Only the log-sum-exp of each query is kept; its gradient computes
 * the scores again (Dao et al. 2022). Vectors are copied into doubles first: the inner loops see one element type.
 */

import { fromBf16 } from '../../half.ts';
import type { Floats, Stored } from '../dtype.ts';
import type { AttentionArgs, Kernels } from '../kernels.ts';
import { numberAt, put, roundToBf16 } from './bf16.ts';

export const attentionKernels: Pick<Kernels, 'attention' | 'attentionPaged' | 'attentionGrad'> = {
  attention(q, k, v, out, lse, args) {
    const { keys, headSize } = args;
    const round = roundingOf(args);
    const scores = new Float64Array(keys);
    const sum = new Float64Array(headSize);
    forEachKeyHead(args, (keyHead, queryHeads) => {
      const keyRows = round(headRows(k, keyHead, args));
      const valueRows = round(headRows(v, keyHead, args));
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
        for (let i = 0; i < headSize; i++) put(out, place.outAt + i, first < end ? sum[i] / total : 0);
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
      const inRow = (x: Stored): Floats => {
        const all = new (q.constructor as Float32ArrayConstructor)(own.length * pageSize);
        own.forEach((page, j) => {
          const kept = x.subarray(page * pageSize, (page + 1) * pageSize);
          all.set(kept instanceof Uint16Array ? Float32Array.from(kept, fromBf16) : kept, j * pageSize);
        });
        return all;
      };
      const end = at + queries * heads * headSize;
      const lse = new Float64Array(heads * queries);
      const shape = {
        ...args,
        ...{ batch: 1, queries, keys, rowQ: 0, rowK: 0, causal: true, precision: 'f32' as const }, // it may round, and does not
      };
      attentionKernels.attention(q.subarray(at, end), inRow(k), inRow(v), out.subarray(at, end), lse, shape);
      at = end;
    }
  },

  /** With P = exp(score − lse): dV = Pᵀ·g; dS = P∘(g·Vᵀ − Σ g∘out); dQ = scale·dS·K; dK = scale·dSᵀ·Q. */
  attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, args) {
    const { keys, headSize, scale } = args;
    const round = roundingOf(args);
    const pair = new Float64Array(2);
    const querySum = new Float64Array(headSize);
    const keySums = new Float64Array(keys * headSize);
    const valueSums = new Float64Array(keys * headSize);
    forEachKeyHead(args, (keyHead, queryHeads) => {
      const keyRows = round(headRows(k, keyHead, args));
      const valueRows = round(headRows(v, keyHead, args));
      keySums.fill(0);
      valueSums.fill(0);
      for (const place of queriesOf(args, queryHeads)) {
        const query = round(doubles(q, place.at, headSize));
        const g = round(doubles(grad, place.outAt, headSize));
        const gradDotOut = dot(g, 0, doubles(out, place.outAt, headSize), 0, headSize);
        querySum.fill(0);
        for (let s = place.first; s < place.end; s++) {
          pair[0] = Math.exp(score(args, place, query, keyRows, s) - lse[place.row]);
          pair[1] = pair[0] * (dot(g, 0, valueRows, s * headSize, headSize) - gradDotOut);
          const [weight, gradScore] = round(pair);
          addScaled(querySum, 0, scale * gradScore, keyRows, s * headSize, headSize);
          addScaled(keySums, s * headSize, scale * gradScore, query, 0, headSize);
          addScaled(valueSums, s * headSize, weight, g, 0, headSize);
        }
        for (let i = 0; i < headSize; i++) put(gradQ, place.at + i, querySum[i]);
      }
      writeHeadRows(keySums, gradK, keyHead, args);
      writeHeadRows(valueSums, gradV, keyHead, args);
    });
  },
};

interface Head {
  readonly batch: number;
  readonly head: number;
}

/** One query: where its vector, its result and its log-sum-exp lie, its position, and the keys [first, end) that it sees. */
interface QueryPlace extends Head {
  readonly at: number;
  readonly outAt: number;
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
  const step = args.rowQ || heads * headSize;
  for (const { batch, head } of queryHeads) {
    for (let t = 0; t < queries; t++) {
      const position = keys - queries + t;
      const token = batch * queries + t;
      const at = token * step + head * headSize;
      const outAt = (token * heads + head) * headSize;
      const row = (batch * heads + head) * queries + t;
      yield { batch, head, at, outAt, row, position, ...visibleKeys(args, batch, position) };
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
  if (precision !== 'bf16') return (numbers) => numbers;
  return (numbers) => {
    for (let i = 0; i < numbers.length; i++) numbers[i] = roundToBf16(numbers[i]);
    return numbers;
  };
}

function doubles(x: Stored, at: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => numberAt(x, at + i));
}

/** Where the keys of one head of k or v begin, and how far apart they lie. */
function placesOf({ batch, head }: Head, { keys, kvHeads, headSize, rowK }: AttentionArgs) {
  const step = rowK || kvHeads * headSize;
  return { start: batch * keys * step + head * headSize, step };
}

/** The rows of one head of k or v, together. */
function headRows(x: Stored, head: Head, args: AttentionArgs): Float64Array {
  const { keys, headSize } = args;
  const { start, step } = placesOf(head, args);
  const copy = new Float64Array(keys * headSize);
  for (let row = 0; row < keys; row++) copy.set(doubles(x, start + row * step, headSize), row * headSize);
  return copy;
}

function writeHeadRows(from: Float64Array, x: Stored, head: Head, args: AttentionArgs): void {
  const { headSize } = args;
  const { start, step } = placesOf(head, args);
  from.forEach((value, i) => {
    put(x, start + Math.floor(i / headSize) * step + (i % headSize), value);
  });
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
