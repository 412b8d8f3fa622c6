/** Learning by gradient from numbered examples: epochs of shuffled batches. */

import type { Tensor } from '../tensor/index.ts';
import { train } from './loop.ts';
import { adam, type Grouping, uniformGroup } from './optimizers.ts';
import { linear, type Schedule } from './schedules.ts';
import { shuffledBatches } from './shuffled-batches.ts';

export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak learning rate. */
  readonly lr: number;
  readonly seed: number;
  /** Default: the learning rate falls to 0 in a line. */
  readonly schedule?: Schedule;
  /** Default: Adam for everything. */
  readonly grouping?: Grouping;
  /** Largest global gradient norm. Default: none. */
  readonly clip?: number;
  /** Told the share that is done, from 0 to 1, and the loss of the last batch. */
  readonly onProgress?: (share: number, loss: number) => void;
  readonly signal?: AbortSignal;
}

/** What learns: parameters, the number of examples, and the mean loss of some of them. `step` is for dropout. */
export interface Learner<Params> {
  readonly params: Params;
  readonly count: number;
  readonly loss: (params: Params, examples: Int32Array, step: number) => Tensor;
  /** How long an example is: batches are made of examples of like length, which saves padding. */
  readonly lengthOf?: (example: number) => number;
}

/** Fits the parameters in place. False: the loss diverged. @throws the signal's reason when it is aborted */
export async function fitExamples<Params>(
  { params, count, loss, lengthOf }: Learner<Params>,
  { epochs, batchSize, seed, onProgress, grouping = uniformGroup(adam()), ...rest }: FitOptions,
): Promise<boolean> {
  const perEpoch = Math.ceil(count / batchSize);
  let shuffled: { readonly epoch: number; readonly batches: Int32Array[] } | undefined;
  const batch = (step: number) => {
    const epoch = Math.floor(step / perEpoch);
    if (shuffled?.epoch !== epoch) {
      shuffled = { epoch, batches: shuffledBatches(count, { batchSize, seed, epoch, lengthOf }) };
    }
    return { step, examples: shuffled.batches[step % perEpoch] };
  };
  let isFine = true;
  for await (const event of train({
    params,
    loss: (p: Params, { examples, step }) => loss(p, examples, step),
    batch,
    tokensPerBatch: batchSize,
    grouping,
    schedule: linear(),
    steps: epochs * perEpoch,
    ...rest,
  })) {
    if (event.type === 'step') onProgress?.(event.fraction, event.loss);
    else if (event.type === 'finish') isFine = event.reason !== 'diverged';
  }
  rest.signal?.throwIfAborted();
  return isFine;
}
