/**
 * Where the time of a computation goes: a table of kernels that watches its calls, and what each call had to compute and
 * to move, so that its speed can be held against what the machine can do.
 */

import { wrapKernels } from './backend.ts';
import type { Data, Stored } from './dtype.ts';
import type { AttentionArgs, KernelName, Kernels, MatmulArgs, PagedAttentionArgs, Walk } from './kernels.ts';

/** What the machine can do at most: the addon's `measurePeak` and `measureBandwidth`. */
export interface MachineLimits {
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
}

/** All calls of one kernel with the same label. */
export interface ProfileRow {
  readonly kernel: KernelName;
  /** What tells calls of one kernel apart: a product's shape, the code of an elementwise function; else empty. */
  readonly label: string;
  readonly calls: number;
  readonly ms: number;
  /** Multiplications, additions and function values, all counted as one. */
  readonly flops: number;
  /** Every operand once in each direction: what has to be moved when nothing is in the cache. */
  readonly bytes: number;
  readonly gflopsPerSecond: number;
  readonly gigabytesPerSecond: number;
  /** Which limit is nearer. */
  readonly bound: 'compute' | 'memory';
  /** Time at the limit / time spent. Above 1 where operands come from the cache. NaN when no limits were given. */
  readonly shareOfBound: number;
}

export interface KernelProfile {
  /** Give them to `withKernels`. */
  readonly kernels: Kernels;
  /** What was measured so far, longest first. */
  rows(limits?: MachineLimits): ProfileRow[];
  /** Forgets what was measured: after warming up. */
  reset(): void;
}

type Args<Name extends KernelName> = Parameters<Kernels[Name]>;

/** The work of one call. */
interface Work<Name extends KernelName> {
  /** Default 0: it only moves. */
  readonly flops?: (...args: Args<Name>) => number;
  /** Default: every array given, once. */
  readonly bytes?: (...args: Args<Name>) => number;
  readonly label?: (...args: Args<Name>) => string;
}

const count = ({ shape }: Walk): number => shape.reduce((size, n) => size * n, 1);
const letter = (name: string, transposed: boolean): string => (transposed ? `${name}ᵀ` : name);

/** Pairs of query and key that see each other; prefixes and padding are not looked at. */
function visiblePairs({ batch, heads, queries, keys, causal, window }: AttentionArgs): number {
  let pairs = 0;
  for (let t = 0; t < queries; t++) {
    const seen = causal ? keys - queries + t + 1 : keys;
    pairs += Math.max(0, window > 0 ? Math.min(seen, window) : seen);
  }
  return batch * heads * pairs;
}

/** matmul: a, b and what is written; once more out where it adds. */
function matmulBytes(a: Data, b: Data, out: Data, args: MatmulArgs): number {
  const { accumulate, bias, residual } = args;
  const beside = args.preActivation ?? args.slope ?? args.factor;
  const sides = a.byteLength + b.byteLength + (bias?.byteLength ?? 0) + (residual?.byteLength ?? 0);
  return sides + out.byteLength * (accumulate ? 2 : 1) + (beside?.byteLength ?? 0);
}

/** Attention: so many arrays like q and like k, and the log-sum-exp; packed rows hold others between. */
function attentionBytes(q: Stored, likeQ: number, likeK: number, args: AttentionArgs): number {
  const { batch, queries, keys, heads, kvHeads, headSize } = args;
  const numbers = batch * headSize * (likeQ * queries * heads + likeK * keys * kvHeads);
  return numbers * q.BYTES_PER_ELEMENT + 4 * batch * heads * queries;
}

const perElement = (flops: number) => ({ flops: (x: Data) => flops * x.length });
/** Rows of softmax and its kin: a maximum, an exponential, a sum, a quotient; or a dot product and a difference. */
const rowWork = perElement(4);

/** One row a kernel: a kernel without one does not compile. */
const work: { readonly [Name in KernelName]: Work<Name> } = {
  unary: { flops: (_code, x) => x.length, label: (code) => code },
  affine: perElement(2),
  binary: { flops: (_code, _x, _y, out) => out.length, label: (code) => code },
  compare: { flops: (_code, _x, _y, out) => out.length, label: (code) => code },
  where: {},
  cast: { label: (_x, _out, from, to) => `${from} → ${to}` },
  copyStrided: { bytes: (x, _out, walk) => 2 * count(walk) * x.BYTES_PER_ELEMENT },
  fill: {},
  axpy: { ...perElement(2), bytes: (x, out) => x.byteLength + 2 * out.byteLength },
  swiglu: perElement(5),
  swigluGrad: perElement(9),

  reduce: { flops: (_code, x) => x.length, label: (code) => code },
  argmax: perElement(1),
  cumsum: perElement(1),
  sort: {},
  topK: perElement(1),
  sumSquares: perElement(2),

  gatherRows: { bytes: (_table, ids, out) => ids.byteLength + 2 * out.byteLength },
  scatterRows: { bytes: (x, ids, out) => ids.byteLength + x.byteLength + x.length * out.BYTES_PER_ELEMENT },
  scatterAddRows: { ...perElement(1), bytes: (x, ids) => 3 * x.byteLength + ids.byteLength },
  gather: { bytes: (_x, index, out) => index.byteLength + 2 * out.byteLength },
  scatterAdd: { ...perElement(1), bytes: (x, index) => 3 * x.byteLength + index.byteLength },

  matmul: {
    flops: (_a, _b, _out, { batch, m, n, k }) => 2 * batch * m * n * k,
    bytes: matmulBytes,
    label: (_a, _b, _out, { batch, m, n, k, transA, transB, activation }) =>
      `${batch > 1 ? `${batch} × ` : ''}${m}×${n}×${k} ${letter('A', transA)}${letter('B', transB)}` +
      (activation === 'none' ? '' : ` ${activation}`),
  },

  softmax: rowWork,
  softmaxGrad: rowWork,
  logSoftmax: rowWork,
  logSoftmaxGrad: rowWork,
  logSumExp: rowWork,
  layerNorm: perElement(8),
  layerNormGrad: perElement(14),
  rmsNorm: perElement(4),
  rmsNormGrad: perElement(10),

  rotary: perElement(3),
  // Two products forward; the scores again and four products backward.
  attention: {
    flops: (_q, _k, _v, _out, _lse, args) => 4 * args.headSize * visiblePairs(args),
    bytes: (q, _k, _v, _out, _lse, args) => attentionBytes(q, 2, 2, args),
  },
  attentionPaged: {
    flops: (_q, _k, _v, _out, args) => 4 * args.headSize * args.heads * overRequests(args, pairsSeen),
    bytes: (q, k, _v, _out, args) =>
      2 * q.byteLength +
      2 * k.BYTES_PER_ELEMENT * args.kvHeads * args.headSize * overRequests(args, (_queries, keys) => keys),
  },
  attentionGrad: {
    flops: (_q, _k, _v, _out, _lse, _grad, _gradQ, _gradK, _gradV, args) =>
      10 * args.headSize * visiblePairs(args),
    bytes: (q, _k, _v, _out, _lse, _grad, _gradQ, _gradK, _gradV, args) => attentionBytes(q, 4, 4, args),
  },

  rnnCellGrad: perElement(3),
  lstmCell: perElement(8),
  lstmCellGrad: perElement(8),
  gruCell: perElement(5),
  gruCellGrad: perElement(5),
  wkv: perElement(8),
  wkvGrad: perElement(13),

  chooseTokens: { flops: (logits) => logits.length, bytes: (logits) => logits.byteLength },
  crossEntropy: rowWork,
  crossEntropyGrad: {
    ...rowWork,
    bytes: (logits, _targets, _lse, _losses, gradLogits) => logits.byteLength + gradLogits.byteLength,
  },

  uniform: {},
  normal: {},
  dropout: perElement(1),
  // parameter, m and v are read and written
  adamw: { ...perElement(12), bytes: (parameter, grad) => 6 * parameter.byteLength + grad.byteLength },
};

const overRequests = (
  { requests }: PagedAttentionArgs,
  count: (queries: number, keys: number) => number,
): number => {
  let sum = 0;
  for (let i = 0; i < requests.length; i += 3) sum += count(requests[i], requests[i + 1]);
  return sum;
};

/** Pairs under the causal mask, when the queries are the last of the keys. */
const pairsSeen = (queries: number, keys: number): number => queries * keys - (queries * (queries - 1)) / 2;

const arrayBytes = (args: readonly unknown[]): number =>
  args.reduce<number>((sum, x) => sum + (ArrayBuffer.isView(x) ? x.byteLength : 0), 0);

interface Tally {
  calls: number;
  ms: number;
  flops: number;
  bytes: number;
}

/**
 * Watches a table of kernels.
 *
 * @example
 * const profile = profileKernels(backend().kernels);
 * withKernels(profile.kernels, () => model(x));
 * profile.rows({ flopsPerSecond: 2e11, bytesPerSecond: 2e10 });
 */
export function profileKernels(
  kernels: Kernels,
  { now = () => performance.now() }: { readonly now?: () => number } = {},
): KernelProfile {
  const tallies = new Map<KernelName, Map<string, Tally>>();
  const tallyOf = (name: KernelName, label: string): Tally => {
    let labels = tallies.get(name);
    if (!labels) tallies.set(name, (labels = new Map()));
    let tally = labels.get(label);
    if (!tally) labels.set(label, (tally = { calls: 0, ms: 0, flops: 0, bytes: 0 }));
    return tally;
  };
  const watched = wrapKernels(kernels, (name, call, args) => {
    const { flops, bytes, label } = work[name] as {
      readonly [K in keyof Work<never>]?: (...args: readonly unknown[]) => never;
    };
    const start = now();
    const result = call();
    const ms = now() - start;
    const tally = tallyOf(name, label?.(...args) ?? '');
    tally.calls++;
    tally.ms += ms;
    tally.flops += flops?.(...args) ?? 0;
    tally.bytes += bytes?.(...args) ?? arrayBytes(args);
    return result;
  });
  return {
    kernels: watched,
    reset: () => tallies.clear(),
    rows: (limits) =>
      [...tallies]
        .flatMap(([kernel, labels]) =>
          [...labels].map(([label, tally]) => describeTally(kernel, label, tally, limits)),
        )
        .sort((a, b) => b.ms - a.ms),
  };
}

function describeTally(
  kernel: KernelName,
  label: string,
  tally: Tally,
  limits: MachineLimits | undefined,
): ProfileRow {
  const { calls, ms, flops, bytes } = tally;
  const compute = flops / (limits?.flopsPerSecond ?? Number.NaN);
  const memory = bytes / (limits?.bytesPerSecond ?? Number.NaN);
  return {
    kernel,
    label,
    calls,
    ms,
    flops,
    bytes,
    gflopsPerSecond: flops / ms / 1e6,
    gigabytesPerSecond: bytes / ms / 1e6,
    bound: compute > memory ? 'compute' : 'memory',
    shareOfBound: (Math.max(compute, memory) * 1000) / ms,
  };
}
