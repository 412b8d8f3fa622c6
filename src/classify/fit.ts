/** Learning by gradient: cross-entropy, for any network over numbered examples. */

import { crossEntropy, type Tensor, tensor } from '../tensor/index.ts';
import { type FitOptions, fitExamples, type Learner } from '../train/index.ts';
import { fail, positive, requireNumber, wholePositive } from './errors.ts';

/** A network that learns: its parameters, and the logits [batch, classes] of examples by number. `step` is for dropout. */
export interface Network<Params> extends Pick<Learner<Params>, 'params' | 'lengthOf'> {
  readonly logits: (params: Params, examples: Int32Array, step: number) => Tensor;
}

/** Fits the parameters in place. @throws `classify/diverged`; the signal's reason when it is aborted */
export async function fitNetwork<Params>(
  method: string,
  labels: Int32Array,
  { params, logits, lengthOf }: Network<Params>,
  { epochs, batchSize, lr, ...rest }: FitOptions,
): Promise<void> {
  requireNumber(method, 'epochs', epochs, wholePositive);
  requireNumber(method, 'batchSize', batchSize, wholePositive);
  requireNumber(method, 'lr', lr, positive);
  const loss = (p: Params, examples: Int32Array, step: number): Tensor => {
    const targets = tensor(
      examples.map((example) => labels[example]),
      { dtype: 'i32' },
    );
    return crossEntropy(logits(p, examples, step), targets);
  };
  const learner = { params, count: labels.length, loss, lengthOf };
  if (!(await fitExamples(learner, { epochs, batchSize, lr, ...rest }))) {
    throw fail('classify/diverged', { method });
  }
}
