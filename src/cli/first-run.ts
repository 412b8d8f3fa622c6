/** The model of the first run: one dial, the minutes, from which the size follows. */

import type { ModelShape, TrainingPreset } from './recipe.ts';

/** What the dial is turned by. */
export interface Budget {
  readonly minutes: number;
  /** Measured speed of a 512³ matmul on this machine. */
  readonly gflops: number;
}

/**
 * Sizes by the arithmetic that the budget allows, in units of 10⁹ operations, smallest first. The middle row won its
 * trials at about 3,000 to 10,000 such units (docs/LOG.md); the others keep the same share of time per parameter.
 */
const sizes: readonly { readonly from: number; readonly size: Size }[] = [
  { from: 0, size: { contextLength: 64, width: 64, layers: 2 } },
  { from: 1_000, size: { contextLength: 64, width: 128, layers: 3 } },
  { from: 40_000, size: { contextLength: 64, width: 192, layers: 4 } },
  { from: 150_000, size: { contextLength: 96, width: 256, layers: 6 } },
];
type Size = Pick<ModelShape, 'contextLength' | 'width' | 'layers'>;

const HEAD_SIZE = 16;
/** As Qwen3 has it: of every step it learns far more than the GPT-2 class. Rotary positions and QK-norm are most of it. */
const kind = {
  positions: 'rotary',
  qkNorm: true,
  norm: 'rmsNorm',
  activation: 'swiglu',
  tiedHead: false,
} as const;

/** Below this many operations (10⁹) a run has too few steps for large batches. */
const SMALL_BATCH_BELOW = 1_000;

/** Model and recipe for a time on this machine; rates, betas and iterations by trials (docs/LOG.md). */
export function firstRunPreset({ minutes, gflops }: Budget): TrainingPreset {
  const budget = minutes * 60 * gflops;
  const { size } = sizes.filter(({ from }) => budget >= from).at(-1)!;
  return {
    model: { ...size, heads: size.width / HEAD_SIZE, ...kind },
    recipe: {
      batchSize: budget < SMALL_BATCH_BELOW ? 4 : 16,
      lr: 2e-2,
      optimizer: 'muon',
      muonLr: 0.02,
      muonIterations: 3,
      beta1: 0.8,
      beta2: 0.98,
      weightDecay: 0.1,
      schedule: 'linear',
      warmupSteps: 5,
      floor: 0,
      clip: 1,
      rows: 'documents',
      init: 'bigrams',
      precision: 'f32',
    },
    tokenizer: { vocabSize: 6000 },
  };
}
