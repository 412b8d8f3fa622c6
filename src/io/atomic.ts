/** Files that are either whole or not there. */

import { basename, dirname, join } from 'node:path';
import { describeFileError, type Files, nodeFiles } from './files.ts';

/** Where a writer puts its bytes, in order. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** What a file shall hold: text (UTF-8), bytes, or a function that writes them piece by piece. */
export type FileContent = string | Uint8Array | ((sink: ByteSink) => void | Promise<void>);

const PIECE_BYTES = 16 * 1024 * 1024;

/** Sends content to a sink in pieces of at most 16 MiB. */
export async function writeContent(content: FileContent, sink: ByteSink): Promise<void> {
  if (typeof content === 'function') return content(sink);
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    await sink.write(bytes.subarray(from, from + PIECE_BYTES));
  }
}

/** Writes a new file and returns when its content (not yet its name) has reached the disk. `path` must not exist. */
export async function writeSyncedFile(path: string, content: FileContent, files: Files): Promise<void> {
  let written = 0;
  try {
    const file = await files.open(path, 'create');
    try {
      await writeContent(content, {
        async write(bytes) {
          written += bytes.length;
          await file.write(bytes);
        },
      });
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw describeFileError(error, path, written);
  }
}

let asideCount = 0;

/** A name beside `path` that no other writer uses. */
export function asidePath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${asideCount++}.tmp`);
}

/**
 * Writes a file so that a reader, or a crash at any moment, sees the old content or the new, never a part:
 * written aside in the same folder, synced, renamed, folder synced. The folder must exist.
 */
export async function writeFileAtomic(
  path: string,
  content: FileContent,
  options: { readonly files?: Files } = {},
): Promise<void> {
  const files = options.files ?? nodeFiles;
  const aside = asidePath(path);
  try {
    await writeSyncedFile(aside, content, files);
    await files.rename(aside, path);
    await files.syncFolder(dirname(path));
  } catch (error) {
    await files.remove(aside).catch(() => {});
    throw describeFileError(error, path);
  }
}
