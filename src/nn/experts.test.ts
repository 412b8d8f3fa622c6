/** Experts equal plain expressions of dense parts, and compute no more than what is sent to them. */

import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  add,
  backend,
  cast,
  grad,
  matmul,
  mul,
  normal,
  type Shape,
  slice,
  softmax,
  square,
  sum,
  type Tensor,
  tensor,
  withKernels,
  withPrecision,
  wrapKernels,
} from '../tensor/index.ts';
import { balanceLoss, type ExpertsParams, expertsSpec, type Routing, runExperts } from './experts.ts';
import { runFfn } from './ffn.ts';
import { initialize, normalInit } from './parameters.ts';

const ffn = { width: 6, size: 10, activation: 'swiglu', bias: false } as const;
const make = (count: number): ExpertsParams =>
  initialize(
    expertsSpec(ffn, { count, active: 2 }, normalInit(0.5), normalInit(0.5)),
    createRng(1),
  ) as ExpertsParams;
const random = (shape: Shape): Tensor => normal(shape, { seed: 3, stream: 0 });
const x = random([2, 5, 6]);
const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((v, i) => Math.abs(v - b.data[i])));

test('experts that are all alike are one dense part, whoever is chosen', () => {
  const params = make(4);
  const same = { ...params, experts: params.experts.map(() => params.experts[0]) };
  const residual = random([2, 5, 6]);
  const dense = add(residual, runFfn(params.experts[0], x, 'swiglu'));
  expect(worst(runExperts(same, x, ffn, { active: 2 }, { residual }), dense)).toBeLessThan(1e-6);
});

describe('all experts at work', () => {
  const params = make(3);
  const mixed = (p: ExpertsParams, input: Tensor): Tensor => {
    const weights = softmax(matmul(input, p.router.weight, { transB: true }));
    return p.experts
      .map((expert, e) => mul(runFfn(expert, input, 'swiglu'), slice(weights, -1, e, e + 1)))
      .reduce(add);
  };

  test('are the sum of dense parts, weighted by the router', () => {
    expect(worst(runExperts(params, x, ffn, { active: 3 }), mixed(params, x))).toBeLessThan(1e-6);
  });

  test('and have its gradients', () => {
    const gradients = (f: (p: ExpertsParams, input: Tensor) => Tensor) =>
      grad(({ p, input }) => sum(square(f(p, input))), { p: params, input: x });
    const ours = gradients((p, input) => runExperts(p, input, ffn, { active: 3 }));
    const plain = gradients(mixed);
    expect(worst(ours.input, plain.input)).toBeLessThan(1e-4);
    expect(worst(ours.p.router.weight, plain.p.router.weight)).toBeLessThan(1e-4);
    ours.p.experts.forEach(({ down }, e) => {
      expect(worst(down.weight, plain.p.experts[e].down.weight)).toBeLessThan(1e-4);
    });
  });
});

test('stored as bf16, the gradient is that of floats, rounded', () => {
  const params = make(4);
  const learn = (p: ExpertsParams, input: Tensor) =>
    sum(square(runExperts(p, cast(input, 'bf16'), ffn, { active: 2 })));
  const gradient = () => grad(({ p, input }) => learn(p, input), { p: params, input: x });
  const [rounded, exact] = [withPrecision('bf16', gradient), gradient()];
  const scale = Math.max(...exact.input.data.map(Math.abs));
  expect(worst(rounded.input, exact.input) / scale).toBeLessThan(0.05);
});

test('each token is computed by its own experts only, and an expert without tokens learns nothing', () => {
  const params = make(8);
  // Towards experts 2 and 5, all of them.
  params.router.weight.data.fill(0);
  const first = tensor([[1, 0.5, 0, 0, 0, 0]]);
  params.router.weight.data[2 * 6] = 4;
  params.router.weight.data[5 * 6] = 2;
  let inner = 0;
  const counting = wrapKernels(backend().kernels, (name, call, args) => {
    if (name === 'swiglu') inner += (args[0] as Float32Array).length;
    return call();
  });
  const two = (p: ExpertsParams) => sum(runExperts(p, first, ffn, { active: 2 }));
  const { down } = withKernels(counting, () => grad(two, params)).experts[0];
  expect(inner).toBe(2 * ffn.size);
  expect(down.weight).toBeUndefined();
});

test('the balance is 1 where all are alike, as many as there are experts where one has all, and its slope evens out', () => {
  const routing = (probabilities: number[][], chosen: number[][]): Routing => ({
    probabilities: tensor(probabilities),
    chosen: tensor(chosen, { dtype: 'i32' }) as Tensor<'i32'>,
  });
  const even = routing([[0.5, 0.5], [0.5, 0.5]], [[0], [1]]); // biome-ignore format: a table
  const one = routing([[1, 0], [1, 0]], [[0], [0]]); // biome-ignore format: a table
  expect(balanceLoss(even).item()).toBeCloseTo(1, 6);
  expect(balanceLoss(one).item()).toBeCloseTo(2, 6);
  const uneven = routing([[0.7, 0.3], [0.6, 0.4]], [[0], [0]]); // biome-ignore format: a table
  const slope = grad(
    (probabilities: Tensor) => balanceLoss({ ...uneven, probabilities }),
    uneven.probabilities,
  );
  expect([...slope.data]).toEqual([1, 0, 1, 0]);
});
