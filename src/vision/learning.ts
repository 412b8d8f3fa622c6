/** How everything here learns: AdamW with warm-up, passes over shuffled examples. */

import { decayMatrices, fitExamples, type Learner, linear } from '../train/index.ts';
import { fail, requireWhole } from './errors.ts';

export interface ImageLearningOptions {
  /** Passes over the examples. */
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak learning rate. */
  readonly lr: number;
  readonly seed: number;
  /** Told the share that is done, from 0 to 1, and the loss of the last batch. */
  readonly onProgress?: (share: number, loss: number) => void;
  readonly signal?: AbortSignal;
}

const WARMUP_STEPS = 20;
const WEIGHT_DECAY = 0.05;
const CLIP = 1;

/** Fits the parameters in place. @throws `vision/diverged`; the signal's reason when it is aborted */
export async function learn<Params>(learner: Learner<Params>, options: ImageLearningOptions): Promise<void> {
  requireWhole('epochs', options.epochs, 1, 1e6);
  requireWhole('batchSize', options.batchSize, 1, 1e6);
  const isFine = await fitExamples(learner, {
    ...options,
    schedule: linear({ warmupSteps: WARMUP_STEPS }),
    grouping: decayMatrices({ weightDecay: WEIGHT_DECAY }),
    clip: CLIP,
  });
  if (!isFine) throw fail('vision/diverged', {});
}

/** Pictures or captions that go through a model at once when nothing is learnt. */
const ROWS_AT_ONCE = 64;

/** Neighbouring pieces of a list. */
export function pieces<Item>(items: readonly Item[], size = ROWS_AT_ONCE): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
