import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wave } from '../../test/contracts/wave.ts';
import { createRng } from '../rng.ts';
import { crossEntropy, linear, type Tensor, tensor, valueAndGrad } from '../tensor/index.ts';
import { headLoss, softcap, symmetricInfoNce } from './losses.ts';
import { normalInit } from './parameters.ts';

const hidden = normalInit(1)([2, 4, 6], createRng(1));
const head = normalInit(1)([11, 6], createRng(2));
const targets = tensor([[3, -1, 10, 0], [5, 5, -1, 2]], { dtype: 'i32' }); // biome-ignore format: a batch

const both = (f: (p: { hidden: Tensor; head: Tensor }) => Tensor) => {
  const { value, gradients } = valueAndGrad(f, { hidden, head });
  return [value.item(), ...gradients.hidden.data, ...gradients.head.data];
};

test.each([0, 0.1])('the fused head equals logits and cross-entropy, smoothing %d', (smoothing) => {
  const fused = both((p) => headLoss(p.hidden, p.head, targets, { smoothing }));
  const plain = both((p) => crossEntropy(linear(p.hidden, p.head), targets, { smoothing }));
  for (let i = 0; i < plain.length; i++) expect(fused[i]).toBeCloseTo(plain[i], 5);
});

test('a cap keeps logits within bounds and leaves small ones alone', () => {
  const [large, small] = softcap(tensor([1000, 0.01]), 30).data;
  expect(large).toBeCloseTo(30, 4);
  expect(small).toBeCloseTo(0.01, 6);
  const capped = headLoss(hidden, head, targets, { logitSoftcap: 2 }).item();
  expect(capped).toBeCloseTo(crossEntropy(softcap(linear(hidden, head), 2), targets).item(), 5);
  expect(capped).not.toBeCloseTo(headLoss(hidden, head, targets).item(), 2);
});

test('symmetric InfoNCE is that of PyTorch, with its gradients, below and above the limit of its scale', () => {
  const golden = JSON.parse(
    readFileSync(new URL('../../test/golden/info-nce.json', import.meta.url), 'utf8'),
  ) as {
    batch: number;
    width: number;
    cases: { logScale: number; loss: number; a: number[]; b: number[]; scale: number[] }[];
  };
  const { batch, width, cases } = golden;
  for (const { logScale, loss, a, b, scale } of cases) {
    const params = { a: wave([batch, width], 1), b: wave([batch, width], 2), scale: tensor([logScale]) };
    const { value, gradients } = valueAndGrad(
      (p: typeof params) => symmetricInfoNce(p.a, p.b, p.scale),
      params,
    );
    expect(value.item()).toBeCloseTo(loss, 4);
    const near = (got: Tensor, expected: readonly number[]) =>
      expected.forEach(
        (x, i) => void expect(Math.abs(got.data[i] - x)).toBeLessThan(2e-3 + 1e-3 * Math.abs(x)),
      );
    near(gradients.a, a);
    near(gradients.b, b);
    near(gradients.scale, scale);
  }
});
