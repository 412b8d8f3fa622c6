import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  add,
  affine,
  cast,
  crossEntropy,
  log,
  maximum,
  memoryStats,
  mul,
  neg,
  oneHot,
  resetPeak,
  scope,
  softmax,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from '../tensor/index.ts';
import { previousTokens } from '../train/repeats.ts';
import { normalInit } from './parameters.ts';
import {
  aboveTarget,
  type Candidates,
  contrastiveLoss,
  type DittoForm,
  dittoLoss,
  scaleNovel,
  unlikelihood,
} from './repetition-losses.ts';

interface Figure {
  readonly value: number;
  readonly gradient: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('../../test/golden/cures.json', import.meta.url), 'utf8'));
const { batch, length, vocab, width } = golden;
const ids = (values: ArrayLike<number>, shape: number[]) =>
  tensor(Int32Array.from(values), { shape, dtype: 'i32' });
const wide = (values: readonly number[], shape: number[]) =>
  tensor(Float64Array.from(values), { shape, dtype: 'f64' });
const logits = wide(golden.logits, [batch * length, vocab]);
const hidden = wide(golden.hidden, [batch, length, width]);
const targets = ids(golden.targets, [batch * length]);
const rows = { inputs: Int32Array.from(golden.targets), targets: Int32Array.from(golden.targets), batchSize: batch, contextLength: length }; // biome-ignore format: a batch

function previous(options: Parameters<typeof previousTokens>[1]): Candidates {
  const { ids: found, weights, k } = previousTokens(rows, options);
  return { ids: ids(found, [batch * length, k]), weights: wide([...weights], [batch * length, k]) };
}

function expectGolden(f: (x: Tensor) => Tensor, x: Tensor, { value, gradient }: Figure): void {
  const found = valueAndGrad(f, x);
  expect(found.value.item()).toBeCloseTo(value, 8);
  gradient.forEach((g, i) => expect(found.gradients.data[i]).toBeCloseTo(g, 8));
  // And in single precision.
  const single = valueAndGrad((y: Tensor) => f(y), cast(x, 'f32') as Tensor);
  expect(single.value.item()).toBeCloseTo(value, 5);
}

const perTarget = 1 / golden.targets.filter((id: number) => id >= 0).length;
const withLikelihood = (candidates: (x: Tensor) => Candidates) => (x: Tensor) => {
  const { ids: found, weights } = candidates(x);
  const loss = unlikelihood(x, { ids: found, weights: cast(weights, x.dtype) });
  return add(crossEntropy(x, targets), affine(loss, perTarget, 0));
};

describe('values and gradients equal the formulas in PyTorch', () => {
  test('token-level unlikelihood over the previous context', () => {
    expectGolden(
      withLikelihood(() => previous({ withoutTarget: true })),
      logits,
      golden.unlikelihood,
    );
  });

  test('the same over the flattened batch', () => {
    const options = { withoutTarget: true, flattened: true };
    expectGolden(
      withLikelihood(() => previous(options)),
      logits,
      golden.flattened,
    );
    expect(golden.flattened.value).not.toBeCloseTo(golden.unlikelihood.value, 3);
  });

  test('the same over what the model ranks above the target', () => {
    const choose = (x: Tensor) => aboveTarget(x, targets, previous({ withoutTarget: true }));
    expectGolden(withLikelihood(choose), logits, golden.adaptive);
    expect(golden.adaptive.value).toBeLessThan(golden.unlikelihood.value - 0.01);
  });

  test('sequence-level unlikelihood of marked tokens', () => {
    const marks = golden.targets.map((_: number, i: number) => i % 2);
    const chosen = golden.targets.map((id: number) => Math.max(0, id));
    const places = [batch * length, 1];
    expectGolden(
      (x) => {
        const weights = cast(wide(marks, places), x.dtype);
        const loss = unlikelihood(x, { ids: ids(chosen, places), weights }, { floor: 1e-20 });
        return affine(loss, 1 / (batch * length), 0);
      },
      logits,
      golden.sequence,
    );
  });

  test('ScaleGrad', () => {
    expectGolden(
      (x) => {
        const { ids: found, weights } = previous({ withoutTarget: false });
        return crossEntropy(scaleNovel(x, { ids: found, weights: cast(weights, x.dtype) }, 0.2), targets);
      },
      logits,
      golden.scalegrad,
    );
  });

  test('SimCTG with padding', () => {
    expectGolden((h) => contrastiveLoss(h, 0.5, golden.counts), hidden, golden.simctg);
    expect(contrastiveLoss(hidden, 0.5).item()).not.toBeCloseTo(golden.simctg.value, 4);
  });

  test.each(['nl', 'nl-clip', 'mse'] as const)('DITTO, form %s', (form: DittoForm) => {
    const before = Int32Array.from(golden.previous);
    const repeated = ids(golden.repeated, [batch * length]);
    expectGolden((x) => dittoLoss(x, repeated, before, { lambda: 0.5, form }), logits, golden.ditto[form]);
  });
});

test('unlikelihood equals the plain expression over the whole vocabulary, and its gradient a difference', () => {
  const x = normalInit(2)([30, 50], createRng(3));
  const k = 12;
  const rng = createRng(4);
  const chosen = Array.from({ length: 30 }, () => {
    const row = new Set<number>();
    while (row.size < k) row.add(rng.integer(50));
    return [...row];
  }).flat();
  const weights = Float32Array.from(chosen, () => rng.integer(3) / 2);
  const candidates = { ids: ids(chosen, [30, k]), weights: tensor(weights, { shape: [30, k] }) };
  const mask = sum(mul(oneHot(candidates.ids, 50), tensor(weights, { shape: [30, k, 1] })), { axis: 1 });
  const fast = valueAndGrad((y: Tensor) => unlikelihood(y, candidates), x);
  const plain = valueAndGrad(
    (y: Tensor) => sum(mul(neg(log(maximum(affine(softmax(y), -1, 1), 1e-5))), mask)),
    x,
  );
  expect(fast.value.item()).toBeCloseTo(plain.value.item(), 3);
  plain.gradients.data.forEach((g: number, i: number) => expect(fast.gradients.data[i]).toBeCloseTo(g, 5));

  const step = 1e-6;
  const along = cast(normalInit(1)([30, 50], createRng(5)), 'f64');
  const wideCandidates = { ids: candidates.ids, weights: cast(candidates.weights, 'f64') };
  const at = (t: number) => unlikelihood(add(cast(x, 'f64'), mul(along, t)), wideCandidates).item();
  const slope = sum(mul(cast(fast.gradients, 'f64'), along)).item();
  expect(Math.abs(slope - (at(step) - at(-step)) / (2 * step))).toBeLessThan(1e-4 * Math.abs(slope));
});

test('probabilities near 1 give finite losses and gradients', () => {
  const sure = tensor([[200, 0, 0]]);
  const one = { ids: ids([0], [1, 1]), weights: tensor([[1]]) };
  for (const floor of [1e-5, 1e-20]) {
    const { value, gradients } = valueAndGrad((x: Tensor) => unlikelihood(x, one, { floor }), sure as Tensor);
    expect(value.item()).toBeCloseTo(-Math.log(floor), 3);
    expect(gradients.data.every(Number.isFinite)).toBe(true);
  }
});

test('of the size of the logits there is little in memory beside them', () => {
  const [rows, wide] = [64, 4000];
  const x = normalInit(1)([rows, wide], createRng(6));
  const few = { ids: ids(Array(rows * 8).fill(1).map((_, i) => i % 8), [rows, 8]), weights: tensor(new Float32Array(rows * 8).fill(1), { shape: [rows, 8] }) }; // biome-ignore format: short
  const peakOf = (f: (x: Tensor) => Tensor) =>
    scope(() => {
      const before = memoryStats().liveBytes;
      resetPeak();
      valueAndGrad(f, x);
      return (memoryStats().peakBytes - before) / (4 * rows * wide);
    });
  // The gradient and what it is made of: softmax, its product, the scattered part.
  expect(peakOf((y) => unlikelihood(y, few))).toBeLessThan(5);
  expect(peakOf((y) => neg(sum(log(maximum(affine(softmax(y), -1, 1), 1e-5)))))).toBeGreaterThan(5);
});
