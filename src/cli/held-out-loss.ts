/** The loss on what is held out. */

import { type Batch, batchRows, IGNORE, type RowSource } from '../data/index.ts';
import type { Communicator } from '../parallel/index.ts';
import {
  lastingScope,
  offThread,
  type Precision,
  readable,
  type Tensor,
  withPrecision,
  withRecording,
} from '../tensor/index.ts';

const EVALUATION_ROWS = 16;

/** Mean loss over one epoch of rows, in nats per token; each of several ranks looks at its share of them. */
export async function heldOutLoss<Params>(
  params: Params,
  rows: RowSource,
  lossOf: (params: Params, batch: Batch) => Tensor,
  precision: Precision,
  communicator?: Communicator,
): Promise<number> {
  const { rank, size } = communicator ?? { rank: 0, size: 1 };
  const batches = batchRows(rows, EVALUATION_ROWS);
  const into = batches.at(0);
  let [sum, count] = [0, 0];
  for (let i = rank; i < batches.batchesPerEpoch!; i += size) {
    const batch = batches.at(i, into);
    // The last batch goes on into the next epoch where rows run out: each row counts once.
    const left = rows.rowsPerEpoch! - i * EVALUATION_ROWS;
    if (left < EVALUATION_ROWS) batch.targets.fill(IGNORE, left * rows.contextLength);
    const targets = batch.targets.reduce((n, id) => n + (id === IGNORE ? 0 : 1), 0);
    if (targets === 0) continue;
    const forward = () => withPrecision(precision, () => withRecording(false, () => lossOf(params, batch)));
    const memory = lastingScope();
    try {
      const loss = await readable(await offThread(() => memory.run(forward)));
      sum += targets * loss.item();
    } finally {
      memory.end();
    }
    count += targets;
  }
  const sums = Float64Array.of(sum, count);
  await communicator?.allReduce(sums);
  return sums[0] / sums[1];
}
