/** Linear attention: the parallel form equals the sum it stands for, and the recurrent one. */

import { expect, test } from 'vitest';
import {
  add,
  concat,
  div,
  exp,
  grad,
  matmul,
  minimum,
  mul,
  normal,
  permute,
  relu,
  slice,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../tensor/index.ts';
import { linearAttention } from './linear-attention.ts';

/** More than two chunks, the last not full. */
const LENGTH = 150;
const [HEADS, KV_HEADS, SIZE] = [4, 2, 3];
const random = (stream: number, heads: number): Tensor =>
  normal([2, LENGTH, heads, SIZE], { seed: 5, stream });
const inputs = { q: random(0, HEADS), k: random(1, KV_HEADS), v: random(2, KV_HEADS) };
const upstream = random(3, HEADS);
type Inputs = typeof inputs;
const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((v, i) => Math.abs(v - b.data[i])));

/** All scores at once, [2, heads, T, T]. */
function dense({ q, k, v }: Inputs): Tensor {
  const feature = (x: Tensor) => add(relu(x), exp(minimum(x, zeros([1]))));
  const causal = tensor(
    Array.from({ length: LENGTH }, (_, i) => Array.from({ length: LENGTH }, (_, j) => (j <= i ? 1 : 0))),
  );
  const heads = Array.from({ length: HEADS }, (_, head) => {
    const of = (x: Tensor, at: number) => permute(slice(x, 2, at, at + 1), [0, 2, 1, 3]);
    const shared = Math.floor(head / (HEADS / KV_HEADS));
    const scores = mul(matmul(feature(of(q, head)), feature(of(k, shared)), { transB: true }), causal);
    return permute(
      div(matmul(scores, of(v, shared)), sum(scores, { axis: -1, keepDims: true })),
      [0, 2, 1, 3],
    );
  });
  return concat(heads, 2);
}

test('in parallel it is the sum over all that came before, in value and gradient', () => {
  const parallel = ({ q, k, v }: Inputs) => linearAttention(q, k, v).mixed;
  expect(worst(parallel(inputs), dense(inputs))).toBeLessThan(1e-4);
  const gradients = (f: (given: Inputs) => Tensor) =>
    grad((given: Inputs) => sum(mul(f(given), upstream)), inputs);
  const [ours, plain] = [gradients(parallel), gradients(dense)];
  for (const name of ['q', 'k', 'v'] as const) {
    const scale = Math.max(...plain[name].data.map(Math.abs));
    expect(worst(ours[name], plain[name]) / scale).toBeLessThan(1e-4);
  }
});

test('token by token, through its state, it is the same', () => {
  const { mixed, states } = linearAttention(inputs.q, inputs.k, inputs.v);
  const at = (x: Tensor, place: number) => slice(x, 1, place, place + 1);
  let state: Tensor | undefined;
  for (let place = 0; place < LENGTH; place++) {
    const step = linearAttention(at(inputs.q, place), at(inputs.k, place), at(inputs.v, place), state);
    expect(worst(step.mixed, at(mixed, place))).toBeLessThan(1e-4);
    state = slice(step.states, 2, -1);
    if (place === 127) expect(worst(state, slice(states, 2, 1, 2))).toBeLessThan(1e-3);
  }
  expect(worst(state!, slice(states, 2, -1))).toBeLessThan(1e-3);
});
