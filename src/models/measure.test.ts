import { expect, test } from 'vitest';
import { countParameters } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { init } from './decoder.ts';
import { estimateMemory, flopsPerToken, parameterCount } from './measure.ts';
import { preset } from './presets.ts';

test('the stated number of parameters is the number made', () => {
  for (const changes of [
    {},
    { positions: 'alibi', tiedHead: false, bias: true, activation: 'swiglu' },
  ] as const) {
    const config = preset('nano', changes);
    expect(countParameters(init(config, createRng(1)))).toBe(parameterCount(config));
  }
});

test('published sizes: GPT-2 small, and the blocks of the small Shakespeare config', () => {
  expect(parameterCount(preset('gpt2-small'))).toBe(124_439_808);
  const { vocabSize, contextLength, width, layers } = preset('shakespeare-cpu');
  const norms = (2 * layers + 1) * width;
  expect(parameterCount(preset('shakespeare-cpu'))).toBe(
    786_432 + (vocabSize + contextLength) * width + norms,
  );
});

test('arithmetic: two operations a weight forward, three times that for a step, and attention on top', () => {
  const config = preset('poem');
  const weights = 6 * 12 * 256 * 256 + 6000 * 256;
  const { forward, training } = flopsPerToken(config);
  expect(forward).toBe(2 * weights + (6 * 4 * 256 * 128) / 2);
  expect(training).toBe(3 * forward);
  expect(flopsPerToken(config, 64).forward).toBeLessThan(forward);
});

test('memory: training holds four numbers a parameter; grouped heads and bf16 shrink generation by their factor', () => {
  const config = preset('poem');
  const training = estimateMemory(config, { purpose: 'train', batch: 32 });
  expect(training.weights + training.gradients + training.optimizer).toBe(16 * parameterCount(config));
  const recomputed = estimateMemory(config, { purpose: 'train', batch: 32, recompute: true });
  expect(recomputed.activations).toBeLessThan(training.activations / 2);
  const reading = estimateMemory(config, { purpose: 'generate' });
  const grouped = estimateMemory({ ...config, kvHeads: 2 }, { purpose: 'generate', weights: 'bf16' });
  expect(reading.kvCache).toBe(6 * 128 * 2 * 256 * 4);
  expect(reading.kvCache / grouped.kvCache).toBe(4);
  expect(grouped.weights).toBeLessThan(reading.weights / 2);
});
