/** Ten steps of AdamW on our decoders against PyTorch (model.py). */

import { expect, test } from 'vitest';
import { loss } from '../../src/models/index.ts';
import { decayMatrices, trackParameters, trainStep } from '../../src/train/index.ts';
import {
  type GoldenModelName,
  type GoldenOptimizer,
  goldenModel,
  readGolden,
  relativeErrors,
  tokens,
} from './model-golden.ts';

const TOLERANCE = 1e-4;
const golden = readGolden<GoldenOptimizer>('optim-adamw');

test.each<GoldenModelName>(['gpt2', 'llama'])(
  '%s: ten losses and every parameter after them',
  async (name) => {
    const { lr, ...adamw } = golden.options;
    const expected = golden.models[name];
    const { config, params } = goldenModel(name, expected.config);
    const tracked = trackParameters(params, decayMatrices(adamw));
    const batches = [0, 1].map((i) => ({ ids: tokens(golden.ids[i]), targets: tokens(golden.targets[i]) }));
    const losses: number[] = [];
    for (const i of expected.losses.keys()) {
      const batch = [batches[i % 2]];
      const step = { params, tracked, batches: batch, step: i + 1, lr, precision: 'f32' } as const;
      const report = await trainStep({ ...step, loss: (p, b: (typeof batches)[0]) => loss(p, config, b) });
      losses.push(report.loss);
    }
    expected.losses.forEach((value, i) => {
      expect(Math.abs(losses[i] / value - 1)).toBeLessThan(TOLERANCE);
    });
    const errors = relativeErrors(name, config, params, expected.parameters);
    expect(errors.filter(([, error]) => !(error < TOLERANCE))).toEqual([]);
  },
);
