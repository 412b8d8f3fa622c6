/** What a line cannot part: the perceptron fails at XOR, a network with a hidden layer learns it (Minsky and Papert 1969). */

import { describe, expect, test } from 'vitest';
import { initialize } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { tensor } from '../tensor/index.ts';
import { sparseRows } from './features.ts';
import { fitNetwork } from './fit.ts';
import { largest, linearScores } from './linear-model.ts';
import { type MlpParams, mlpSpec, runMlp } from './mlp.ts';
import { perceptron } from './perceptron.ts';

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const rows = sparseRows(inputs);
const xor = Int32Array.of(0, 1, 1, 0);
const and = Int32Array.of(0, 0, 0, 1);

describe('the perceptron', () => {
  test('learns AND: a pass without a mistake ends it', async () => {
    const model = await perceptron(rows, and, 2, { epochs: 50, averaged: false });
    expect(model.mistakes.at(-1)).toBe(0);
    expect(model.mistakes.length).toBeLessThan(50);
    expect(largest(linearScores(model, rows), 2)).toEqual(and);
  });

  test.each([0, 1, 2])('never learns XOR, however long, seed %i', async (seed) => {
    const model = await perceptron(rows, xor, 2, { epochs: 500, averaged: false, seed });
    expect(model.mistakes).toHaveLength(500);
    expect(Math.min(...model.mistakes)).toBeGreaterThan(0);
    expect(largest(linearScores(model, rows), 2)).not.toEqual(xor);
  });

  test('averaged weights are the mean of all steps', async () => {
    // One row, one step: guessed as 0, it is 1. The mean of the weights before and after it is half of the change.
    const options = { epochs: 1, seed: 0 };
    const last = await perceptron(sparseRows([[2]]), Int32Array.of(1), 2, { ...options, averaged: false });
    const mean = await perceptron(sparseRows([[2]]), Int32Array.of(1), 2, options);
    expect([...last.weights, ...last.bias]).toEqual([-2, 2, -1, 1]);
    expect([...mean.weights, ...mean.bias]).toEqual([-1, 1, -0.5, 0.5]);
  });
});

const learn = async (sizes: readonly number[], labels: Int32Array, seed: number) => {
  const params = initialize(mlpSpec(sizes), createRng(seed)) as MlpParams;
  const all = () => tensor(inputs, { shape: [4, 2] });
  const logits = (p: MlpParams, examples: Int32Array) =>
    runMlp(p, tensor(Array.from(examples, (i) => inputs[i])));
  await fitNetwork('mlp', labels, { params, logits }, { epochs: 300, batchSize: 4, lr: 0.05, seed });
  return largest(runMlp(params, all()).data, 2);
};

describe('the multi-layer perceptron', () => {
  test.each([0, 1, 2])('learns XOR by back-propagation, seed %i', async (seed) => {
    expect(await learn([2, 16, 2], xor, seed)).toEqual(xor);
  });

  test('without a hidden layer it is a line again', async () => {
    expect(await learn([2, 2], and, 0)).toEqual(and);
    expect(await learn([2, 2], xor, 0)).not.toEqual(xor);
  });
});
