/** Bytes that are read where they lie: a file, or memory. */

import type { InkstoneError } from '../errors.ts';
import { describeFileError, type Files, nodeFiles } from './files.ts';

export interface ByteSource {
  /** The path, or words for bytes in memory. */
  readonly where: string;
  readonly size: number;
  at(position: number, length: number): Promise<Uint8Array>;
  into(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file (a path) or bytes. `shrunk` makes the error for a file that became shorter while it was read. */
export async function openBytes(
  source: string | Uint8Array,
  shrunk: (where: string, reason: string) => InkstoneError,
  { files = nodeFiles }: { readonly files?: Files } = {},
): Promise<ByteSource> {
  return typeof source === 'string' ? bytesOfFile(source, shrunk, files) : bytesInMemory(source);
}

function bytesInMemory(bytes: Uint8Array): ByteSource {
  return {
    where: 'the given bytes',
    size: bytes.length,
    at: async (position, length) => bytes.subarray(position, position + length),
    into: async (target, position) => target.set(bytes.subarray(position, position + target.length)),
    close: async () => {},
  };
}

async function bytesOfFile(
  path: string,
  shrunk: (where: string, reason: string) => InkstoneError,
  files: Files,
): Promise<ByteSource> {
  try {
    const file = await files.open(path, 'read');
    const into = async (target: Uint8Array, position: number) => {
      const got = await file.read(target, position).catch((error) => {
        throw describeFileError(error, path);
      });
      if (got < target.length) {
        throw shrunk(
          path,
          `it shrank while it was read: ${target.length} bytes expected at ${position}, got ${got}`,
        );
      }
    };
    return {
      where: path,
      size: await file.size(),
      async at(position, length) {
        const bytes = new Uint8Array(length);
        await into(bytes, position);
        return bytes;
      },
      into,
      close: file.close,
    };
  } catch (error) {
    throw describeFileError(error, path);
  }
}
