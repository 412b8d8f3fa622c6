/** A batch of tokens, divided among ranks by rows. */

import { type Batch, IGNORE } from '../data/index.ts';
import type { Communicator } from './communicator.ts';
import { fail } from './errors.ts';

/** This rank's rows, and its share of the targets that count. @throws `parallel/rows` where there are fewer rows than ranks */
export function rowsOfRank(
  batch: Batch,
  { rank, size }: Pick<Communicator, 'rank' | 'size'>,
): { readonly part: Batch; readonly share: number } {
  const { batchSize, contextLength, inputs, targets } = batch;
  if (batchSize < size) throw fail('parallel/rows', { rows: batchSize, ranks: size });
  const first = Math.floor((rank * batchSize) / size);
  const end = Math.floor(((rank + 1) * batchSize) / size);
  const [from, to] = [first * contextLength, end * contextLength];
  const part = {
    inputs: inputs.subarray(from, to),
    targets: targets.subarray(from, to),
    batchSize: end - first,
    contextLength,
  };
  return { part, share: counted(part.targets) / Math.max(1, counted(targets)) };
}

const counted = (targets: Int32Array): number =>
  targets.reduce((count, target) => count + (target === IGNORE ? 0 : 1), 0);
