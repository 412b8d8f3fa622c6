/** JSON lines: one record per line, only ever appended. A last line that a crash tore apart is no record. */

import { fail } from './errors.ts';
import { describeFileError, type Files, nodeFiles, type OpenFile } from './files.ts';
import { limits } from './limits.ts';
import { decodeUtf8 } from './utf8.ts';

/** An open log of records. Appends run in order; each is one write. */
export interface JsonLinesWriter<Record> {
  append(record: Record): Promise<void>;
  /** Returns when all that was appended has reached the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenJsonLinesOptions<Record> {
  /**
   * What of an existing file stays: the file is cut before the first record for which this is false. A resumed run that
   * passes `(r) => r.step <= step` has no step twice. A torn last line is always cut.
   */
  readonly keep?: (record: Record) => boolean;
  readonly files?: Files;
}

/** Opens a file of records for appending; makes it if there is none. */
export async function openJsonLines<Record>(
  path: string,
  options: OpenJsonLinesOptions<Record> = {},
): Promise<JsonLinesWriter<Record>> {
  const files = options.files ?? nodeFiles;
  const wrap = async <T>(work: Promise<T>, bytes?: number): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw describeFileError(error, path, bytes);
    }
  };
  const file = await wrap(files.open(path, 'append'));
  let size = 0;
  try {
    for await (const line of readLines(file, path)) {
      if (!line.whole) break;
      const record = parseLine(line.bytes, path, line.number);
      if (options.keep && record !== undefined && !options.keep(record as Record)) break;
      size = line.end;
    }
    if (size < (await file.size())) {
      await file.truncate(size);
      await file.sync();
    }
  } catch (error) {
    await file.close();
    throw describeFileError(error, path);
  }
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
  return {
    append(record) {
      const bytes = new TextEncoder().encode(`${JSON.stringify(record)}\n`);
      return inOrder(async () => {
        try {
          await file.write(bytes);
          size += bytes.length;
        } catch (error) {
          // Half a line must not be followed by a whole one.
          await file.truncate(size).catch(() => {});
          throw describeFileError(error, path, bytes.length);
        }
      });
    },
    sync: () => inOrder(() => wrap(file.sync())),
    close: () => inOrder(() => file.close()),
  };
}

/** Reads records one by one. Empty lines are passed over; a torn last line too; any other malformed line is an error. */
export async function* readJsonLines<Record = unknown>(
  path: string,
  options: { readonly files?: Files; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Record> {
  for await (const { value } of readNumberedLines(path, { ...options, mayBeTorn: true }))
    yield value as Record;
}

/** The same with the line each stands on, from 1. A torn last line is an error unless `mayBeTorn`. */
export async function* readNumberedLines(
  path: string,
  options: { readonly files?: Files; readonly signal?: AbortSignal; readonly mayBeTorn?: boolean } = {},
): AsyncGenerator<{ readonly line: number; readonly value: unknown }> {
  const file = await (options.files ?? nodeFiles).open(path, 'read').catch((error) => {
    throw describeFileError(error, path);
  });
  try {
    for await (const line of readLines(file, path)) {
      options.signal?.throwIfAborted();
      let value: unknown;
      try {
        value = parseLine(line.bytes, path, line.number);
      } catch (error) {
        if (line.whole || !options.mayBeTorn) throw error;
        return;
      }
      if (value !== undefined) yield { line: line.number, value };
    }
  } finally {
    await file.close();
  }
}

function parseLine(bytes: Uint8Array, path: string, line: number): unknown {
  const text = decodeUtf8(bytes, `${path}:${line}`).trim();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('io/json', { path, line, reason: (error as Error).message }, error);
  }
}

interface Line {
  readonly bytes: Uint8Array;
  /** Counted from 1. */
  readonly number: number;
  /** Position after its newline. */
  readonly end: number;
  /** It ends with a newline. */
  readonly whole: boolean;
}

async function* readLines(file: OpenFile, path: string): AsyncGenerator<Line> {
  const chunk = new Uint8Array(1024 * 1024);
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let number = 1;
  let position = 0;
  for (;;) {
    const got = await file.read(chunk, position);
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1 && at < got; at = chunk.indexOf(10, from)) {
      pending.push(chunk.subarray(from, at));
      yield { bytes: Buffer.concat(pending), number: number++, end: position + at + 1, whole: true };
      pending = [];
      pendingBytes = 0;
      from = at + 1;
    }
    if (from < got) pending.push(chunk.slice(from, got));
    pendingBytes += got - from;
    if (pendingBytes > limits.jsonLineBytes) {
      throw fail('io/json-line-length', { path, line: number, limit: limits.jsonLineBytes });
    }
    position += got;
    if (got < chunk.length) break;
  }
  if (pendingBytes > 0) yield { bytes: Buffer.concat(pending), number, end: position, whole: false };
}
