/** Who approved exactly which files: a history that is only added to, where each entry holds the hash of the one before it. */

import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from './atomic.ts';
import { fail } from './errors.ts';
import { describeFileError, nodeFiles } from './files.ts';
import { lockFolder } from './folder-lock.ts';
import { readNumberedLines } from './json-lines.ts';
import { limits } from './limits.ts';

/** SHA-256 of files by their paths in the folder, in order. */
export type FileHashes = Readonly<Record<string, string>>;

export interface SignOff {
  /** ISO time. */
  readonly at: string;
  readonly name: string;
  readonly statement: string;
  readonly files: FileHashes;
  /** Hash of the entry before; null for the first. */
  readonly previous: string | null;
  /** SHA-256 of all the rest. */
  readonly hash: string;
}

const CHUNK_BYTES = 4 << 20;

/** The SHA-256 of each file; `paths` are those in the folder. */
export async function hashFiles(folder: string, paths: readonly string[]): Promise<FileHashes> {
  const hashes: [string, string][] = [];
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (const path of [...paths].sort()) {
    const place = join(folder, path);
    const file = await nodeFiles.open(place, 'read').catch((error) => {
      throw describeFileError(error, place);
    });
    try {
      const hash = createHash('sha256');
      for (let at = 0; ; ) {
        const got = await file.read(chunk, at);
        hash.update(chunk.subarray(0, got));
        at += got;
        if (got < chunk.length) break;
      }
      hashes.push([path.replaceAll('\\', '/'), hash.digest('hex')]);
    } finally {
      await file.close();
    }
  }
  return Object.fromEntries(hashes);
}

/** NOTE No key: it tells that a line was changed, not that someone who may write here wrote all of it anew. */
const hashOf = ({ at, name, statement, files, previous }: Omit<SignOff, 'hash'>): string =>
  createHash('sha256')
    .update(JSON.stringify([previous, at, name, statement, Object.entries(files)]))
    .digest('hex');

/** The history of a file, first entry first; empty where there is none. @throws `io/sign-off` for a line that was changed. */
export async function readSignOffs(history: string): Promise<SignOff[]> {
  const status = await nodeFiles.status(history).catch((error) => {
    throw describeFileError(error, history);
  });
  if (!status) return [];
  const entries: SignOff[] = [];
  for await (const { line, value } of readNumberedLines(history)) {
    const entry = value as SignOff;
    if (entries.length === limits.signOffs) throw failFull(history);
    const isWhole =
      typeof entry?.files === 'object' &&
      entry.files !== null &&
      entry.previous === (entries.at(-1)?.hash ?? null) &&
      entry.hash === hashOf(entry);
    if (!isWhole) throw fail('io/sign-off', { path: history, line });
    entries.push(entry);
  }
  return entries;
}

const failFull = (path: string) => fail('io/sign-offs-full', { path, limit: limits.signOffs });

/** Adds an entry to the history of a file. @throws `io/sign-off` where the history was changed; `folder/locked` while another is added. */
export async function addSignOff(
  history: string,
  { name, statement, files, at = new Date() }: Pick<SignOff, 'name' | 'statement' | 'files'> & { at?: Date },
): Promise<SignOff> {
  const lock = await lockFolder(dirname(history), 'history');
  try {
    const before = await readSignOffs(history);
    if (before.length === limits.signOffs) throw failFull(history);
    const own = { at: at.toISOString(), name, statement, files, previous: before.at(-1)?.hash ?? null };
    const entry = { ...own, hash: hashOf(own) };
    await writeFileAtomic(history, [...before, entry].map((one) => `${JSON.stringify(one)}\n`).join(''));
    return entry;
  } finally {
    await lock.release();
  }
}

/** Paths whose content is another than was approved, that are new, or that are gone. */
export function changedSince({ files }: Pick<SignOff, 'files'>, now: FileHashes): string[] {
  return [...new Set([...Object.keys(files), ...Object.keys(now)])]
    .filter((path) => files[path] !== now[path])
    .sort();
}
