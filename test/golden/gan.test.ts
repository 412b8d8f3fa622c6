/** Spectral normalisation, the gradient penalty and the losses of critics are those of PyTorch: test/golden/gan.py. */

import { expect, test } from 'vitest';
import {
  type AdversarialLossName,
  adversarialLosses,
  type CriticParams,
  createCritic,
  criticInput,
  gradientPenalty,
  iterate,
  normalised,
  type Texts,
} from '../../src/gan/index.ts';
import { linear, mul, oneHot, sum, type Tensor, tensor, valueAndGrad } from '../../src/tensor/index.ts';
import { leaves } from '../../src/tree.ts';
import { wave } from '../contracts/wave.ts';
import { readGolden } from './model-golden.ts';

interface Loss {
  readonly critic: number;
  readonly writer: number;
}

const golden = readGolden<{
  vocabSize: number;
  embedding: number;
  filters: number;
  widths: number[];
  real: number[][];
  written: number[][];
  mix: number[];
  penalty: { loss: number; gradients: { [path: string]: number[] } };
  losses: { [name: string]: Loss };
  spectral: { weight: number[]; u: number[]; v: number[]; gradient: number[] };
}>('gan');
const { vocabSize, embedding, filters, widths } = golden;

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], 5);
}

const critic = createCritic(vocabSize, { embedding, filters, widths, dropout: 0, spectralNorm: false }, 1);
for (const [path, parameter] of leaves<Tensor>(critic.params)) {
  const [part, i, kind] = path.split('.');
  const shift =
    part === 'embedding'
      ? 1
      : part === 'output'
        ? i === 'weight'
          ? 8
          : 9
        : Number(i) + (kind === 'weight' ? 2 : 5);
  parameter.data.set(wave(parameter.shape, shift).data);
}
const inputOf = (rows: number[][]) => {
  const texts: Texts = { ids: Int32Array.from(rows.flat()), count: rows.length, length: rows[0].length };
  return criticInput(texts, {});
};
const [real, written] = [inputOf(golden.real), inputOf(golden.written)];

test('the gradient penalty and the gradient through it', () => {
  const mix = tensor(golden.mix, { shape: [golden.mix.length, 1, 1] });
  const [shares, writtenShares] = [real, written].map(({ ids }) => oneHot(ids, vocabSize));
  const { value, gradients } = valueAndGrad(
    (params: CriticParams) =>
      gradientPenalty((x) => critic.scores(params, x, { mask: real.mask }), {
        ...{ real: shares, written: writtenShares, mix },
      }),
    critic.params,
  );
  expect(value.item()).toBeCloseTo(golden.penalty.loss, 6);
  const found = new Map(leaves<Tensor | undefined>(gradients));
  expect(Object.keys(golden.penalty.gradients).length).toBeGreaterThan(4);
  for (const [path, expected] of Object.entries(golden.penalty.gradients)) {
    // A bias does not change the slope: no gradient, or zeros.
    expectClose(found.get(path)?.data ?? new Float32Array(expected.length), expected);
  }
});

test.each([
  ['bce', 'bce'],
  ['non-saturating', 'nonSaturating'],
  ['wasserstein', 'wasserstein'],
] as [AdversarialLossName, string][])('the losses of %s', (name, key) => {
  const scoresOf = ({ ids, mask }: typeof real) => critic.scores(critic.params, ids, { mask });
  const loss = adversarialLosses[name];
  expect(loss.critic(scoresOf(real), scoresOf(written)).item()).toBeCloseTo(golden.losses[key].critic, 6);
  expect(loss.writer(scoresOf(written)).item()).toBeCloseTo(golden.losses[key].writer, 6);
});

test('spectral normalisation after three iterations, and the gradient through σ', () => {
  const unit = (size: number, shift: number): Tensor => {
    const x = wave([size, 1], shift);
    const length = Math.hypot(...x.data);
    return tensor(
      Array.from(x.data, (value) => value / length),
      { shape: [size, 1] },
    );
  };
  const vectors = new Map([['weight', { left: unit(4, 1), right: unit(6, 2) }]]);
  const params = { weight: wave([4, 6], 3) };
  for (let i = 0; i < 3; i++) iterate(vectors, params);
  const { left, right } = vectors.get('weight')!;
  expectClose(left.data, golden.spectral.u);
  expectClose(right.data, golden.spectral.v);
  expectClose(normalised(params, vectors).weight.data, golden.spectral.weight);
  const { gradients } = valueAndGrad(
    (own: typeof params) =>
      sum(mul(linear(wave([5, 6], 4), normalised(own, vectors).weight), wave([5, 4], 6))),
    params,
  );
  expectClose(gradients.weight.data, golden.spectral.gradient);
});
