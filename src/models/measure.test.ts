import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countParameters } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import {
  backend,
  type Kernels,
  memoryStats,
  resetPeak,
  scope,
  tensor,
  valueAndGrad,
  withKernels,
} from '../tensor/index.ts';
import { type DecoderParams, init, loss } from './decoder.ts';
import { type ForeignJson, fromForeignConfig } from './foreign.ts';
import { estimateMemory, flopsPerToken, parameterCount } from './measure.ts';
import { preset } from './presets.ts';

test('the stated number of parameters is the number made', () => {
  for (const changes of [
    {},
    { positions: 'alibi', tiedHead: false, bias: true, activation: 'swiglu' },
    { positions: 't5', block: 'sandwich', activation: 'geglu' },
    { block: 'postNorm' },
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

/** What sizes follow from in the configs of public checkpoints (contexts shortened), and their numbers of parameters as published. */
const published: { readonly [name: string]: { readonly parameters: number; readonly config: ForeignJson } } =
  JSON.parse(readFileSync(new URL('../../test/fixtures/public-configs.json', import.meta.url), 'utf8'));

test.each(Object.entries(published))(
  '%s has as many parameters as published',
  (_, { parameters, config }) => {
    expect(parameterCount(fromForeignConfig(config))).toBe(parameters);
  },
);

test('arithmetic: two operations a weight forward, three times that for a step, and attention on top', () => {
  const config = preset('poem');
  const weights = 6 * 12 * 256 * 256 + 6000 * 256;
  const { forward, training } = flopsPerToken(config);
  expect(forward).toBe(2 * weights + (6 * 4 * 256 * 128) / 2);
  expect(training).toBe(3 * forward);
  expect(flopsPerToken(config, 64).forward).toBeLessThan(forward);
  // Of six layers, those that see a window of a fourth of the text cost a fourth as much there.
  const alternating = preset('poem', { window: 32, globalEvery: 2 });
  const seen = forward - 2 * weights;
  expect(flopsPerToken(alternating).forward).toBe(2 * weights + (3 + 3 / 4) * (seen / 6));
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

/** Kernels that compute nothing: memory does not depend on values. */
const idle = Object.fromEntries(
  Object.keys(backend().kernels).map((name) => [name, () => {}]),
) as unknown as Kernels;

test.each([
  [{}, false],
  [{}, true],
  [{ norm: 'rmsNorm', positions: 'rotary', kvHeads: 2, activation: 'swiglu', tiedHead: false }, false],
  [{ dropout: 0.2, bias: true }, false],
  [{ positions: 't5', block: 'parallel' }, false],
  [{ block: 'sandwich', activation: 'geglu', norm: 'rmsNorm', attentionSoftcap: 20 }, false],
  [{ block: 'postNorm', activation: 'geglu', positions: 'rotary' }, false],
] as const)(
  'the estimate of a training step is within a fifth of its peak: %j, recompute %s',
  (changes, recompute) => {
    const config = preset('shakespeare-cpu', changes);
    const params = init(config, createRng(1));
    const ids = tensor(new Int32Array(8 * 64), { shape: [8, 64], dtype: 'i32' });
    const batch = { ids, targets: ids, recompute, dropoutSeed: 1 };
    const peak = withKernels(idle, () => {
      resetPeak();
      const before = memoryStats().liveBytes;
      scope(() => void valueAndGrad((p: DecoderParams) => loss(p, config, batch), params));
      return memoryStats().peakBytes - before;
    });
    const { activations, gradients } = estimateMemory(config, { purpose: 'train', batch: 8, recompute });
    expect((activations + gradients) / peak).toBeGreaterThan(0.8);
    expect((activations + gradients) / peak).toBeLessThan(1.2);
  },
);
