/** The file operations that this room needs, as a table that can be replaced: by a simulated disk, for example. */

import { constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import type { InkstoneError } from '../errors.ts';
import { fail } from './errors.ts';

/** An open file. */
export interface OpenFile {
  /** Fills as much of `into` as the file has from `position` on; returns the number of bytes, less than asked only at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all bytes at the end of the file. */
  write(bytes: Uint8Array): Promise<void>;
  truncate(size: number): Promise<void>;
  size(): Promise<number>;
  /** Returns when the content has reached the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileStatus {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
}

/** A file system. Paths are native and absolute or relative to the working folder. */
export interface Files {
  /** `read`: an existing file; `create`: a new file, an error if it exists; `append`: an existing or new file. */
  open(path: string, mode: 'read' | 'create' | 'append'): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** A second name for a file; an error with code EEXIST if `to` exists. */
  link(from: string, to: string): Promise<void>;
  /** Makes the folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder, sorted; empty if there is no such folder. */
  list(path: string): Promise<string[]>;
  /** What lies at the path (links are followed), or `undefined`. */
  status(path: string): Promise<FileStatus | undefined>;
  /** Removes a file, or a folder with all it holds. Nothing there is no error. */
  remove(path: string): Promise<void>;
  /** Returns when the folder's names have reached the disk. */
  syncFolder(path: string): Promise<void>;
}

const MODES = {
  read: 'r',
  create: 'wx+',
  append: constants.O_RDWR | constants.O_APPEND | constants.O_CREAT,
} as const;

/** The file system of this machine. */
export const nodeFiles: Files = {
  async open(path, mode) {
    const handle = await fs.open(path, MODES[mode]);
    return {
      async read(into, position) {
        let done = 0;
        while (done < into.length) {
          const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return done;
      },
      async write(bytes) {
        let done = 0;
        while (done < bytes.length) done += (await handle.write(bytes, done)).bytesWritten;
      },
      truncate: (size) => handle.truncate(size),
      size: async () => (await handle.stat()).size,
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename: fs.rename,
  link: fs.link,
  async makeFolder(path) {
    await fs.mkdir(path, { recursive: true });
  },
  async list(path) {
    try {
      return (await fs.readdir(path)).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  },
  async status(path) {
    try {
      const found = await fs.stat(path);
      return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', size: found.size };
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  },
  remove: (path) => fs.rm(path, { recursive: true, force: true }),
  async syncFolder(path) {
    // NOTE Windows cannot open a folder; its file system journals names by itself.
    if (process.platform === 'win32') return;
    const handle = await fs.open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** The system's code of an error (`ENOSPC`), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** The error of a file operation in plain words; other errors come back as they are. */
export function describeFileError(error: unknown, path: string, bytes?: number): InkstoneError | unknown {
  const code = codeOf(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return fail('io/no-space', { path, bytes }, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return fail('io/denied', { path, reason: code }, error);
    case 'ENOENT':
    case 'ENOTDIR':
      return fail('io/missing', { path }, error);
    case 'EIO':
    case 'EMFILE':
    case 'ENFILE':
    case 'EBUSY':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return fail('io/device', { path, reason: code }, error);
    default:
      return error;
  }
}
