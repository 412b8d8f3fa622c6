/** Learning by gradient: epochs of shuffled batches, cross-entropy, Adam; for any network over numbered examples. */

import { crossEntropy, type Tensor, tensor } from '../tensor/index.ts';
import { adam, linear, shuffledBatches, train, uniformGroup } from '../train/index.ts';
import { fail, positive, requireNumber, wholePositive } from './errors.ts';
import type { LearningWatch } from './watch.ts';

export interface FitOptions extends LearningWatch {
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak learning rate; it falls to 0 in a line. */
  readonly lr: number;
  readonly seed: number;
}

/** A network that learns: its parameters, and the logits [batch, classes] of examples by number. `step` is for dropout. */
export interface Network<Params> {
  readonly params: Params;
  readonly logits: (params: Params, examples: Int32Array, step: number) => Tensor;
  /** How long an example is: batches are made of examples of like length, which saves padding. */
  readonly lengthOf?: (example: number) => number;
}

/** Fits the parameters in place. @throws `classify/diverged`; the signal's reason when it is aborted */
export async function fitNetwork<Params>(
  method: string,
  labels: Int32Array,
  { params, logits, lengthOf }: Network<Params>,
  { epochs, batchSize, lr, seed, onProgress, signal }: FitOptions,
): Promise<void> {
  requireNumber(method, 'epochs', epochs, wholePositive);
  requireNumber(method, 'batchSize', batchSize, wholePositive);
  requireNumber(method, 'lr', lr, positive);
  const perEpoch = Math.ceil(labels.length / batchSize);
  let shuffled: { readonly epoch: number; readonly batches: Int32Array[] } | undefined;
  const batch = (step: number) => {
    const epoch = Math.floor(step / perEpoch);
    if (shuffled?.epoch !== epoch) {
      shuffled = { epoch, batches: shuffledBatches(labels.length, { batchSize, seed, epoch, lengthOf }) };
    }
    return { step, examples: shuffled.batches[step % perEpoch] };
  };
  for await (const event of train({
    params,
    loss: (p: Params, { examples, step }) => {
      const targets = tensor(
        examples.map((example) => labels[example]),
        { dtype: 'i32' },
      );
      return crossEntropy(logits(p, examples, step), targets);
    },
    batch,
    tokensPerBatch: batchSize,
    grouping: uniformGroup(adam()),
    lr,
    schedule: linear(),
    steps: epochs * perEpoch,
    signal,
  })) {
    if (event.type === 'step') onProgress?.(event.fraction);
    else if (event.type === 'finish' && event.reason === 'diverged')
      throw fail('classify/diverged', { method });
  }
  signal?.throwIfAborted();
}
