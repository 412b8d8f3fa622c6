/** The runs of a folder, by when something last happened in them. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a run writes to as it grows; before its first step there is only what it was begun with. */
const FILES = ['metrics.jsonl', 'config.json'] as const;

/** The folders in `folder` that hold a run, the latest first; none where there is no such folder. */
export async function runsByAge(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map((name) => changeOf(join(folder, name))));
  return found
    .filter((run) => run !== undefined)
    .sort((a, b) => b.changedAt - a.changedAt)
    .map((run) => run.folder);
}

async function changeOf(folder: string): Promise<{ folder: string; changedAt: number } | undefined> {
  const times = await Promise.all(
    FILES.map((file) =>
      stat(join(folder, file)).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      ),
    ),
  );
  const [metrics, config] = times;
  return config === undefined ? undefined : { folder, changedAt: metrics ?? config };
}
