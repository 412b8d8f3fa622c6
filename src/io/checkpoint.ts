/**
 * Checkpoints: one folder per step, written aside, synced, renamed. A folder under its final name is complete, and its manifest
 * (sizes and SHA-256, written last) proves it. Which one is the latest is computed, never stored.
 */

import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { InkstoneError } from '../errors.ts';
import { type FileContent, writeContent, writeSyncedFile } from './atomic.ts';
import { fail } from './errors.ts';
import { describeFileError, type Files, nodeFiles } from './files.ts';
import { limits } from './limits.ts';
import { checkFileName, unsafePath } from './paths.ts';
import { decodeUtf8 } from './utf8.ts';

/** A checkpoint whose every file has the size and hash that its manifest states. */
export interface Checkpoint {
  readonly step: number;
  readonly folder: string;
  /** Absolute paths by file name. */
  readonly files: ReadonlyMap<string, string>;
}

/** A checkpoint folder that cannot be used, and why. */
export interface SkippedCheckpoint {
  readonly folder: string;
  readonly error: InkstoneError;
}

export interface SaveCheckpointOptions {
  /** Removes older checkpoints afterwards, keeping this many. Default: all stay. */
  readonly keepLast?: number;
  /** Steps that are never removed, such as the best so far. */
  readonly protect?: Iterable<number>;
  readonly files?: Files;
}

interface ManifestFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

const MANIFEST = 'manifest.json';
const FOLDER = 'checkpoints';
const STEP_FOLDER = /^step-(\d{12})$/;

const stepFolderName = (step: number) => `step-${String(step).padStart(12, '0')}`;

/**
 * Saves `contents` (file name → content) as the checkpoint of `step` under `runFolder/checkpoints/`. Returns when all of it has
 * reached the disk. After any failure earlier checkpoints are as they were. The caller holds the run's lock.
 */
export async function saveCheckpoint(
  runFolder: string,
  step: number,
  contents: { readonly [name: string]: FileContent },
  options: SaveCheckpointOptions = {},
): Promise<Checkpoint> {
  const files = options.files ?? nodeFiles;
  if (!Number.isSafeInteger(step) || step < 0 || step >= 1e12) throw fail('checkpoint/step', { step });
  checkKeepLast(options.keepLast);
  for (const name of Object.keys(contents)) checkFileName(name);
  if (MANIFEST in contents) throw fail('io/name', { name: MANIFEST, reason: 'it is reserved' });

  const parent = join(runFolder, FOLDER);
  const folder = join(parent, stepFolderName(step));
  const aside = join(parent, `.${stepFolderName(step)}.tmp`);
  try {
    await makeDurableFolder(parent, files);
    await clearTheWay(folder, step, files);
    await removeLeftovers(parent, files);
    await files.makeFolder(aside);
    const manifest: ManifestFile[] = [];
    for (const [name, content] of Object.entries(contents)) {
      manifest.push(await writeHashed(aside, name, content, files));
    }
    const text = `${JSON.stringify({ version: 1, step, files: manifest }, null, 2)}\n`;
    await writeSyncedFile(join(aside, MANIFEST), text, files);
    await files.syncFolder(aside);
    await files.rename(aside, folder);
    await files.syncFolder(parent);
  } catch (error) {
    await files.remove(aside).catch(() => {});
    throw describeFileError(error, folder);
  }
  if (options.keepLast !== undefined) {
    await pruneCheckpoints(runFolder, options.keepLast, { ...options, knownGood: step });
  }
  return { step, folder, files: new Map(Object.keys(contents).map((name) => [name, join(folder, name)])) };
}

async function writeHashed(
  folder: string,
  name: string,
  content: FileContent,
  files: Files,
): Promise<ManifestFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const hashed: FileContent = (sink) =>
    writeContent(content, {
      async write(piece) {
        hash.update(piece);
        bytes += piece.length;
        await sink.write(piece);
      },
    });
  await writeSyncedFile(join(folder, name), hashed, files);
  return { name, bytes, sha256: hash.digest('hex') };
}

/** Makes a folder and syncs every folder above it whose names changed. */
async function makeDurableFolder(path: string, files: Files): Promise<void> {
  if ((await files.status(path))?.kind === 'folder') return;
  const parent = dirname(resolve(path));
  if (parent !== resolve(path)) await makeDurableFolder(parent, files);
  await files.makeFolder(path);
  await files.syncFolder(parent);
}

/** A complete checkpoint of this step is an error; a damaged one is set aside under another name. */
async function clearTheWay(folder: string, step: number, files: Files): Promise<void> {
  if (!(await files.status(folder))) return;
  const error = await verify(folder, files).then(
    () => fail('checkpoint/exists', { folder, step }),
    () => undefined,
  );
  if (error) throw error;
  let n = 1;
  while (await files.status(`${folder}.damaged-${n}`)) n++;
  await files.rename(folder, `${folder}.damaged-${n}`);
}

/** Removes what an interrupted save or removal left. */
async function removeLeftovers(parent: string, files: Files): Promise<void> {
  for (const name of await files.list(parent)) {
    if (/^\.step-\d{12}\.(tmp|removed)$/.test(name)) await files.remove(join(parent, name));
  }
}

/** The steps for which a folder exists, newest first; nothing is said about their completeness. */
async function stepsIn(runFolder: string, files: Files): Promise<number[]> {
  const names = await files.list(join(runFolder, FOLDER));
  return names
    .flatMap((name) => STEP_FOLDER.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);
}

/** The newest checkpoint that is complete and unaltered, and the newer ones that had to be passed over. */
export async function latestCheckpoint(
  runFolder: string,
  options: { readonly files?: Files } = {},
): Promise<{ readonly checkpoint: Checkpoint | undefined; readonly skipped: readonly SkippedCheckpoint[] }> {
  const files = options.files ?? nodeFiles;
  const skipped: SkippedCheckpoint[] = [];
  for (const step of await stepsIn(runFolder, files)) {
    const folder = join(runFolder, FOLDER, stepFolderName(step));
    try {
      return { checkpoint: await verify(folder, files), skipped };
    } catch (error) {
      const { code } = error as InkstoneError;
      if (code !== 'checkpoint/damaged' && code !== 'io/missing') throw error;
      skipped.push({ folder, error: error as InkstoneError });
    }
  }
  return { checkpoint: undefined, skipped };
}

/** Where the checkpoint of a step lies, if there is one. */
export const checkpointFolder = (runFolder: string, step: number): string =>
  join(runFolder, FOLDER, stepFolderName(step));

/** Moves the checkpoint of a step from one run to another, as a whole; false where there is none. The caller holds the lock. */
export async function moveCheckpoint(
  from: string,
  to: string,
  step: number,
  options: { readonly files?: Files } = {},
): Promise<boolean> {
  const files = options.files ?? nodeFiles;
  const [source, target] = [from, to].map((runFolder) => checkpointFolder(runFolder, step));
  try {
    if (!(await files.status(source))) return false;
    await makeDurableFolder(dirname(target), files);
    await files.rename(source, target);
    await files.syncFolder(dirname(target));
    await files.syncFolder(dirname(source));
    return true;
  } catch (error) {
    throw describeFileError(error, source);
  }
}

/** One checkpoint by its folder, verified. Throws `checkpoint/damaged`. */
export async function loadCheckpoint(
  folder: string,
  options: { readonly files?: Files } = {},
): Promise<Checkpoint> {
  return verify(folder, options.files ?? nodeFiles);
}

async function verify(folder: string, files: Files): Promise<Checkpoint> {
  const manifest = await readManifest(folder, files);
  for (const entry of manifest.files) await verifyFile(folder, entry, files);
  return {
    step: manifest.step,
    folder,
    files: new Map(manifest.files.map(({ name }) => [name, join(folder, name)])),
  };
}

async function readManifest(folder: string, files: Files): Promise<{ step: number; files: ManifestFile[] }> {
  const bad = (reason: string, cause?: unknown) => fail('checkpoint/damaged', { folder, reason }, cause);
  const path = join(folder, MANIFEST);
  const status = await files.status(path);
  if (status?.kind !== 'file') throw bad(`${MANIFEST} is missing`);
  if (status.size > limits.manifestBytes)
    throw bad(`${MANIFEST} is larger than ${limits.manifestBytes} bytes`);
  let parsed: { version?: unknown; step?: unknown; files?: unknown };
  try {
    const bytes = new Uint8Array(status.size);
    const file = await files.open(path, 'read');
    try {
      await file.read(bytes, 0);
    } finally {
      await file.close();
    }
    parsed = Object(JSON.parse(decodeUtf8(bytes, path)));
  } catch (error) {
    if (error instanceof SyntaxError || (error as InkstoneError).code === 'io/utf8') {
      throw bad(`${MANIFEST} is not valid JSON`, error);
    }
    throw describeFileError(error, path);
  }
  if (parsed.version !== 1)
    throw bad(`${MANIFEST} has version ${JSON.stringify(parsed.version)}, expected 1`);
  const step = parsed.step;
  if (typeof step !== 'number' || !folder.endsWith(stepFolderName(step))) {
    throw bad(`${MANIFEST} is of another step (${JSON.stringify(step)})`);
  }
  if (!Array.isArray(parsed.files) || parsed.files.length > limits.checkpointFiles) {
    throw bad(`${MANIFEST} lists no files, or more than ${limits.checkpointFiles}`);
  }
  const seen = new Set<string>();
  for (const entry of parsed.files as Partial<ManifestFile>[]) {
    const { name, bytes, sha256 } = Object(entry) as Partial<ManifestFile>;
    const valid =
      typeof name === 'string' &&
      !name.includes('/') &&
      !unsafePath(name) &&
      !seen.has(name) &&
      Number.isSafeInteger(bytes) &&
      /^[0-9a-f]{64}$/.test(String(sha256));
    if (!valid) throw bad(`${MANIFEST} has a malformed entry`);
    seen.add(name);
  }
  return { step, files: parsed.files as ManifestFile[] };
}

async function verifyFile(folder: string, entry: ManifestFile, files: Files): Promise<void> {
  const bad = (reason: string) => fail('checkpoint/damaged', { folder, reason });
  const path = join(folder, entry.name);
  const status = await files.status(path);
  if (status?.kind !== 'file') throw bad(`${entry.name} is missing`);
  if (status.size !== entry.bytes)
    throw bad(`${entry.name} has ${status.size} bytes, expected ${entry.bytes}`);
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(entry.bytes, 4 * 1024 * 1024));
  try {
    const file = await files.open(path, 'read');
    try {
      for (let at = 0; at < entry.bytes; ) {
        const got = await file.read(buffer, at);
        if (got === 0) break;
        hash.update(buffer.subarray(0, got));
        at += got;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw describeFileError(error, path);
  }
  if (hash.digest('hex') !== entry.sha256) throw bad(`${entry.name} was altered (SHA-256 differs)`);
}

function checkKeepLast(keepLast: number | undefined): void {
  if (keepLast !== undefined && !(Number.isSafeInteger(keepLast) && keepLast >= 1)) {
    throw fail('checkpoint/keep', { keepLast });
  }
}

/**
 * Removes all but the newest `keepLast` checkpoints. Only complete ones count, and nothing older than the oldest kept one
 * is removed before that many have been verified: the last complete checkpoint always stays.
 */
export async function pruneCheckpoints(
  runFolder: string,
  keepLast: number,
  options: { readonly protect?: Iterable<number>; readonly files?: Files; readonly knownGood?: number } = {},
): Promise<void> {
  const files = options.files ?? nodeFiles;
  checkKeepLast(keepLast);
  const protect = new Set(options.protect);
  const parent = join(runFolder, FOLDER);
  const steps = await stepsIn(runFolder, files);
  if (steps.length <= keepLast) return;
  const removable: number[] = [];
  let kept = 0;
  let proven = false;
  for (const step of steps) {
    if (kept >= keepLast && proven) {
      if (!protect.has(step)) removable.push(step);
      continue;
    }
    const folder = join(parent, stepFolderName(step));
    if (step === options.knownGood) {
      kept++;
      proven = true;
      continue;
    }
    // Until one is known to be good, hashes are compared; then sizes are enough to count.
    const whole: boolean = await (proven
      ? looksComplete(folder, files)
      : verify(folder, files).then(() => true)
    ).catch(() => false);
    if (whole) kept++;
    proven ||= whole;
  }
  try {
    for (const step of removable) {
      const aside = join(parent, `.${stepFolderName(step)}.removed`);
      await files.remove(aside);
      await files.rename(join(parent, stepFolderName(step)), aside);
      await files.remove(aside);
    }
  } catch (error) {
    throw describeFileError(error, parent);
  }
}

async function looksComplete(folder: string, files: Files): Promise<boolean> {
  const manifest = await readManifest(folder, files);
  for (const { name, bytes } of manifest.files) {
    if ((await files.status(join(folder, name)))?.size !== bytes) return false;
  }
  return true;
}
