/**
 * Attention and rotary embedding on a GPU. A workgroup makes one row: its 64 threads score 64 keys (or queries) at a time, then each
 * sums up some features of what these weigh (Milakov & Gimelshein 2018; Dao et al. 2022).
 */

import type { AttentionArgs, Kernels } from '../kernels.ts';
import { fail } from './errors.ts';
import { floatBits, LANES, program } from './program.ts';
import type { Session } from './session.ts';

/** Features that one thread sums up; heads may have 64 times as many. */
const FEATURES = 4;
const MAX_HEAD = FEATURES * LANES;

const sizes = {
  batch: 'u32',
  queries: 'u32',
  keys: 'u32',
  heads: 'u32',
  kv_heads: 'u32',
  head_size: 'u32',
  row_q: 'u32',
  row_k: 'u32',
  scale: 'f32',
  causal: 'u32',
  window: 'u32',
} as const;

/** The tail: prefix lengths, first keys and ends of each sequence, slopes of each head. */
const places = /* wgsl */ `
var<workgroup> weights: array<f32, ${LANES}>;
fn position_of(t: u32) -> i32 { return i32(args.keys) - i32(args.queries) + i32(t); }
fn first_key(b: u32, position: i32) -> u32 {
  let start = i32(args.tail[args.batch + b]);
  return u32(max(max(start, 0), select(0, position - i32(args.window) + 1, args.window > 0u)));
}
fn end_key(b: u32, position: i32) -> u32 {
  let last = select(i32(args.keys), max(position + 1, i32(args.tail[b])), args.causal == 1u);
  return u32(max(0, min(last, min(i32(args.tail[2u * args.batch + b]), i32(args.keys)))));
}
fn q_place(b: u32, t: u32, h: u32) -> u32 { return (b * args.queries + t) * args.row_q + h * args.head_size; }
fn k_place(b: u32, s: u32, h: u32) -> u32 { return (b * args.keys + s) * args.row_k + h * args.head_size; }
fn out_place(b: u32, t: u32, h: u32) -> u32 { return ((b * args.queries + t) * args.heads + h) * args.head_size; }
fn score(q_at: u32, k_at: u32, h: u32, distance: i32) -> f32 {
  var dot = 0.0;
  for (var d = 0u; d < args.head_size; d++) { dot += q(q_at + d) * k(k_at + d); }
  return args.scale * dot - bitcast<f32>(args.tail[3u * args.batch + h]) * f32(distance);
}`;

/** The query of this workgroup and what it sees. */
const ofQuery = /* wgsl */ `
  let t = group % args.queries;
  let h = group / args.queries % args.heads;
  let b = group / args.queries / args.heads;
  let kv = h / (args.heads / args.kv_heads);
  let position = position_of(t);
  let first = first_key(b, position);
  let end = end_key(b, position);
  let q_at = q_place(b, t, h);`;

/** Adds what the weights of this turn weigh to the sums: `count` of them, `value` of c and d. */
const weigh = (count: string, value: string, kept = ''): string => /* wgsl */ `
    workgroupBarrier();
    for (var j = 0u; j < ${FEATURES}u; j++) {
      let d = lane + j * ${LANES}u;
      if (d < args.head_size) {
        var sum = sums[j]${kept};
        for (var c = 0u; c < ${count}; c++) { sum += weights[c] * ${value}; }
        sums[j] = sum;
      }
    }
    workgroupBarrier();`;

const write = (set: string, at: string, value: string): string => /* wgsl */ `
  for (var j = 0u; j < ${FEATURES}u; j++) {
    let d = lane + j * ${LANES}u;
    if (d < args.head_size) { ${set}(${at} + d, ${value}); }
  }`;

const attention = program({
  name: 'attention',
  runs: 'groups',
  reads: { q: 'f32', k: 'f32', v: 'f32' },
  writes: { out: 'f32', lse: 'f32' },
  numbers: { ...sizes, nothing: 'f32' },
  before: places,
  body: /* wgsl */ `${ofQuery}
  var sums = vec4f();
  var top = -3.0e38;
  var all = 0.0;
  for (var start = first; start < end; start += ${LANES}u) {
    let s = start + lane;
    let is_seen = s < end;
    var own = -3.0e38;
    if (is_seen) { own = score(q_at, k_place(b, s, kv), h, position - i32(s)); }
    let new_top = max(top, largest(lane, own));
    let weight = select(0.0, exp(own - new_top), is_seen);
    let kept = exp(top - new_top);
    all = all * kept + total(lane, weight);
    top = new_top;
    weights[lane] = weight;
    ${weigh(`min(${LANES}u, end - start)`, 'v(k_place(b, start + c, kv) + d)', ' * kept')}
  }
  let is_blind = end <= first;
  ${write('set_out', 'out_place(b, t, h)', 'select(sums[j] / all, 0.0, is_blind)')}
  if (lane == 0u) { set_lse(group, select(top + log(all), args.nothing, is_blind)); }`,
});

/** Σ g∘out of each row. */
const gradDotOut = program({
  name: 'attentionGrad dot',
  runs: 'elements',
  reads: { grad: 'f32', out: 'f32' },
  writes: { dots: 'f32' },
  numbers: { queries: 'u32', heads: 'u32', head_size: 'u32' },
  body: /* wgsl */ `
  let t = i % args.queries;
  let h = i / args.queries % args.heads;
  let b = i / args.queries / args.heads;
  let at = ((b * args.queries + t) * args.heads + h) * args.head_size;
  var dot = 0.0;
  for (var d = 0u; d < args.head_size; d++) { dot += grad(at + d) * out(at + d); }
  set_dots(i, dot);`,
});

const gradReads = { q: 'f32', k: 'f32', v: 'f32', dots: 'f32', lse: 'f32', grad: 'f32' } as const;

/** The gradient of a score before the softmax: P∘(g·Vᵀ − Σ g∘out). */
const gradOfScore = /* wgsl */ `${places}
fn grad_of_score(g_at: u32, v_at: u32, row: u32, weight: f32) -> f32 {
  var dot = 0.0;
  for (var d = 0u; d < args.head_size; d++) { dot += grad(g_at + d) * v(v_at + d); }
  return weight * (dot - dots(row));
}`;

const attentionGradQ = program({
  name: 'attentionGrad q',
  runs: 'groups',
  reads: gradReads,
  writes: { grad_q: 'f32' },
  numbers: sizes,
  before: gradOfScore,
  body: /* wgsl */ `${ofQuery}
  var sums = vec4f();
  for (var start = first; start < end; start += ${LANES}u) {
    let s = start + lane;
    var own = 0.0;
    if (s < end) {
      let k_at = k_place(b, s, kv);
      let weight = exp(score(q_at, k_at, h, position - i32(s)) - lse(group));
      own = args.scale * grad_of_score(out_place(b, t, h), k_at, group, weight);
    }
    weights[lane] = own;
    ${weigh(`min(${LANES}u, end - start)`, 'k(k_place(b, start + c, kv) + d)')}
  }
  ${write('set_grad_q', 'q_at', 'sums[j]')}`,
});

/** The gradient of one key or value: both may lie in one memory. */
const attentionGradK = program({
  name: 'attentionGrad k',
  runs: 'groups',
  reads: gradReads,
  writes: { grad_k: 'f32' },
  numbers: { ...sizes, of_value: 'u32' },
  before: gradOfScore,
  body: /* wgsl */ `
  let s = group % args.keys;
  let kv = group / args.keys % args.kv_heads;
  let b = group / args.keys / args.kv_heads;
  let k_at = k_place(b, s, kv);
  let shared_by = args.heads / args.kv_heads;
  var sums = vec4f();
  for (var h = kv * shared_by; h < (kv + 1u) * shared_by; h++) {
    for (var start = 0u; start < args.queries; start += ${LANES}u) {
      let t = start + lane;
      let position = position_of(t);
      var own = 0.0;
      if (t < args.queries && s >= first_key(b, position) && s < end_key(b, position)) {
        let row = (b * args.heads + h) * args.queries + t;
        own = exp(score(q_place(b, t, h), k_at, h, position - i32(s)) - lse(row));
        if (args.of_value == 0u) { own = args.scale * grad_of_score(out_place(b, t, h), k_at, row, own); }
      }
      weights[lane] = own;
      ${weigh(
        `min(${LANES}u, args.queries - start)`,
        'select(q(q_place(b, start + c, h) + d), grad(out_place(b, start + c, h) + d), args.of_value == 1u)',
      )}
    }
  }
  ${write('set_grad_k', 'k_at', 'sums[j]')}`,
});

const rotary = program({
  name: 'rotary',
  runs: 'elements',
  reads: { x: 'f32', positions: 'i32', cosines: 'f32', sines: 'f32' },
  writes: { out: 'f32' },
  numbers: {
    places: 'u32',
    heads: 'u32',
    turning: 'u32',
    head_size: 'u32',
    turned: 'u32',
    interleaved: 'u32',
    direction: 'f32',
  },
  body: /* wgsl */ `
  let d = i % args.head_size;
  let head = i / args.head_size;
  if (head % args.heads >= args.turning || d >= args.turned) { set_out(i, x(i)); return; }
  let half = args.turned / 2u;
  let pair = select(d % half, d / 2u, args.interleaved == 1u);
  let is_second = select(d >= half, d % 2u == 1u, args.interleaved == 1u);
  let apart = select(half, 1u, args.interleaved == 1u);
  let angle = u32(positions(head / args.heads % args.places)) * half + pair;
  let s = sines(angle) * args.direction;
  if (is_second) { set_out(i, x(i) * cosines(angle) + x(i - apart) * s); }
  else { set_out(i, x(i) * cosines(angle) - x(i + apart) * s); }`,
});

function sizesOf(args: AttentionArgs): { numbers: { [Name in keyof typeof sizes]: number }; tail: number[] } {
  const { batch, queries, keys, heads, kvHeads, headSize, precision } = args;
  if (precision !== 'f32') throw fail('gpu/kernel', { kernel: `attention ${precision}` });
  if (headSize > MAX_HEAD)
    throw fail('gpu/kernel', { kernel: `attention with heads of more than ${MAX_HEAD}` });
  const each = (values: Int32Array | undefined, otherwise: number): number[] =>
    Array.from({ length: batch }, (_, b) => values?.[b] ?? otherwise);
  return {
    numbers: {
      batch,
      queries,
      keys,
      heads,
      kv_heads: kvHeads,
      head_size: headSize,
      row_q: args.rowQ || heads * headSize,
      row_k: args.rowK || kvHeads * headSize,
      scale: args.scale,
      causal: Number(args.causal),
      window: args.window,
    },
    tail: [
      ...each(args.prefixLengths, 0),
      ...each(args.keyStart, 0),
      ...each(args.keyEnd, keys),
      ...Array.from({ length: heads }, (_, h) => floatBits(args.alibiSlopes?.[h] ?? 0)),
    ],
  };
}

export const attentionKernels = ({
  run,
  scratch,
}: Session): Pick<Kernels, 'attention' | 'attentionGrad' | 'rotary'> => ({
  attention(q, k, v, out, lse, args) {
    const { numbers, tail } = sizesOf(args);
    const given = { ...numbers, nothing: Number.NEGATIVE_INFINITY };
    const count = args.batch * args.heads * args.queries;
    run(attention, { reads: { q, k, v }, writes: { out, lse }, numbers: given, tail, count });
  },
  attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, args) {
    const { numbers, tail } = sizesOf(args);
    const { queries, heads, head_size } = numbers;
    const rows = args.batch * heads * queries;
    const dots = scratch('attentionGrad dots', 4 * rows);
    const size = { queries, heads, head_size };
    run(gradDotOut, { reads: { grad, out }, writes: { dots }, numbers: size, count: rows });
    const reads = { q, k, v, dots, lse, grad };
    run(attentionGradQ, { reads, writes: { grad_q: gradQ }, numbers, tail, count: rows });
    const count = args.batch * args.kvHeads * args.keys;
    [gradK, gradV].forEach((grad_k, of_value) => {
      run(attentionGradK, { reads, writes: { grad_k }, numbers: { ...numbers, of_value }, tail, count });
    });
  },
  rotary(x, positions, cosines, sines, out, args) {
    const numbers = {
      places: positions.length,
      heads: args.heads,
      turning: args.turning,
      head_size: args.headSize,
      turned: args.rotarySize,
      interleaved: Number(args.interleaved),
      direction: args.inverse ? -1 : 1,
    };
    const count = args.rows * args.heads * args.headSize;
    run(rotary, { reads: { x, positions, cosines, sines }, writes: { out }, numbers, count });
  },
});
