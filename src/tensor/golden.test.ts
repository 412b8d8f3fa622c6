/** Ops and gradients against numbers that PyTorch gave in double precision (test/golden/tensor.py). */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toBf16 } from '../half.ts';
import { valueAndGrad } from './autodiff.ts';
import type { Activation } from './kernels.ts';
import * as ops from './ops/index.ts';
import { referenceKernels, roundToBf16 } from './reference/index.ts';
import { type Tensor, tensor } from './tensor.ts';

interface Packed {
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

interface Case {
  readonly op: string;
  // biome-ignore lint/suspicious/noExplicitAny: each op knows its options
  readonly options: any;
  readonly inputs: readonly Packed[];
  readonly value: Packed;
  readonly weight: Packed;
  readonly gradients: readonly (Packed | null)[];
  /** Targets or positions. */
  readonly ids?: readonly number[];
}

interface Golden {
  readonly cases: readonly Case[];
  readonly alibiSlopes: readonly number[];
  readonly frequencies: { readonly linear: readonly number[]; readonly llama3: readonly number[] };
  readonly adamw: {
    readonly start: readonly number[];
    readonly gradients: readonly (readonly number[])[];
    readonly parameters: readonly (readonly number[])[];
  };
  readonly bf16: { readonly numbers: readonly (number | string)[]; readonly patterns: readonly number[] };
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/tensor.json', import.meta.url), 'utf8'),
);

const numbers = (values: readonly (number | string)[]): Float64Array => Float64Array.from(values, Number);
const unpack = ({ shape, values }: Packed): Tensor => tensor(numbers(values), { shape, dtype: 'f64' });

/** Ops whose options are not those of PyTorch's by the same name. */
const special: { readonly [op: string]: (xs: readonly Tensor[], golden: Case) => Tensor } = {
  layerNorm: ([x, weight, bias], { options }) => ops.layerNorm(x, { weight, bias, ...options }),
  rmsNorm: ([x, weight], { options }) => ops.rmsNorm(x, { weight, ...options }),
  cumsum: ([x], { options }) => ops.cumsum(x, options.axis),
  linear: ([x, weight, bias], { options }) =>
    ops.linear(x, weight, { bias, activation: options.activation as Activation }),
  crossEntropy: ([logits], { ids, options }) => {
    const targets = tensor(Int32Array.from(ids!), { shape: logits.shape.slice(0, -1), dtype: 'i32' });
    return ops.crossEntropy(logits, targets, options);
  },
  attention: ([q, k, v], { options: { alibi, ...rest } }) =>
    ops.attention(q, k, v, { ...rest, alibiSlopes: alibi ? ops.alibiSlopes(q.shape[2]) : undefined }),
  rotary: ([x], { ids, options }) => {
    const tables = ops.rotaryTables(6, x.shape.at(-1)!);
    return ops.rotary(x, {
      ...tables,
      positions: tensor(Int32Array.from(ids!), { dtype: 'i32' }),
      ...options,
    });
  },
};

type AnyOp = (...args: unknown[]) => Tensor;

function run(given: Case, xs: readonly Tensor[]): Tensor {
  if (special[given.op]) return special[given.op](xs, given);
  return (ops as unknown as Record<string, AnyOp>)[given.op](
    ...xs,
    ...(isEmpty(given.options) ? [] : [given.options]),
  );
}

const isEmpty = (options: object): boolean => Object.keys(options).length === 0;

/** The rotary tables are f32. */
const toleranceOf = (op: string): number => (op === 'rotary' ? 1e-6 : 1e-14);

function expectNear(got: Tensor, { shape, values }: Packed, tolerance: number): void {
  expect(got.shape).toEqual(shape);
  numbers(values).forEach((expected, i) => {
    const a = got.data[i];
    if (Object.is(a, expected) || a === expected) return;
    expect(Math.abs(a - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));
  });
}

const titles = golden.cases.map((given, i) => ({
  title: `${given.op} ${JSON.stringify(given.options)} (${i})`,
  given,
}));

describe('value and gradients equal those of PyTorch', () => {
  test.each(titles)('$title', ({ given }) => {
    const inputs = given.inputs.map(unpack);
    expectNear(run(given, inputs), given.value, toleranceOf(given.op));
    const loss = (xs: readonly Tensor[]) => ops.sum(ops.mul(run(given, xs), unpack(given.weight)));
    const gradients = valueAndGrad(loss, inputs).gradients as readonly (Tensor | undefined)[];
    given.gradients.forEach((expected, i) => {
      if (gradients[i]) expectNear(gradients[i], expected!, toleranceOf(given.op));
      else expect(numbers(expected!.values).every((x) => x === 0)).toBe(true);
    });
  });
});

test('the slopes of ALiBi equal those of BLOOM, also when heads are no power of two', () => {
  expect([...ops.alibiSlopes(golden.alibiSlopes.length)]).toEqual(golden.alibiSlopes.map(Math.fround));
});

test('rotary tables stretch as those of transformers', () => {
  const scalings = {
    linear: { kind: 'linear', factor: 4 },
    llama3: { kind: 'llama3', factor: 8, lowFrequency: 1, highFrequency: 4, originalContext: 128 },
  } as const;
  for (const kind of ['linear', 'llama3'] as const) {
    const { cos, sin } = ops.rotaryTables(8, 32, { scaling: scalings[kind] });
    golden.frequencies[kind].forEach((frequency, i) => {
      expect(cos.data[7 * 16 + i]).toBeCloseTo(Math.cos(7 * frequency), 5);
      expect(sin.data[7 * 16 + i]).toBeCloseTo(Math.sin(7 * frequency), 5);
    });
  }
});

test('AdamW equals that of PyTorch over four steps', () => {
  const { start, gradients, parameters } = golden.adamw;
  const [parameter, m, v] = [Float64Array.from(start), new Float64Array(5), new Float64Array(5)];
  gradients.forEach((gradient, i) => {
    referenceKernels.adamw(parameter, Float64Array.from(gradient), m, v, {
      lr: 0.1,
      beta1: 0.9,
      beta2: 0.99,
      eps: 1e-8,
      weightDecay: 0.05,
      correction1: 1 - 0.9 ** (i + 1),
      correction2: 1 - 0.99 ** (i + 1),
      gradScale: 1,
    });
    parameters[i].forEach((expected, j) => {
      expect(parameter[j]).toBeCloseTo(expected, 12);
    });
  });
});

test('bf16 rounds to nearest even, as in PyTorch; NaN stays NaN', () => {
  expect([...numbers(golden.bf16.numbers)].map(toBf16)).toEqual(golden.bf16.patterns);
  expect(roundToBf16(Number.NaN)).toBeNaN();
});
