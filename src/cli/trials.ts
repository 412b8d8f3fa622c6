/** The file of a search: what is searched for, then a line for each trial, so that the same command again goes on. */

import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Trial } from '../eval/index.ts';
import { type JsonLinesWriter, lockFolder, openJsonLines, readJsonLines } from '../io/index.ts';
import { differingKeys } from '../train/index.ts';
import { fail } from './errors.ts';

/** Everything that trials depend on. */
export type SearchTask = Readonly<Record<string, unknown>>;

const trialSchema = z.object({
  index: z.int().min(0),
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
  score: z.number().optional(),
  deviation: z.number().optional(),
  failed: z.string().optional(),
  seconds: z.number(),
});
const headSchema = z.object({ version: z.literal(1), task: z.record(z.string(), z.unknown()) });

/** Opens the trials of a search, or begins them. @throws when the file holds another search, or something else */
export async function openTrials(
  path: string,
  task: SearchTask,
): Promise<{ readonly earlier: Trial[]; readonly file: JsonLinesWriter<unknown> }> {
  const folder = dirname(path);
  // A search of ours has its file; anything else that lies there is somebody's.
  if (!(await isThere(path)) && (await isThere(join(folder, 'config.json'))))
    throw fail('cli/trials', { path: folder });
  await mkdir(folder, { recursive: true });
  const lock = await lockFolder(folder, 'run');
  let file: JsonLinesWriter<unknown> | undefined;
  try {
    // What is not ours is refused before it is touched; opening takes a torn last line away.
    await readTrials(path, task);
    file = await openJsonLines<unknown>(path);
    const { append, close } = file;
    const earlier = await readTrials(path, task);
    if (!earlier) await append({ version: 1, task });
    const release = () => close().finally(() => lock.release());
    return { earlier: earlier ?? [], file: { ...file, close: release } };
  } catch (error) {
    await file?.close();
    await lock.release();
    throw error;
  }
}

/** The trials in the file; none where it is empty or not there. */
async function readTrials(path: string, task: SearchTask): Promise<Trial[] | undefined> {
  const lines: unknown[] = [];
  if (await isThere(path)) for await (const line of readJsonLines(path)) lines.push(line);
  return lines.length === 0 ? undefined : checkedTrials(path, lines, task);
}

function checkedTrials(path: string, [first, ...rest]: readonly unknown[], task: SearchTask): Trial[] {
  const head = headSchema.safeParse(first);
  const trials = z.array(trialSchema).safeParse(rest);
  const isInOrder = trials.success && trials.data.every(({ index }, i) => index === i);
  if (!head.success || !isInOrder) throw fail('cli/trials', { path });
  const differing = differingKeys(head.data.task, JSON.parse(JSON.stringify(task)));
  if (differing.length > 0) throw fail('cli/other-search', { path, differing });
  return trials.data;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
