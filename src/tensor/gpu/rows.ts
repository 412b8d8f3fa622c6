/** Sums, and rows by their numbers, on a GPU. */

import type { Kernels, ReduceCode } from '../kernels.ts';
import { fail } from './errors.ts';
import { LANES, program } from './program.ts';
import type { Session } from './session.ts';

/** Of [outer, size, inner], one thread for each sum: neighbours read neighbours. */
const sumColumns = program({
  name: 'reduce',
  runs: 'elements',
  reads: { x: 'f32' },
  writes: { out: 'f32' },
  numbers: { size: 'u32', inner: 'u32', scale: 'f32' },
  body: /* wgsl */ `
  let at = i / args.inner * args.size * args.inner + i % args.inner;
  var sum = 0.0;
  for (var j = 0u; j < args.size; j++) { sum += x(at + j * args.inner); }
  set_out(i, sum * args.scale);`,
});

/** Of [outer, size], a workgroup for each sum. */
const sumRows = program({
  name: 'reduce rows',
  runs: 'groups',
  reads: { x: 'f32' },
  writes: { out: 'f32' },
  numbers: { size: 'u32', scale: 'f32' },
  body: /* wgsl */ `
  var part = 0.0;
  for (var j = lane; j < args.size; j += ${LANES}u) { part += x(group * args.size + j); }
  let sum = total(lane, part);
  if (lane == 0u) { set_out(group, sum * args.scale); }`,
});

/** At most so many workgroups share in one sum of squares; the processor adds up what they find, in double. */
const MAX_SHARES = 64;
/** Numbers that are worth a workgroup. */
const SHARE = 4096;

const sumSquares = program({
  name: 'sumSquares',
  runs: 'groups',
  reads: { x: 'f32' },
  writes: { out: 'f32' },
  numbers: { size: 'u32' },
  body: /* wgsl */ `
  var part = 0.0;
  for (var j = group * ${LANES}u + lane; j < args.size; j += args.count * ${LANES}u) { part += x(j) * x(j); }
  let sum = total(lane, part);
  if (lane == 0u) { set_out(group, sum); }`,
});

const gatherRows = program({
  name: 'gatherRows',
  runs: 'elements',
  reads: { table: 'u32', ids: 'i32' },
  writes: { out: 'u32' },
  numbers: { size: 'u32' },
  body: 'set_out(i, table(u32(ids(i / args.size)) * args.size + i % args.size));',
});

/** A thread for each column goes through all rows in order: the sums are the same each time. */
const scatterAddRows = program({
  name: 'scatterAddRows',
  runs: 'elements',
  reads: { x: 'f32', ids: 'i32' },
  writes: { out: 'f32' },
  numbers: { rows: 'u32' },
  body: /* wgsl */ `
  for (var row = 0u; row < args.rows; row++) {
    let at = u32(ids(row)) * args.count + i;
    set_out(at, out(at) + x(row * args.count + i));
  }`,
});

const scaleOf = (code: ReduceCode, size: number): number => {
  if (code !== 'sum' && code !== 'mean') throw fail('gpu/kernel', { kernel: `reduce ${code}` });
  return code === 'mean' ? 1 / size : 1;
};

type Rows = Pick<Kernels, 'reduce' | 'sumSquares' | 'gatherRows' | 'scatterAddRows'>;

export const rowKernels = ({ run, scratch, answer }: Session): Rows => ({
  reduce(code, x, out, outer, size, inner) {
    const call = { reads: { x }, writes: { out } };
    const scale = scaleOf(code, size);
    if (inner === 1) run(sumRows, { ...call, numbers: { size, scale }, count: outer });
    else run(sumColumns, { ...call, numbers: { size, inner, scale }, count: outer * inner });
  },
  sumSquares(x, sums, place) {
    const shares = Math.min(MAX_SHARES, Math.max(1, Math.ceil(x.length / SHARE)));
    const out = scratch('sumSquares', 4 * MAX_SHARES);
    run(sumSquares, { reads: { x }, writes: { out }, numbers: { size: x.length }, count: shares });
    answer(out, shares, (parts) => {
      sums[place] = parts.reduce((sum, part) => sum + part, 0);
    });
  },
  gatherRows: (table, ids, out, size) =>
    run(gatherRows, { reads: { table, ids }, writes: { out }, numbers: { size }, count: ids.length * size }),
  scatterAddRows: (x, ids, out, size) =>
    run(scatterAddRows, { reads: { x, ids }, writes: { out }, numbers: { rows: ids.length }, count: size }),
});
