import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { affine, attention, concat, split, type Tensor } from '../tensor/index.ts';
import { type AttentionParams, attentionSpec, runAttention } from './attention.ts';
import { initialize, normalInit } from './parameters.ts';

const config = { width: 12, heads: 4, kvHeads: 2, headSize: 3, inputBias: false, outputBias: false };
const causal = (q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, { causal: true });
const x = normalInit(1)([2, 5, 12], createRng(3));

function params(kvHeads: number): AttentionParams {
  return initialize(attentionSpec({ ...config, kvHeads }, normalInit(0.5), normalInit(0.5)), createRng(4));
}

/** Each kv head's rows, `times` times in a row. */
function repeatHeads(weight: Tensor, times: number): Tensor {
  const heads = split(weight, Array(weight.shape[0] / config.headSize).fill(config.headSize), 0);
  return concat(
    heads.flatMap((head) => Array<Tensor>(times).fill(head)),
    0,
  );
}

test.each([1, 2])('%i key heads equal four with the same weights repeated', (kvHeads) => {
  const grouped = params(kvHeads);
  const repeat = ({ weight }: { weight: Tensor }) => ({ weight: repeatHeads(weight, 4 / kvHeads) });
  const whole = { ...grouped, key: repeat(grouped.key), value: repeat(grouped.value) };
  expect(whole.key.weight.shape).toEqual([12, 12]);
  const a = runAttention(grouped, x, { ...config, kvHeads }, { attend: causal });
  const b = runAttention(whole, x, { ...config, kvHeads: 4 }, { attend: causal });
  for (let i = 0; i < a.size; i++) expect(a.data[i]).toBeCloseTo(b.data[i], 5);
});

test('normalised queries and keys make scores blind to their size', () => {
  const qkNorm = { kind: 'rmsNorm', bias: false, eps: 1e-12 } as const;
  const specs = attentionSpec({ ...config, qkNorm }, normalInit(0.5), normalInit(0.5));
  const plain = initialize(specs, createRng(4));
  expect(plain.queryNorm!.weight.shape).toEqual([3]);
  const louder = { ...plain, query: { weight: affine(plain.query.weight, 2, 0) } };
  const run = (weights: typeof plain, norm: typeof qkNorm | undefined) =>
    runAttention(weights, x, { ...config, qkNorm: norm }, { attend: causal }).data;
  const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
  expect(difference(run(plain, qkNorm), run(louder, qkNorm))).toBeLessThan(1e-5);
  expect(difference(run(plain, undefined), run(louder, undefined))).toBeGreaterThan(1e-2);
});
