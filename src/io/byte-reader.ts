/** Reads a stream of bytes piece by piece as a parser asks for it: a line, so many bytes, or past them. */

import { fail } from './errors.ts';
import { limits } from './limits.ts';

/** The same bytes, at most `limits.unpackedStreamBytes` of them: what comes out of a decompressor has no other end. */
export async function* boundedBytes(
  chunks: AsyncIterable<Buffer>,
  path: string,
  format: string,
): AsyncGenerator<Buffer> {
  const limit = limits.unpackedStreamBytes;
  let got = 0;
  for await (const chunk of chunks) {
    got += chunk.length;
    if (got > limit)
      throw fail('io/format-limit', { path, format, what: 'bytes after decompression', limit, got });
    yield chunk;
  }
}

export interface ByteReader {
  /** The bytes before the next newline, without it; `undefined` if there is none within `most` bytes. */
  line(most: number): Promise<Buffer | undefined>;
  /** So many bytes; `undefined` if there are fewer. */
  read(size: number): Promise<Buffer | undefined>;
  /** Whether nothing is left. */
  isOver(): Promise<boolean>;
  /** Passes over some bytes, at most `size`; how many it were, 0 at the end. */
  skip(size: number): Promise<number>;
}

/** A reader of what arrives, holding no more than what was asked for and one chunk. */
export function createByteReader(chunks: AsyncIterable<Buffer>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const { done, value } = await iterator.next();
      if (done) return false;
      rest = value;
    }
    return true;
  };
  const cut = (size: number): Buffer => {
    const part = rest.subarray(0, size);
    rest = rest.subarray(size);
    return part;
  };
  return {
    async line(most) {
      const parts: Buffer[] = [];
      for (let size = 0; await more(); ) {
        const at = rest.indexOf(10);
        size += at < 0 ? rest.length : at;
        if (size > most) return undefined;
        parts.push(cut(at < 0 ? rest.length : at));
        if (at < 0) continue;
        cut(1);
        return Buffer.concat(parts);
      }
      return undefined;
    },
    async read(size) {
      const parts: Buffer[] = [];
      let left = size;
      while (left > 0 && (await more())) {
        const part = cut(left);
        parts.push(part);
        left -= part.length;
      }
      return left > 0 ? undefined : Buffer.concat(parts);
    },
    isOver: async () => !(await more()),
    async skip(size) {
      return (await more()) ? cut(size).length : 0;
    },
  };
}
