/**
 * The updates of a run, each a folder RUN/updates/0001-2026-11-29 with its record, its cleaned text and the training of its candidate.
 * The newest whole checkpoint of the run is what serves; an update adds one, or takes its own away again.
 */

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  checkpointFolder,
  latestCheckpoint,
  loadCheckpoint,
  moveCheckpoint,
  pruneCheckpoints,
  readJsonLines,
  writeFileAtomic,
} from '../io/index.ts';
import { addCheckpoint } from '../train/index.ts';
import type { TextDocument } from '../types.ts';
import { failUpdate } from './update-errors.ts';

const FOLDER = 'updates';
const NAME = /^\d{4,}-\d{4}-\d{2}-\d{2}$/;
const RECORD = 'update.json';
const TEXT = 'text.jsonl';
/** The run of the candidate. */
const TRAINING = 'training';

/** Held-out loss on one text, in bits per character. */
const measuredSchema = z.object({
  text: z.string(),
  /** Of what it was measured on: a text may be called otherwise another time, and another text the same. */
  sha256: z.string().optional(),
  before: z.number(),
  /** The lowest that the run had on it, now or after an earlier update. */
  best: z.number(),
  after: z.number(),
});

const recordSchema = z.object({
  version: z.literal(1),
  state: z.enum(['training', 'promoting', 'promoted', 'refused', 'rolling-back', 'rolled-back']),
  begun: z.string(),
  ended: z.string().optional(),
  source: z.string(),
  documents: z.int(),
  /** Everything that the candidate depends on. */
  task: z.record(z.string(), z.unknown()),
  /** The step of the run's checkpoint that it began with. */
  from: z.int().min(0),
  /** The step of the checkpoint that it made of the run. */
  step: z.int().min(0).optional(),
  measured: z
    .object({
      fresh: measuredSchema,
      old: z.array(measuredSchema),
      /** Repeated 4-grams of short samples, in percent. */
      rep4: z.object({ before: z.number(), after: z.number() }).optional(),
    })
    .optional(),
  /** Why it was refused. */
  reason: z.enum(['not-learned', 'forgot', 'diverged']).optional(),
});

export type MeasuredText = z.infer<typeof measuredSchema>;
export type UpdateRecord = z.infer<typeof recordSchema>;

/** A record and where it lies. */
export interface Update extends UpdateRecord {
  readonly name: string;
  readonly folder: string;
}

/** The updates of a run, the oldest first. */
export async function readUpdates(run: string): Promise<Update[]> {
  const updates: Update[] = [];
  for (const name of await updateNames(run)) {
    const folder = join(run, FOLDER, name);
    const record = await readRecord(join(folder, RECORD));
    // One that was killed before its record was written has done nothing yet.
    if (record) updates.push({ ...record, name, folder });
  }
  return updates;
}

async function updateNames(run: string): Promise<string[]> {
  const names = await readdir(join(run, FOLDER)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => NAME.test(name))
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

async function readRecord(path: string): Promise<UpdateRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw failUpdate('cli/update-record', { path }, error);
  }
}

/** Writes what is now known of an update. */
export async function recordUpdate(update: Update, change: Partial<UpdateRecord> = {}): Promise<Update> {
  const { name, folder, ...record } = { ...update, ...change };
  await writeFileAtomic(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
  return { ...record, name, folder };
}

/** Begins an update: its text first, then its record. */
export async function beginUpdate(
  run: string,
  about: Pick<UpdateRecord, 'source' | 'task' | 'from'>,
  documents: readonly TextDocument[],
): Promise<Update> {
  const last = (await updateNames(run)).at(-1);
  const begun = new Date().toISOString();
  const number = last === undefined ? 1 : Number.parseInt(last, 10) + 1;
  const name = `${String(number).padStart(4, '0')}-${begun.slice(0, 10)}`;
  const folder = join(run, FOLDER, name);
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, TEXT), async (sink) => {
    const encoder = new TextEncoder();
    for (const document of documents) await sink.write(encoder.encode(`${JSON.stringify(document)}\n`));
  });
  return recordUpdate({
    ...{ version: 1, state: 'training', begun, documents: documents.length, ...about },
    ...{ name, folder },
  });
}

export const textFileOf = ({ folder }: Update): string => join(folder, TEXT);
export const trainingFolderOf = ({ folder }: Update): string => join(folder, TRAINING);

/** The cleaned text that an update took in. */
export async function textOf(update: Update): Promise<TextDocument[]> {
  const documents: TextDocument[] = [];
  for await (const document of readJsonLines<TextDocument>(textFileOf(update))) documents.push(document);
  return documents;
}

/** Removes an update that was not trained to its end; its record first, so that half of it is never gone on with. */
export async function dropUpdate({ folder }: Update): Promise<void> {
  await rm(join(folder, RECORD), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Makes the candidate the newest checkpoint of the run. Of the run's checkpoints the last `keep` stay, where that is said. */
export async function promote(run: string, update: Update, keep?: number): Promise<Update> {
  const promoted = await settle(run, await recordUpdate(update, { state: 'promoting' }));
  if (keep !== undefined) await pruneCheckpoints(run, keep);
  return promoted;
}

/** Takes the last promoted update back: its checkpoint goes into its folder, and the one before is the newest again. */
export async function rollBack(run: string): Promise<Update> {
  const update = (await readUpdates(run)).findLast(({ state }) => state === 'promoted');
  if (!update) throw failUpdate('cli/no-update', { folder: run });
  const newest = (await latestCheckpoint(run)).checkpoint?.step;
  if (newest !== update.step)
    throw failUpdate('cli/update-changed', { folder: run, step: update.step!, newest });
  await loadCheckpoint(checkpointFolder(run, update.from));
  return settle(run, await recordUpdate(update, { state: 'rolling-back' }));
}

/** Ends what was begun, also by a process that was killed in the midst of it; done again it changes nothing. */
export async function settle(run: string, update: Update): Promise<Update> {
  const ended = new Date().toISOString();
  if (update.state === 'promoting') {
    const { checkpoint } = await latestCheckpoint(run);
    const step =
      checkpoint && checkpoint.step > update.from
        ? checkpoint.step
        : await addCheckpoint(run, trainingFolderOf(update), update.from);
    // It is the run's now.
    await rm(join(trainingFolderOf(update), 'checkpoints'), { recursive: true, force: true });
    return recordUpdate(update, { state: 'promoted', step, ended });
  }
  if (update.state !== 'rolling-back') return update;
  await moveCheckpoint(run, update.folder, update.step!);
  return recordUpdate(update, { state: 'rolled-back', ended });
}
