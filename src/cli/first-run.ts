/** The model of the first run: one dial, the minutes, from which size and recipe follow. */

import type { TrainingPreset } from './recipe.ts';

/** What the dial is turned by. */
export interface Budget {
  readonly minutes: number;
  /** Measured speed of a 512³ matmul on this machine. */
  readonly gflops: number;
}

/** Sizes by the arithmetic that the budget allows, smallest first; chosen by experiment (docs/LOG.md). */
const sizes: readonly { readonly gflop: number; readonly model: TrainingPreset['model'] }[] = [
  { gflop: 0, model: { contextLength: 64, width: 64, layers: 2, heads: 2 } },
  { gflop: 600, model: { contextLength: 64, width: 128, layers: 3, heads: 4 } },
  { gflop: 30_000, model: { contextLength: 64, width: 256, layers: 4, heads: 4 } },
];

/** Model and recipe for a time on this machine. */
export function firstRunPreset({ minutes, gflops }: Budget): TrainingPreset {
  const gflop = minutes * 60 * gflops;
  const { model } = sizes.filter((size) => gflop >= size.gflop).at(-1)!;
  return {
    model,
    recipe: {
      batchSize: 8,
      lr: 3e-3,
      optimizer: 'adamw',
      beta1: 0.9,
      beta2: 0.95,
      weightDecay: 0.1,
      schedule: 'cosine',
      warmupSteps: 30,
      floor: 0.1,
      clip: 1,
      rows: 'documents',
      init: 0.02,
      precision: 'f32',
    },
    tokenizer: { vocabSize: 6000 },
  };
}
