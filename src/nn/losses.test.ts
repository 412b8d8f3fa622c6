import { expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { crossEntropy, linear, type Tensor, tensor, valueAndGrad } from '../tensor/index.ts';
import { headLoss, softcap } from './losses.ts';
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
