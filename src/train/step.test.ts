/** A whole training step of a small model in steady state takes no memory: neither the pool's nor the kernels' scratch. */

import { afterEach, expect, test, vi } from 'vitest';
import {
  backend,
  linear,
  linearCrossEntropy,
  memoryStats,
  normal,
  ones,
  rmsNorm,
  zeros,
} from '../tensor/index.ts';
import { adamw, uniformGroup } from './optimizers.ts';
import { type StepReport, trackParameters, trainStep } from './step.ts';

afterEach(() => vi.restoreAllMocks());

test('a training step in steady state takes no memory, in JavaScript or in native code', async () => {
  const params = {
    up: normal([96, 24], { seed: 1 }),
    down: normal([24, 96], { seed: 2 }),
    head: normal([70, 24], { seed: 3 }),
  };
  const tracked = trackParameters(params, uniformGroup(adamw()));
  const x = normal([160, 24], { seed: 4 });
  const targets = zeros([160], 'i32');
  const loss = (p: typeof params) =>
    linearCrossEntropy(linear(linear(rmsNorm(x), p.up, { activation: 'gelu' }), p.down), p.head, targets);
  const step = (index: number) =>
    trainStep({
      params,
      tracked,
      loss,
      batches: [undefined],
      step: index,
      lr: 1e-2,
      clip: 1,
      precision: 'f32',
    });
  for (let i = 1; i <= 3; i++) await step(i);
  const taken = () => [memoryStats().allocations, backend().native?.addon.nativeAllocations()];
  const before = taken();
  const reports: StepReport[] = [];
  for (let i = 0; i < 5; i++) reports.push(await step(4 + i));
  expect(taken()).toEqual(before);
  expect(reports[4].loss).toBeLessThan(reports[0].loss);
});

test.skipIf(backend().threads < 2)(
  'a step does not wait for its update, and reading a parameter does',
  async () => {
    const { stream } = backend().native!;
    const { settleStream } = stream;
    let lines = 0;
    // The second line is the optimizer's: were it waited for, this test would not end.
    vi.spyOn(stream, 'settleStream').mockImplementation(() => {
      const done = settleStream();
      return ++lines === 2 ? new Promise(() => {}) : done;
    });
    const params = { head: zeros([3, 2]) };
    const options = {
      params,
      tracked: trackParameters(params, uniformGroup(adamw({ weightDecay: 0 }))),
      loss: (p: typeof params) => linearCrossEntropy(ones([4, 2]), p.head, zeros([4], 'i32')),
      batches: [undefined],
      lr: 0.5,
      precision: 'f32' as const,
    };
    await trainStep({ ...options, step: 1 });
    expect([...params.head.data].map((x) => Number(x.toFixed(3)))).toEqual([
      0.5, 0.5, -0.5, -0.5, -0.5, -0.5,
    ]);
    await trainStep({ ...options, step: 2 });
    expect(params.head.data[0]).toBeGreaterThan(0.9);
    expect(lines).toBe(4);
  },
);
