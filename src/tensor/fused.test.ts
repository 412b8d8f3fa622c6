/** Every fused row of the op table against the plain expression that it names, value and gradients, in f64. */

import { describe, expect, test } from 'vitest';
import { valueAndGrad } from './autodiff.ts';
import { withPrecision } from './backend.ts';
import { isFloat } from './dtype.ts';
import type { AttentionArgs, Precision } from './kernels.ts';
import type { Op } from './op.ts';
import {
  add,
  affine,
  attention,
  cast,
  concat,
  div,
  exp,
  linear,
  logSoftmax,
  matmul,
  mean,
  mul,
  neg,
  normal,
  opTable,
  permute,
  rsqrt,
  sigmoid,
  silu,
  slice,
  softmax,
  split,
  square,
  squeeze,
  stack,
  sub,
  sum,
  tanh,
  variance,
  where,
} from './ops/index.ts';
import { empty, type Tensor } from './tensor.ts';

// biome-ignore lint/suspicious/noExplicitAny: each expression knows the attributes of its row
type Attrs = any;

const last = { axis: -1, keepDims: true } as const;

/** The value of the row's first output, or of all of them, written with plain ops. */
const plainExpressions: {
  readonly [name: string]: (inputs: readonly Tensor[], attrs: Attrs) => Tensor | readonly Tensor[];
} = {
  swiglu: ([gate, up]) => mul(silu(gate), up),

  linears: ([x, ...rest], { count }) =>
    rest.slice(0, count).map((weight, i) => linear(x, weight, { bias: rest[count + i] })),

  feedForward: ([x, up, down, ...biases], { activation, precision, upBias, downBias, residual }) => {
    const [b, c, r] = [upBias, downBias, residual].map((given) => (given ? biases.shift() : undefined));
    return withPrecision(precision, () =>
      linear(linear(x, up, { activation, bias: b }), down, { bias: c, residual: r }),
    );
  },

  layerNorm: ([x, weight, bias], { eps }) => {
    const standard = mul(sub(x, mean(x, last)), rsqrt(add(variance(x, last), eps)));
    const scaled = weight ? mul(standard, weight) : standard;
    return bias ? add(scaled, bias) : scaled;
  },

  rmsNorm: ([x, weight], { eps }) => {
    const standard = mul(x, rsqrt(add(mean(square(x), last), eps)));
    return weight ? mul(standard, weight) : standard;
  },

  attention: ([q, k, v], args: AttentionArgs) => {
    const heads = q.shape[2];
    const [keys, values] = [k, v].map((x) => headsFirst(repeatHeads(x, heads)));
    const { mask, bias } = scoreTables(q, k, args);
    const scores = sub(affine(matmul(headsFirst(q), keys, { transB: true }), args.scale, 0), bias);
    const weights = mul(softmax(where(mask, scores, -1e9)), cast(mask, 'f64'));
    return headsFirst(matmul(weights, values));
  },

  attentionPacked: ([qkv], { heads, ...masks }: AttentionArgs) => {
    const kvHeads = (qkv.shape[2] - heads) / 2;
    const [q, k, v] = split(qkv, [heads, kvHeads, kvHeads], 2);
    return attention(q, k, v, masks);
  },

  rnnScan: ([x, weight, start], { precision }) =>
    overTime(x, precision, [start], (sums, [h]) => [tanh(linear(h, weight, { residual: sums }))])[0],

  lstmScan: ([x, weight, start, cellStart], { precision }) =>
    overTime(x, precision, [start, cellStart], (sums, [h, c]) => {
      const [i, f, g, o] = quarter(linear(h, weight, { residual: sums }), 4);
      const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
      return [mul(sigmoid(o), tanh(cell)), cell];
    }),

  gruScan: ([x, weight, bias, start], { precision }) =>
    overTime(x, precision, [start], (sums, [h]) => {
      const [fromInput, fromPast] = [quarter(sums, 3), quarter(linear(h, weight, { bias }), 3)];
      const [reset, update] = [0, 1].map((gate) => sigmoid(add(fromInput[gate], fromPast[gate])));
      const candidate = tanh(add(fromInput[2], mul(reset, fromPast[2])));
      return [add(mul(affine(update, -1, 1), candidate), mul(update, h))];
    })[0],

  wkvScan: ([key, value, decay, first, start]) => {
    const [a, b, p] = quarter(start, 3);
    const scales = exp(p);
    let sums = [mul(a, scales), mul(b, scales)];
    const mixed = Array.from({ length: key.shape[0] }, (_, t) => {
      const [k, v] = [key, value].map((x) => squeeze(slice(x, 0, t, t + 1), 0));
      const [weight, now] = [exp(k), exp(add(k, first))];
      const mean = div(add(sums[0], mul(now, v)), add(sums[1], now));
      sums = [mul(weight, v), weight].map((added, i) => add(mul(sums[i], exp(decay)), added));
      return mean;
    });
    return stack(mixed, 0);
  },

  crossEntropy: ([logits, targets], { ignoreIndex, smoothing }) =>
    rowLosses(logits, targets, ignoreIndex, smoothing),

  linearCrossEntropy: ([x, weight, targets], { ignoreIndex, smoothing, scale }) =>
    affine(sum(rowLosses(linear(x, weight), targets, ignoreIndex, smoothing)), scale, 0),
};

/** The states after each step of x [T, …], each [T, …]. */
function overTime(
  x: Tensor,
  precision: Precision,
  starts: readonly Tensor[],
  step: (sums: Tensor, states: readonly Tensor[]) => readonly Tensor[],
): Tensor[] {
  const all: (readonly Tensor[])[] = [];
  for (let t = 0; t < x.shape[0]; t++) {
    const sums = squeeze(slice(x, 0, t, t + 1), 0);
    all.push(withPrecision(precision, () => step(sums, all.at(-1) ?? starts)));
  }
  return starts.map((_, i) =>
    stack(
      all.map((states) => states[i]),
      0,
    ),
  );
}

/** The parts of the last axis that belong to so many gates. */
const quarter = (x: Tensor, gates: number): Tensor[] => split(x, Array(gates).fill(x.shape[1] / gates), 1);

/** [B, T, H, D] ⇄ [B, H, T, D]. */
const headsFirst = (x: Tensor): Tensor => permute(x, [0, 2, 1, 3]);

function repeatHeads(x: Tensor, heads: number): Tensor {
  const group = heads / x.shape[2];
  const copies = Array.from({ length: heads }, (_, h) =>
    slice(x, 2, Math.floor(h / group), Math.floor(h / group) + 1),
  );
  return concat(copies, 2);
}

/** Which keys each query sees, and what ALiBi takes from its scores: [B, H, T, S], from the definition. */
function scoreTables(q: Tensor, k: Tensor, args: AttentionArgs): { mask: Tensor; bias: Tensor } {
  const [batch, queries, heads] = q.shape;
  const keys = k.shape[1];
  const shape = [batch, heads, queries, keys];
  const mask = empty(shape, 'u8');
  const bias = empty(shape, 'f64');
  let at = 0;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < queries; t++) {
        for (let s = 0; s < keys; s++, at++) {
          const p = keys - queries + t;
          const inPast = !args.causal || s <= p || s < (args.prefixLengths?.[b] ?? 0);
          const inWindow = args.window === 0 || p - s < args.window;
          const isReal = s >= (args.keyStart?.[b] ?? 0) && s < (args.keyEnd?.[b] ?? keys);
          mask.data[at] = inPast && inWindow && isReal ? 1 : 0;
          bias.data[at] = (args.alibiSlopes?.[h] ?? 0) * (p - s);
        }
      }
    }
  }
  return { mask, bias };
}

function rowLosses(logits: Tensor, targets: Tensor, ignoreIndex: number, smoothing: number): Tensor {
  const [rows, n] = logits.shape;
  const wanted = empty([rows, n], 'f64');
  for (let r = 0; r < rows; r++) {
    const target = targets.data[r];
    for (let i = 0; i < n; i++) {
      const probability = (i === target ? 1 - smoothing : 0) + smoothing / n;
      wanted.data[r * n + i] = target === ignoreIndex ? 0 : probability;
    }
  }
  return neg(sum(mul(wanted, logSoftmax(logits)), { axis: 1 }));
}

const rows = Object.entries(opTable) as unknown as [string, Op<unknown>][];
const fused = rows.filter(([, op]) => op.row.plain);

test('every fused row has a plain expression here', () => {
  expect(Object.keys(plainExpressions).sort()).toEqual(fused.map(([name]) => name).sort());
});

function expectClose(got: Tensor, expected: Tensor): void {
  expect(got.shape).toEqual(expected.shape);
  for (let i = 0; i < got.size; i++) expect(got.data[i]).toBeCloseTo(expected.data[i], 10);
}

describe.each(fused)('%s', (name, op) => {
  const cases = op.row.samples().map(({ inputs, attrs }, i) => ({ i, inputs, attrs }));
  test.each(cases)('equals its plain expression: sample $i', ({ inputs, attrs }) => {
    const doubles = inputs.map((x) => (isFloat(x.dtype) ? cast(x, 'f64') : x));
    const measure = (f: (inputs: readonly Tensor[]) => readonly Tensor[]) => {
      const outputs = f(doubles);
      const weights = outputs.map(({ shape }, i) => cast(normal(shape, { seed: 5 + i }), 'f64'));
      const total = (xs: readonly Tensor[]) =>
        f(xs)
          .map((y, i) => sum(mul(y, weights[i])))
          .reduce((a, b) => add(a, b));
      return { outputs, ...valueAndGrad(total, doubles) };
    };
    const expected = measure((xs) => [plainExpressions[name](xs, attrs)].flat());
    const got = measure((xs) => op(xs, attrs).slice(0, expected.outputs.length));
    expected.outputs.forEach((output, i) => {
      expectClose(got.outputs[i], output);
    });
    doubles.forEach((x, i) => {
      if (isFloat(x.dtype)) expectClose(got.gradients[i], expected.gradients[i]);
    });
  });
});
