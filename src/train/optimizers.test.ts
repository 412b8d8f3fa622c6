import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { matmul, normal, type Tensor, tensor } from '../tensor/index.ts';
import { adagrad, adam, adamw, muon, type Optimizer, orthogonalize, rmsprop, sgd } from './optimizers.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/optimizers.json', import.meta.url), 'utf8'),
) as { start: number[]; traces: Record<string, number[][]> };

const cases: Record<string, { optimizer: Optimizer; lr: number }> = {
  sgd: { optimizer: sgd(), lr: 0.1 },
  sgdWeightDecay: { optimizer: sgd({ weightDecay: 0.05 }), lr: 0.1 },
  momentum: { optimizer: sgd({ momentum: 0.9 }), lr: 0.1 },
  nesterov: { optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }), lr: 0.1 },
  adam: { optimizer: adam(), lr: 0.01 },
  adamw: { optimizer: adamw({ beta2: 0.95, weightDecay: 0.1 }), lr: 0.01 },
  adagrad: { optimizer: adagrad(), lr: 0.1 },
  rmsprop: { optimizer: rmsprop(), lr: 0.01 },
};

/** The script's gradient: cos(0.7·step + i) + 0.3·p. */
const gradientAt = (step: number, p: Tensor): number[] =>
  Array.from(p.data, (value, i) => Math.cos(0.7 * step + i) + 0.3 * (value as number));

describe('ten steps equal PyTorch', () => {
  test('every golden trace has its case', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(golden.traces).sort());
  });

  test.each(Object.entries(cases))('%s', (name, { optimizer, lr }) => {
    const p = tensor(golden.start);
    const slots = optimizer.slots(p);
    golden.traces[name].forEach((expected, step) => {
      optimizer.update(p, tensor(gradientAt(step, p)), slots, { step: step + 1, lr, gradScale: 1 });
      expected.forEach((value, i) => expect(p.data[i]).toBeCloseTo(value, 5));
    });
  });

  test('gradScale multiplies the gradient first', () => {
    for (const { optimizer, lr } of Object.values(cases)) {
      const [a, b] = [tensor(golden.start), tensor(golden.start)];
      const [slotsA, slotsB] = [optimizer.slots(a), optimizer.slots(b)];
      const gradient = gradientAt(0, a);
      optimizer.update(a, tensor(gradient), slotsA, { step: 1, lr, gradScale: 0.5 });
      optimizer.update(b, tensor(gradient.map((g) => g * 0.5)), slotsB, { step: 1, lr, gradScale: 1 });
      Array.from(a.data).forEach((value, i) => expect(value).toBeCloseTo(b.data[i], 6));
    }
  });
});

describe('muon', () => {
  test.each([
    [8, 24],
    [24, 8],
    [16, 16],
  ])('orthogonalize [%i, %i] brings every singular value near 1', (rows, columns) => {
    const x = orthogonalize(normal([rows, columns], { seed: 3, stream: 1 }), 5);
    expect(x.shape).toEqual([rows, columns]);
    // The smaller Gram matrix has the squared singular values on its diagonal, roughly: near the identity.
    const gram = rows <= columns ? matmul(x, x, { transB: true }) : matmul(x, x, { transA: true });
    const n = Math.min(rows, columns);
    for (let i = 0; i < n; i++) {
      expect(gram.data[i * n + i]).toBeGreaterThan(0.3);
      expect(gram.data[i * n + i]).toBeLessThan(1.6);
    }
  });

  test('a step does not depend on the scale of the gradient', () => {
    const g = normal([6, 10], { seed: 4, stream: 1 });
    const steps = [1, 1000].map((gradScale) => {
      const p = tensor(new Float32Array(60), { shape: [6, 10] });
      const optimizer = muon();
      optimizer.update(p, g, optimizer.slots(p), { step: 1, lr: 0.1, gradScale });
      return Array.from(p.data);
    });
    steps[0].forEach((value, i) => expect(value).toBeCloseTo(steps[1][i], 4));
  });
});

test('bad options are refused with rule and value', () => {
  expect(() => adamw({ beta1: 1 })).toThrow('adamw: `beta1` must be in [0, 1), got 1');
  expect(() => sgd({ momentum: -1 })).toThrow('`momentum`');
  expect(() => muon({ iterations: 0 })).toThrow('`iterations`');
  expect(() => rmsprop({ eps: 0 })).toThrow('`eps`');
  expect(() => adagrad({ eps: Number.NaN })).toThrow('`eps`');
});
