/** Matrix products on a GPU: 64 threads make a tile of 32 × 32, each 4 × 4 numbers, from 16 numbers of every row and column at a time. */

import { activationCodes, type Kernels } from '../kernels.ts';
import { fail } from './errors.ts';
import { LANES, program } from './program.ts';
import { activationFunctions } from './scalar.ts';
import type { Session } from './session.ts';

const TILE = 32;
const DEPTH = 16;
/** Four numbers side by side are one vector. */
const VECTORS = (DEPTH * TILE) / 4;

/** Numbers p of rows first … first + 3, or of columns; 0 outside. */
const loading = (side: 'a' | 'b', lanes: 'm' | 'n', isTurned: string): string => /* wgsl */ `
fn load_${side}(start: u32, p: u32, first: u32) -> vec4f {
  var four = vec4f();
  if (p >= args.k) { return four; }
  for (var j = 0u; j < 4u; j++) {
    let lane = first + j;
    if (lane < args.${lanes}) { four[j] = ${side}(start + select(lane * args.k + p, p * args.${lanes} + lane, ${isTurned})); }
  }
  return four;
}`;

const matmul = program({
  name: 'matmul',
  runs: 'tiles',
  reads: { a: 'f32', b: 'f32', bias: 'f32', residual: 'f32', factor: 'f32' },
  writes: { out: 'f32', kept: 'f32' },
  numbers: {
    m: 'u32',
    n: 'u32',
    k: 'u32',
    trans_a: 'u32',
    trans_b: 'u32',
    stride_a: 'u32',
    stride_b: 'u32',
    accumulate: 'u32',
    activation: 'u32',
    keeps_slope: 'u32',
  },
  before: /* wgsl */ `
${activationFunctions}
var<workgroup> rows: array<vec4f, ${VECTORS}>;
var<workgroup> columns: array<vec4f, ${VECTORS}>;
${loading('a', 'm', 'args.trans_a == 1u')}
${loading('b', 'n', 'args.trans_b == 0u')}
fn finish(batch: u32, row: u32, column: u32, sums: vec4f) {
  for (var j = 0u; j < 4u; j++) {
    if (row >= args.m || column + j >= args.n) { return; }
    let at = (batch * args.m + row) * args.n + column + j;
    var value = sums[j];
    if (args.has_bias == 1u) { value += bias(column + j); }
    if (args.has_kept == 1u) { set_kept(at, select(value, slope_at(args.activation, value), args.keeps_slope == 1u)); }
    value = activate(args.activation, value);
    if (args.has_factor == 1u) { value *= factor(at); }
    if (args.has_residual == 1u) { value += residual(at); }
    if (args.accumulate == 1u) { value += out(at); }
    set_out(at, value);
  }
}`,
  body: /* wgsl */ `
  let first_row = tile.y * ${TILE}u;
  let first_column = tile.x * ${TILE}u;
  let y = lane / 8u;
  let x = lane % 8u;
  var sums: array<vec4f, 4>;
  for (var start = 0u; start < args.k; start += ${DEPTH}u) {
    for (var at = lane; at < ${VECTORS}u; at += ${LANES}u) {
      let p = start + at / 8u;
      rows[at] = load_a(tile.z * args.stride_a, p, first_row + at % 8u * 4u);
      columns[at] = load_b(tile.z * args.stride_b, p, first_column + at % 8u * 4u);
    }
    workgroupBarrier();
    for (var p = 0u; p < ${DEPTH}u; p++) {
      let row = rows[p * 8u + y];
      let column = columns[p * 8u + x];
      sums[0] += row.x * column;
      sums[1] += row.y * column;
      sums[2] += row.z * column;
      sums[3] += row.w * column;
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) { finish(tile.z, first_row + y * 4u + r, first_column + x * 4u, sums[r]); }`,
});

export const matmulKernels = ({ run }: Session): Pick<Kernels, 'matmul'> => ({
  matmul(a, b, out, args) {
    const { batch, m, n, k, bias, residual, factor, preActivation, slope, precision } = args;
    if (precision !== 'f32') throw fail('gpu/kernel', { kernel: `matmul ${precision}` });
    run(matmul, {
      reads: { a, b, bias, residual, factor },
      writes: { out, kept: preActivation ?? slope },
      numbers: {
        m,
        n,
        k,
        trans_a: Number(args.transA),
        trans_b: Number(args.transB),
        stride_a: args.aBatchStride,
        stride_b: args.bBatchStride,
        accumulate: Number(args.accumulate),
        activation: activationCodes.indexOf(args.activation),
        keeps_slope: slope ? 1 : 0,
      },
      count: [Math.ceil(n / TILE), Math.ceil(m / TILE), batch],
    });
  },
});
