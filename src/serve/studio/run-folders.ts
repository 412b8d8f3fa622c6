/** Run folders as the studio sees them. Nothing is kept in memory: a second server, or this one tomorrow, sees the same. */

import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, type Work } from '../errors.ts';
import { limits } from '../limits.ts';
import { readLastRecords, sizeOf } from './run-metrics.ts';
import type { ProcessMark, RunsPort, TrainOrder } from './runs-port.ts';

export type RunStatus = 'preparing' | 'running' | 'finished' | 'stopped' | 'failed';

/** What the studio wrote beside the run's own files. */
export interface RunRecord {
  readonly order: TrainOrder;
  readonly orderedAt: string;
  readonly process?: ProcessMark;
  /** How the last process ended, where this was seen. */
  readonly exit?: { readonly code: number | null; readonly signal: string | null };
}

/** One run in a few numbers. */
export interface RunSummary {
  readonly name: string;
  readonly status: RunStatus;
  /** Why it failed: the last lines that its process said. */
  readonly cause?: string;
  readonly source?: string;
  readonly parameters?: number;
  readonly seed?: number;
  readonly minutes?: number;
  readonly steps?: number;
  readonly step?: number;
  readonly fraction?: number;
  readonly seconds?: number;
  readonly etaSeconds?: number;
  readonly tokensPerSecond?: number;
  readonly loss?: number;
  readonly heldOutLoss?: number;
  readonly bitsPerCharacter?: number;
  readonly notes: string;
  /** When something last changed, in ms. */
  readonly changedAt: number;
  /** There is a checkpoint that can be loaded. */
  readonly hasModel: boolean;
  /** What its model is for, where it can be served. */
  readonly work?: Work | undefined;
}

export const METRICS = 'metrics.jsonl';
export const LOG = 'train.log';
export const TEXT = 'text.txt';
const CONFIG = 'config.json';
const RECORD = 'studio.json';
const NOTES = 'notes.txt';
const CHECKPOINTS = 'checkpoints';

/** Enough for the last evaluation, which may lie thousands of steps back. */
const TAIL_BYTES = 512 << 10;
/** Lines of the log that are shown. */
const LOG_LINES = 40;
const LOG_BYTES = 16 << 10;

/** A readable name that is one folder: letters and digits of any script, dots and dashes inside. */
const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,62}[\p{L}\p{N}])?$/u;

/** The folder of a run. @throws for a name that is none, and where there is no such run. */
export async function folderOf(port: RunsPort, name: string): Promise<string> {
  const folder = join(port.folder, checkName(name));
  const isThere = await isRunFolder(folder);
  // A link may lead anywhere: only what lies here is ours.
  const isHere = isThere && (await realpath(folder)) === join(await realpath(port.folder), name);
  if (!isHere) throw fail('serve/no-run', { name });
  return folder;
}

/** Makes a new folder for a run; two who ask for one name do not both get it. */
export async function makeFolder(port: RunsPort, name: string): Promise<string> {
  const folder = join(port.folder, checkName(name));
  await mkdir(port.folder, { recursive: true });
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? fail('serve/run-exists', { name }) : error;
  });
  return folder;
}

function checkName(name: string): string {
  if (NAME.test(name)) return name;
  throw fail('serve/field', {
    field: 'name',
    rule: 'up to 64 letters and digits, with dots and dashes inside',
    zhRule: '至多 64 个字母、汉字或数字，中间可用点和短横',
    got: name,
  });
}

async function isRunFolder(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.includes(CONFIG) || names.includes(RECORD);
}

/** Every run, the latest first. */
export async function listRuns(port: RunsPort): Promise<RunSummary[]> {
  const entries = await readdir(port.folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name));
  const found: RunSummary[] = [];
  for (const { name } of names) {
    if (await isRunFolder(join(port.folder, name))) found.push(await summarize(port, name));
  }
  return found.sort((a, b) => b.changedAt - a.changedAt);
}

/** What can be said of a run without reading all of it. */
export async function summarize(port: RunsPort, name: string): Promise<RunSummary> {
  const folder = join(port.folder, name);
  const config = (await readJson(join(folder, CONFIG))) as RunConfigShape | undefined;
  const record = await readRecord(folder);
  const metrics = join(folder, METRICS);
  const last = await readLastRecords(metrics, TAIL_BYTES);
  const step = last.findLast(({ type }) => type === 'step');
  const evaluation = last.findLast(({ type }) => type === 'evaluation');
  const checkpoints = await readdir(join(folder, CHECKPOINTS)).catch(() => []);
  const status = await statusOf(port, folder, record, last.at(-1));
  const changed = await Promise.all(
    [CONFIG, METRICS, RECORD].map(
      async (file) => (await stat(join(folder, file)).catch(() => undefined))?.mtimeMs ?? 0,
    ),
  );
  const { minutes, steps, seed } = config?.training ?? record?.order ?? {};
  return {
    name,
    status,
    ...(status === 'failed' && { cause: await causeOf(folder) }),
    source: config?.data?.source ?? record?.order.data,
    parameters: config && port.parametersOf(config.model),
    seed,
    minutes,
    steps,
    ...pick(step, ['step', 'fraction', 'seconds', 'tokensPerSecond', 'loss']),
    ...(status === 'running' && pick(step, ['etaSeconds'])),
    ...pick(evaluation, ['heldOutLoss', 'bitsPerCharacter']),
    notes: await readNotes(folder),
    changedAt: Math.max(...changed),
    hasModel: checkpoints.some((one) => /^step-\d+$/.test(one)),
    work: config && port.workOf(config),
  };
}

interface RunConfigShape {
  readonly model?: unknown;
  readonly data?: { readonly source?: string };
  readonly training?: { readonly seed?: number; readonly minutes?: number; readonly steps?: number };
}

const pick = (record: object | undefined, keys: readonly string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => keys.includes(key)));

async function statusOf(
  port: RunsPort,
  folder: string,
  record: RunRecord | undefined,
  last: { readonly type: string; readonly reason?: unknown } | undefined,
): Promise<RunStatus> {
  const isDone = last?.type === 'finish' && (last.reason === 'done' || last.reason === 'stopped-early');
  if (isDone) return 'finished';
  const isStepping = last !== undefined && last.type !== 'finish';
  if ((await port.ownerOf(folder)) !== undefined) return isStepping ? 'running' : 'preparing';
  if (record?.process && record.exit === undefined && port.isAlive(record.process)) return 'preparing';
  if (last?.type === 'finish' && last.reason === 'diverged') return 'failed';
  const { code = 0, signal = null } = record?.exit ?? {};
  // 130: asked to stop, and saved.
  const isFailure = record?.exit && code !== 0 && code !== 130 && signal !== 'SIGINT';
  return isFailure ? 'failed' : 'stopped';
}

/** What the process of the run said last. */
export async function logOf(folder: string): Promise<string> {
  const path = join(folder, LOG);
  const size = await sizeOf(path);
  const text = await readFile(path, 'utf8').catch(() => '');
  const end = size > LOG_BYTES ? text.slice(-LOG_BYTES) : text;
  return end.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
}

const causeOf = async (folder: string): Promise<string> =>
  (await logOf(folder)).split('\n').filter(Boolean).slice(-3).join('\n');

export async function readConfig(folder: string): Promise<unknown> {
  return readJson(join(folder, CONFIG));
}

export async function readRecord(folder: string): Promise<RunRecord | undefined> {
  const record = (await readJson(join(folder, RECORD))) as RunRecord | undefined;
  return typeof record?.order === 'object' ? record : undefined;
}

export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  const path = join(folder, RECORD);
  await writeFile(`${path}.tmp`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

const readNotes = async (folder: string): Promise<string> =>
  (await readFile(join(folder, NOTES), 'utf8').catch(() => '')).slice(0, limits.noteLength);

export async function writeNotes(folder: string, notes: string): Promise<void> {
  await writeFile(join(folder, NOTES), notes);
}

/** Removes the run for ever. */
export async function removeRun(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
