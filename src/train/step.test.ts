/** A whole training step of a small model in steady state takes no memory: neither the pool's nor the kernels' scratch. */

import { expect, test } from 'vitest';
import { backend, linear, linearCrossEntropy, memoryStats, normal, rmsNorm, zeros } from '../tensor/index.ts';
import { adamw, uniformGroup } from './optimizers.ts';
import { type StepReport, trackParameters, trainStep } from './step.ts';

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
