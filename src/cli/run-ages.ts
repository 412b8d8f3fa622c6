/** The runs of a folder, by when something last happened in them. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChangedAt } from '../train/index.ts';

/** The folders in `folder` that hold a run, the latest first; none where there is no such folder. */
export async function runsByAge(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const runs = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, changedAt: await runChangedAt(path) };
    }),
  );
  return runs
    .filter(({ changedAt }) => changedAt !== undefined)
    .sort((a, b) => b.changedAt! - a.changedAt!)
    .map(({ path }) => path);
}
