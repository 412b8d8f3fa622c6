import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  type AttentionOptions,
  alibiSlopes,
  attention,
  cast,
  matmul,
  mul,
  permute,
  softmax,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../tensor/index.ts';
import { attentionWeights, hidingBias, maskBias, plainAttention } from './attention-weights.ts';
import { hidingKeys } from './key-mask.ts';
import { normalInit } from './parameters.ts';

const [batch, queries, keys, heads, headSize] = [2, 5, 7, 4, 3];
const scale = 0.4;
const random = (shape: readonly number[], seed: number): Tensor => normalInit(1)(shape, createRng(seed));
const qkv = (kvHeads: number) => [
  random([batch, queries, heads, headSize], 1),
  random([batch, keys, kvHeads, headSize], 2),
  random([batch, keys, kvHeads, headSize], 3),
];
const sizes = { batch, heads, queries, keys };
const pair = (a: number, b: number) => Int32Array.of(a, b);

const masks: { readonly [name: string]: AttentionOptions } = {
  'causal, more keys than queries': { causal: true },
  'causal, window of 3': { causal: true, window: 3 },
  ALiBi: { causal: true, alibiSlopes: alibiSlopes(heads) },
  'every key seen': { causal: false },
  prefixes: { causal: true, prefixLengths: pair(6, 0) },
  padding: { causal: true, keyStart: pair(2, 0), keyEnd: pair(7, 5), window: 6 },
};

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], 5);
}

describe.each(Object.entries(masks))('plain attention, %s', (_, options) => {
  test.each([4, 2, 1])('gives what the fused op gives, and its gradients: %i key heads', (kvHeads) => {
    const inputs = qkv(kvHeads);
    const weigh = random([batch, queries, heads, headSize], 4);
    const biases = [maskBias(sizes, options)];
    const plain = valueAndGrad(
      ([q, k, v]: readonly Tensor[]) => sum(mul(plainAttention(q, k, v, { scale, biases }), weigh)),
      inputs,
    );
    const fused = valueAndGrad(
      ([q, k, v]: readonly Tensor[]) => sum(mul(attention(q, k, v, { ...options, scale }), weigh)),
      inputs,
    );
    const mixed = plainAttention(inputs[0], inputs[1], inputs[2], { scale, biases });
    expectClose(mixed.data, attention(inputs[0], inputs[1], inputs[2], { ...options, scale }).data);
    plain.gradients.forEach((g, i) => expectClose(g.data, fused.gradients[i].data));
  });
});

test('weights stand by head, query and key, and a row of them adds up to 1', () => {
  const [q, k, v] = qkv(2);
  const options = { scale, biases: [maskBias(sizes, { causal: true, window: 3 })] };
  const weights = attentionWeights(q, k, options);
  expect(weights.shape).toEqual([batch, heads, queries, keys]);
  const mixed = plainAttention(q, k, v, options);
  for (let t = 0; t < queries; t++) {
    for (let head = 0; head < heads; head++) {
      const at = ((heads + head) * queries + t) * keys;
      const row = [...weights.data.subarray(at, at + keys)];
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      row.forEach((w, s) => expect(w > 0).toBe(s <= t + 2 && t + 2 - s < 3));
      for (let i = 0; i < headSize; i++) {
        const value = (s: number) => v.data[((keys + s) * 2 + Math.floor(head / 2)) * headSize + i];
        const expected = row.reduce((total, w, s) => total + w * value(s), 0);
        expect(mixed.data[((queries + t) * heads + head) * headSize + i]).toBeCloseTo(expected, 5);
      }
    }
  }
});

test('hidden keys are hidden as the fused op hides them', () => {
  const [q, k, v] = qkv(2);
  const hides = tensor([[0, 1, 0, 0, 1, 0, 0], Array(7).fill(0)]); // biome-ignore format: a mask
  const options = { causal: false, scale };
  const fused = hidingKeys((a, b, c) => attention(a, b, c, options), hides)(q, k, v);
  const biases = [maskBias(sizes, options), hidingBias(hides)];
  const plain = plainAttention(q, k, v, { scale, biases });
  plain.data.forEach((x, i) => expect(x).toBeCloseTo(fused.data[i], 3));
});

test('a soft cap and a bias come in that order, and their gradients are their slopes', () => {
  const to64 = (x: Tensor): Tensor => cast(x, 'f64');
  const [q, k, v] = qkv(1).map(to64);
  const bias = to64(random([heads, queries, keys], 5));
  const run = (inputs: readonly Tensor[]) =>
    plainAttention(inputs[0], inputs[1], inputs[2], { scale: 2, softcap: 1.5, biases: [inputs[3]] });
  const inputs = [q, k, v, bias];
  // By hand, for one key head: scores, cap, bias, softmax, values.
  const flat = permute(q, [0, 2, 1, 3]);
  const products = matmul(flat, permute(k, [0, 2, 1, 3]), { transB: true });
  const scores = products.data.map((x, i) => 1.5 * Math.tanh((2 * x) / 1.5) + bias.data[i % bias.size]);
  const weights = softmax(tensor(scores, { shape: products.shape, dtype: 'f64' }));
  const expected = permute(matmul(weights, permute(v, [0, 2, 1, 3])), [0, 2, 1, 3]);
  expectClose(run(inputs).data, expected.data);
  const weigh = to64(random([batch, queries, heads, headSize], 6));
  const f = (at: readonly Tensor[]) => sum(mul(run(at), weigh));
  const { gradients } = valueAndGrad(f, inputs);
  inputs.forEach((x, i) => {
    const along = to64(random(x.shape, 7 + i));
    const moved = (step: number) =>
      inputs.map((y, j) =>
        j === i
          ? tensor(
              y.data.map((value, n) => value + step * along.data[n]),
              { shape: y.shape, dtype: 'f64' },
            )
          : y,
      );
    const numeric = (f(moved(1e-5)).item() - f(moved(-1e-5)).item()) / 2e-5;
    const tape = sum(mul(gradients[i], along)).item();
    expect(Math.abs(tape - numeric)).toBeLessThan(1e-6 * (1 + Math.abs(numeric)));
  });
});
