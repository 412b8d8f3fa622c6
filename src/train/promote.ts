/** A run takes over what another one learned from its model. */

import { createReadStream } from 'node:fs';
import {
  checkpointFolder,
  type FileContent,
  latestCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
} from '../io/index.ts';
import { addEnergy } from './energy.ts';
import { fail } from './errors.ts';
import type { Place } from './loop.ts';
import { readPlace, STATE } from './run.ts';

/**
 * Saves the latest checkpoint of the run `from`, which began with the one of step `after`, as the next of `folder`: its steps, seconds
 * and tokens come to those before. None is removed. Returns its step. The caller holds the lock of `folder`.
 * @throws `train/no-checkpoint` when `from` has none, `checkpoint/exists` when there is one of that step
 */
export async function addCheckpoint(folder: string, from: string, after: number): Promise<number> {
  const { checkpoint } = await latestCheckpoint(from);
  if (!checkpoint) throw fail('train/no-checkpoint', { folder: from });
  const base = await readPlace(await loadCheckpoint(checkpointFolder(folder, after)));
  const own = await readPlace(checkpoint);
  const place: Place = {
    ...base,
    step: base.step + own.step,
    seconds: base.seconds + own.seconds,
    tokens: base.tokens + own.tokens,
    ...(base.energy && own.energy && { energy: addEnergy(base.energy, own.energy) }),
  };
  const contents = Object.fromEntries(
    Array.from(checkpoint.files, ([name, path]): [string, FileContent] => [name, contentOf(path)]),
  );
  await saveCheckpoint(folder, place.step, { ...contents, [STATE]: `${JSON.stringify(place, null, 2)}\n` });
  return place.step;
}

const contentOf =
  (path: string): FileContent =>
  async (sink) => {
    for await (const piece of createReadStream(path)) await sink.write(piece);
  };
