/** `inkstone studio [RUN…]`: the studio over every run of a folder; models are loaded when someone asks for them. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRun, readRun } from '../../train/index.ts';
import type { CommandContext } from '../command.ts';
import { parseRemotes } from '../remotes.ts';
import type { studioOptions } from '../serve-options.ts';
import { serveRuns } from './serve.ts';

export async function run({
  args,
  options,
  given,
  terminal,
  signal,
}: CommandContext<typeof studioOptions>): Promise<number> {
  const { port, host, apiKey, remote, runs, state } = options;
  const latest = args.length > 0 ? undefined : await latestModel(runs);
  const folders = latest === undefined ? args : [latest];
  await serveRuns(folders, terminal, signal, {
    host,
    port,
    orAnyPort: !given.has('port'),
    keys: apiKey === undefined ? [] : apiKey.split(','),
    origins: [],
    remotes: remote === undefined ? [] : parseRemotes(remote),
    studio: true,
    runs,
    state,
    isStateGiven: given.has('state'),
  });
  return 0;
}

/** The run that was trained last and has a checkpoint. */
async function latestModel(runs: string): Promise<string | undefined> {
  const names = await readdir(runs).catch(() => []);
  const found: { folder: string; changedAt: number }[] = [];
  for (const name of names) {
    const folder = join(runs, name);
    if (!(await isRun(folder))) continue;
    const place = await readRun(folder).then(
      (saved) => saved.place,
      () => undefined,
    );
    if (place) found.push({ folder, changedAt: (await stat(join(folder, 'metrics.jsonl'))).mtimeMs });
  }
  return found.sort((a, b) => b.changedAt - a.changedAt)[0]?.folder;
}
