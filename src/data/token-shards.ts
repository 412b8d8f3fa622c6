/**
 * Token shards: ids on disk, 2 or 4 bytes each, little-endian, then where documents begin, then a trailer of 128 bytes that says
 * what came before. Written in one stream, read by position, so that a corpus may be larger than memory.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { describeFileError, type Files, writeFileAtomic } from '../io/index.ts';
import { fail } from './errors.ts';
import { checkIds, type TokenSource } from './tokens.ts';

/** What a shard may claim. */
export const shardLimits = {
  /** Documents whose beginnings are read into memory. */
  documents: 2 ** 28,
  /** Tokens in one shard. */
  tokens: 2 ** 40,
} as const;

const MAGIC = 'INKSHARD';
const VERSION = 1;
const TRAILER_BYTES = 128;

/** What a shard says about itself. */
export interface ShardInfo {
  readonly vocabSize: number;
  /** A hash of the tokenizer that made the ids: 64 hexadecimal digits, or `''`. */
  readonly tokenizerHash: string;
}

/** An open shard. */
export interface TokenShard extends TokenSource, ShardInfo {
  readonly starts: Float64Array;
  close(): void;
}

/** Writes a shard atomically from the ids of documents, as `encodeDocuments` gives them. */
export async function writeTokenShard(
  path: string,
  documents: Iterable<ArrayLike<number>> | AsyncIterable<ArrayLike<number>>,
  options: ShardInfo & { readonly signal?: AbortSignal; readonly files?: Files },
): Promise<{ tokens: number; documents: number }> {
  const { vocabSize, tokenizerHash } = options;
  if (!Number.isSafeInteger(vocabSize) || vocabSize < 1 || vocabSize > 2 ** 31) {
    throw fail('data/option', {
      where: 'writeTokenShard',
      option: 'vocabSize',
      rule: 'in [1, 2^31]',
      got: vocabSize,
    });
  }
  if (!/^([0-9a-f]{64})?$/.test(tokenizerHash)) {
    const rule = '64 hexadecimal digits or empty';
    throw fail('data/option', {
      where: 'writeTokenShard',
      option: 'tokenizerHash',
      rule,
      got: tokenizerHash,
    });
  }
  const width = vocabSize <= 2 ** 16 ? 2 : 4;
  const IdArray = width === 2 ? Uint16Array : Uint32Array;
  const buffer = new IdArray(2 ** 18);
  const ends: number[] = [];
  let total = 0;
  await writeFileAtomic(
    path,
    async (sink) => {
      let filled = 0;
      const flush = async () => {
        await sink.write(new Uint8Array(buffer.buffer, 0, filled * width));
        filled = 0;
      };
      for await (const ids of documents) {
        options.signal?.throwIfAborted();
        checkIds(ids, vocabSize);
        for (let i = 0; i < ids.length; i++) {
          if (filled === buffer.length) await flush();
          buffer[filled++] = ids[i];
        }
        ends.push((total += ids.length));
      }
      await flush();
      if (total === 0) throw fail('data/empty', { where: 'writeTokenShard' });
      await sink.write(new Uint8Array(Float64Array.from(ends).buffer));
      await sink.write(encodeTrailer(total, ends.length, width, options));
    },
    options,
  );
  return { tokens: total, documents: ends.length };
}

function encodeTrailer(tokens: number, documents: number, width: number, info: ShardInfo): Uint8Array {
  const bytes = Buffer.alloc(TRAILER_BYTES);
  bytes.writeDoubleLE(tokens, 0);
  bytes.writeDoubleLE(documents, 8);
  bytes.writeUInt32LE(width, 16);
  bytes.writeUInt32LE(info.vocabSize, 20);
  bytes.write(info.tokenizerHash, 24, 'latin1');
  bytes.writeUInt32LE(VERSION, 116);
  bytes.write(MAGIC, 120, 'latin1');
  return bytes;
}

/** Opens a shard. With `tokenizerHash`, a shard of another tokenizer is an error. Close it when done. */
export function openTokenShard(path: string, options: { readonly tokenizerHash?: string } = {}): TokenShard {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw describeFileError(error, path);
  }
  try {
    const { tokens, documents, width, vocabSize, tokenizerHash } = readTrailer(file, path);
    if (options.tokenizerHash !== undefined && options.tokenizerHash !== tokenizerHash) {
      throw fail('data/shard-tokenizer', { path, expected: options.tokenizerHash, got: tokenizerHash });
    }
    const starts = readStarts(file, path, tokens, documents, width);
    let scratch = Buffer.alloc(0);
    return {
      length: tokens,
      starts,
      vocabSize,
      tokenizerHash,
      read(start, count, into, at) {
        if (scratch.length < count * width) scratch = Buffer.alloc(count * width);
        readFully(file, scratch, count * width, start * width, path);
        if (width === 2) for (let i = 0; i < count; i++) into[at + i] = scratch.readUInt16LE(i * 2);
        else for (let i = 0; i < count; i++) into[at + i] = scratch.readUInt32LE(i * 4);
        for (let i = at; i < at + count; i++) {
          if (!(into[i] >= 0 && into[i] < vocabSize)) {
            throw fail('data/shard', {
              path,
              reason: `it holds the id ${into[i]}, its vocabulary ${vocabSize}`,
            });
          }
        }
      },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function readTrailer(file: number, path: string) {
  const bad = (reason: string) => fail('data/shard', { path, reason });
  const { size } = fstatSync(file);
  if (size < TRAILER_BYTES) throw bad(`it has ${size} bytes, at least ${TRAILER_BYTES} expected`);
  const bytes = Buffer.alloc(TRAILER_BYTES);
  readFully(file, bytes, TRAILER_BYTES, size - TRAILER_BYTES, path);
  if (bytes.toString('latin1', 120) !== MAGIC) throw bad('its trailer is missing');
  if (bytes.readUInt32LE(116) !== VERSION)
    throw bad(`version ${bytes.readUInt32LE(116)}, expected ${VERSION}`);
  const [tokens, documents] = [bytes.readDoubleLE(0), bytes.readDoubleLE(8)];
  const [width, vocabSize] = [bytes.readUInt32LE(16), bytes.readUInt32LE(20)];
  const isCount = (value: number, most: number) => Number.isSafeInteger(value) && value >= 1 && value <= most;
  if (!isCount(tokens, shardLimits.tokens) || !isCount(documents, shardLimits.documents)) {
    throw bad(`it claims ${tokens} tokens in ${documents} documents`);
  }
  if (width !== (vocabSize <= 2 ** 16 ? 2 : 4) || vocabSize < 1)
    throw bad('its vocabulary size and width differ');
  const expected = tokens * width + documents * 8 + TRAILER_BYTES;
  if (expected !== size) throw bad(`${expected} bytes expected, got ${size}`);
  const tokenizerHash = bytes.toString('latin1', 24, 88).replace(/\0+$/, '');
  return { tokens, documents, width, vocabSize, tokenizerHash };
}

function readStarts(
  file: number,
  path: string,
  tokens: number,
  documents: number,
  width: number,
): Float64Array {
  const starts = new Float64Array(documents + 1);
  readFully(file, Buffer.from(starts.buffer, 8), documents * 8, tokens * width, path);
  for (let i = 1; i <= documents; i++) {
    if (!(Number.isSafeInteger(starts[i]) && starts[i] >= starts[i - 1])) {
      throw fail('data/shard', { path, reason: `document ${i} ends at ${starts[i]}` });
    }
  }
  if (starts[documents] !== tokens)
    throw fail('data/shard', { path, reason: 'its documents do not cover its tokens' });
  return starts;
}

function readFully(file: number, into: Buffer, bytes: number, position: number, path: string): void {
  for (let done = 0; done < bytes; ) {
    const got = readSync(file, into, done, bytes - done, position + done);
    if (got === 0) throw fail('data/shard', { path, reason: `it ends at byte ${position + done}` });
    done += got;
  }
}
