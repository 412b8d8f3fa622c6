/** One run folder for all ranks: rank 0 opens it, writes it and saves; the others go on from where it stands. */

import { differingKeys, type OpenRun, readRun } from '../train/index.ts';
import { type Communicator, fromFirst } from './communicator.ts';
import { fail } from './errors.ts';

/**
 * Opens a run on rank 0. The others get one that writes nothing; what they are to restore comes from rank 0 (`inParallel`). They come
 * here when they have read what is in the folder. @throws `parallel/unlike` on a rank that was given something else than rank 0
 */
export async function openTogether(
  communicator: Communicator,
  folder: string,
  config: unknown,
  open: () => Promise<OpenRun>,
): Promise<OpenRun> {
  const { rank } = communicator;
  const differing = differingKeys(await fromFirst(communicator, config), JSON.parse(JSON.stringify(config)));
  if (differing.length) throw fail('parallel/unlike', { rank, differing });
  await communicator.barrier();
  if (rank === 0) {
    const run = await open();
    await fromFirst(communicator, run.place ?? null);
    return run;
  }
  const place = (await fromFirst<OpenRun['place'] | null>(communicator, null)) ?? undefined;
  const nothing = async (): Promise<void> => {};
  return {
    folder,
    config,
    tokenizer: undefined,
    place,
    skipped: [],
    weights: async () => (await readRun(folder)).weights(),
    append: nothing,
    save: nothing,
    restore: () => {},
    close: nothing,
  };
}
