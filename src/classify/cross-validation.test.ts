import { expect, test } from 'vitest';
import { kFold } from '../data/index.ts';
import { createRng } from '../rng.ts';
import { scoreClassifier } from './compare.ts';
import { crossValidate } from './cross-validation.ts';
import { trainClassifier } from './methods.ts';

const rng = createRng(1);
const texts = Array.from({ length: 40 }, (_, i) => {
  const isWarm = rng.uniform() < 0.5;
  const word = ['red', 'blue', 'green', 'grey'][rng.integer(4)];
  const label = isWarm !== rng.uniform() < 0.2 ? 'yes' : 'no';
  return { text: `${word} ${i} ${isWarm ? 'warm' : 'cold'}`, label };
});

test('each part is asked of what learnt from the others, and the figures are those of the parts', async () => {
  const options = { folds: 4, seed: 3, smoothing: 0.5 };
  const progress: number[] = [];
  const found = await crossValidate('naive-bayes', texts, {
    ...options,
    onProgress: (x) => progress.push(x),
  });
  const ways = kFold(texts, { ...options, stratifyBy: ({ label }) => label });
  const expected = [];
  for (const { train, heldOut } of ways) {
    expected.push(scoreClassifier(await trainClassifier('naive-bayes', train, options), heldOut));
  }
  expect(found.folds).toEqual(expected);
  const accuracies = expected.map(({ accuracy }) => accuracy);
  const mean = accuracies.reduce((a, b) => a + b) / 4;
  expect(found.mean.accuracy).toBeCloseTo(mean, 12);
  const variance = accuracies.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3;
  expect(found.deviation.accuracy).toBeCloseTo(Math.sqrt(variance), 12);
  expect(new Set(accuracies).size).toBeGreaterThan(1);
});
