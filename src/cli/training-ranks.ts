/** What a training of tokens is for one of several ranks. */

import type { Batch, Batches } from '../data/index.ts';
import { type Communicator, inParallel, optimizerBytes, rowsOfRank } from '../parallel/index.ts';
import type { TrainOptions } from '../train/index.ts';
import { fail } from './errors.ts';
import type { Ranks, RanksReport } from './ranks.ts';
import type { Recipe } from './recipe.ts';
import type { Lesson } from './training.ts';

/** A batch that knows its number. */
export type NumberedBatch = { readonly batch: Batch; readonly index: number };

/** One rank's share of a training: other rows, and other dropout. */
export function asRank<Params>(
  training: TrainOptions<Params, NumberedBatch>,
  { communicator, isSharded }: Ranks,
) {
  const { rank, size } = communicator;
  return inParallel(training, {
    communicator,
    isSharded,
    partOf({ batch, index }) {
      const { part, share } = rowsOfRank(batch, communicator);
      return { part: { batch: part, index: index * size + rank }, share };
    },
  });
}

/** How ranks divide a training, for people. */
export function reportOf<Params>(
  { communicator, isSharded, library }: Ranks,
  training: TrainOptions<Params, NumberedBatch>,
): RanksReport {
  const bytes = optimizerBytes(training, communicator.size);
  const rankBytes = isSharded ? bytes.sharded : bytes.whole;
  return { ranks: communicator.size, isSharded, library, optimizerBytes: bytes.whole, rankBytes };
}

/** Refuses what is no mean over the rows of a batch, and ranks that would have none. */
export function requireRows<Config, Params>(
  communicator: Communicator,
  batches: Batches,
  { learned, examples }: Lesson<Config, Params>,
  { distillation, expertBalance, privacy }: Recipe,
): void {
  rowsOfRank(batches.at(0), communicator);
  if (!learned && !examples) return;
  const other = privacy ? '--private' : distillation ? '--teacher' : expertBalance ? '--experts' : '--cure';
  const reason = { reason: 'its loss is one of the whole batch', zhReason: '它的损失针对整批' };
  throw fail('cli/conflict', { command: 'train', options: ['mpirun', other], ...reason });
}
