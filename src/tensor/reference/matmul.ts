/**
 * Matrix product. Four rows of a and four columns of b at a time are copied side by side into doubles, so that the inner
 * loop reads forward, holds its sixteen sums in registers and sees one element type only.
 */

import { fromBf16 } from '../../half.ts';
import { Q4Blocks, Q8Blocks, type Stored, type Weights } from '../dtype.ts';
import type { Kernels, MatmulArgs } from '../kernels.ts';
import { numberAt, put, roundToBf16 } from './bf16.ts';
import { fromBlocks, throughInt8 } from './blocks.ts';
import { activationFunctions, activationSlopes } from './scalar.ts';

/** Columns of b are packed in blocks of this many numbers (256 kB), which stay in the cache while rows of a pass. */
const BLOCK = 32768;

/** One side of a product: number p of lane i (a row of op(a), a column of op(b)) is data[start + i·lane + p·depth]. */
interface Side {
  readonly data: Stored;
  readonly start: number;
  readonly lanes: number;
  readonly lane: number;
  readonly depth: number;
}

/** The numbers behind weights in blocks; other operands as they are. */
function unpacked(b: Weights, { n, k }: MatmulArgs): Stored {
  if (!(b instanceof Q8Blocks || b instanceof Q4Blocks)) return b;
  const numbers = new Float32Array(n * k);
  fromBlocks(b, numbers);
  return numbers;
}

export const matmulKernels: Pick<Kernels, 'matmul'> = {
  matmul(x, weights, out, args) {
    const b = unpacked(weights, args);
    const a = args.precision === 'int8' && b !== weights ? throughInt8(x) : x;
    const { batch, m, n, k, transA, transB, aBatchStride, bBatchStride } = args;
    const stored = a instanceof Uint16Array || b instanceof Uint16Array;
    const tooFewRows = m < 4 && args.precision !== 'bf16' && !stored;
    const multiply = tooFewRows ? multiplyRows : multiplyBlocks;
    for (let i = 0; i < batch; i++) {
      const rows = {
        data: a,
        start: i * aBatchStride,
        lanes: m,
        lane: transA ? 1 : k,
        depth: transA ? m : 1,
      };
      const columns = {
        data: b,
        start: i * bBatchStride,
        lanes: n,
        lane: transB ? k : 1,
        depth: transB ? 1 : n,
      };
      multiply(rows, columns, out, i * m * n, args);
    }
  },
};

/** Packing b does not pay for a few rows: each is multiplied as it lies. */
function multiplyRows(a: Side, b: Side, out: Stored, outStart: number, args: MatmulArgs): void {
  const sums = new Float64Array(args.n);
  for (let i = 0; i < args.m; i++) {
    sums.fill(0);
    if (b.depth === 1) addDots(a, i, b, args.k, sums);
    else addScaledRows(a, i, b, args.k, sums);
    storeRow(sums, 0, args.n, out, outStart + i * args.n, 0, args);
  }
}

function addDots(a: Side, row: number, b: Side, k: number, sums: Float64Array): void {
  const vector = new Float64Array(k);
  for (let p = 0; p < k; p++) vector[p] = a.data[a.start + row * a.lane + p * a.depth];
  for (let j = 0; j < sums.length; j++) {
    const at = b.start + j * b.lane;
    let sum = 0;
    for (let p = 0; p < k; p++) sum += vector[p] * b.data[at + p];
    sums[j] = sum;
  }
}

function addScaledRows(a: Side, row: number, b: Side, k: number, sums: Float64Array): void {
  for (let p = 0; p < k; p++) {
    const factor = a.data[a.start + row * a.lane + p * a.depth];
    const at = b.start + p * b.depth;
    for (let j = 0; j < sums.length; j++) sums[j] += factor * b.data[at + j];
  }
}

function multiplyBlocks(a: Side, b: Side, out: Stored, outStart: number, args: MatmulArgs): void {
  const { m, n, k } = args;
  const columns = Math.min(n + 3, Math.max(4, Math.floor(BLOCK / Math.max(k, 1)))) & ~3;
  const bPanels = new Float64Array(columns * k);
  const aPanel = new Float64Array(4 * k);
  const tile = new Float64Array(16);
  for (let firstColumn = 0; firstColumn < n; firstColumn += columns) {
    const end = Math.min(n, firstColumn + columns);
    for (let j = firstColumn; j < end; j += 4) pack(b, j, k, bPanels, (j - firstColumn) * k);
    convert(b.data, bPanels, args);
    for (let i = 0; i < m; i += 4) {
      pack(a, i, k, aPanel, 0);
      convert(a.data, aPanel, args);
      for (let j = firstColumn; j < end; j += 4) {
        multiplyPanels(aPanel, bPanels, (j - firstColumn) * k, k, tile);
        for (let r = 0; r < 4 && i + r < m; r++) {
          storeRow(tile, 4 * r, Math.min(4, n - j), out, outStart + (i + r) * n + j, j, args);
        }
      }
    }
  }
}

/** panel[at + 4p + i] = number p of lane first + i; lanes beyond the last are zero. */
function pack(side: Side, first: number, k: number, panel: Float64Array, at: number): void {
  const { data, depth } = side;
  const end = at + 4 * k;
  for (let i = 0; i < 4; i++) {
    let from = side.start + (first + i) * side.lane;
    if (first + i >= side.lanes) for (let to = at + i; to < end; to += 4) panel[to] = 0;
    else for (let to = at + i; to < end; to += 4, from += depth) panel[to] = data[from];
  }
}

/** Turns packed bf16 patterns into numbers, and rounds numbers to bf16 when the product is to be done in it. */
function convert(data: Stored, panel: Float64Array, args: MatmulArgs): void {
  if (data instanceof Uint16Array) for (let i = 0; i < panel.length; i++) panel[i] = fromBf16(panel[i]);
  else if (args.precision === 'bf16') for (let i = 0; i < panel.length; i++) panel[i] = roundToBf16(panel[i]);
}

/** tile[4r + c] = Σₚ a[4p + r]·b[4p + c]. */
function multiplyPanels(
  a: Float64Array,
  b: Float64Array,
  bStart: number,
  k: number,
  tile: Float64Array,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = zeros;
  let [s20, s21, s22, s23, s30, s31, s32, s33] = zeros;
  for (let i = 0, j = bStart; i < 4 * k; i += 4, j += 4) {
    const b0 = b[j];
    const b1 = b[j + 1];
    const b2 = b[j + 2];
    const b3 = b[j + 3];
    const a0 = a[i];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    const a1 = a[i + 1];
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    const a2 = a[i + 2];
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
    const a3 = a[i + 3];
    s30 += a3 * b0;
    s31 += a3 * b1;
    s32 += a3 * b2;
    s33 += a3 * b3;
  }
  tile.set([s00, s01, s02, s03, s10, s11, s12, s13, s20, s21, s22, s23, s30, s31, s32, s33]);
}

const zeros = [0, 0, 0, 0, 0, 0, 0, 0];

/** Bias, activation and what its gradient needs, factor, residual and accumulation: `count` sums of one row, from `column` on, become out[at…]. */
function storeRow(
  sums: Float64Array,
  sumsAt: number,
  count: number,
  out: Stored,
  at: number,
  column: number,
  args: MatmulArgs,
): void {
  const { bias, residual, preActivation, slope, factor, accumulate } = args;
  const activation = activationFunctions[args.activation];
  const slopeAt = activationSlopes[args.activation];
  for (let j = 0; j < count; j++) {
    const sum = sums[sumsAt + j] + (bias ? bias[column + j] : 0);
    if (preActivation) put(preActivation, at + j, sum);
    if (slope) put(slope, at + j, slopeAt(sum));
    const own = factor ? activation(sum) * numberAt(factor, at + j) : activation(sum);
    const value = residual ? own + residual[at + j] : own;
    put(out, at + j, accumulate ? numberAt(out, at + j) + value : value);
  }
}
