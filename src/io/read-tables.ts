/** Tables of text, one document a row: CSV (RFC 4180) and TSV, streamed. */

import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TextDocument } from '../types.ts';
import { chooseColumns } from './columns.ts';
import { detectEncoding, type Encoding, SAMPLE_BYTES, wholeCharacters } from './encodings.ts';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { limits } from './limits.ts';
import type { FileOnDisk, ReadOptions } from './readers.ts';
import { invalidOffset } from './utf8.ts';

/** A reader of files whose cells are set apart by `delimiter`; the first row names the columns, unless there is no header. */
export function readTable(delimiter: Delimiter) {
  return async function* (file: FileOnDisk, options: ReadOptions): AsyncGenerator<TextDocument> {
    let columns: ReturnType<typeof chooseColumns> | undefined;
    for await (const { cells } of tableRows(delimiter, file, options)) {
      if (!columns) {
        const { header = true } = options;
        const names = header ? cells : cells.map((_, i) => String(i + 1));
        columns = chooseColumns(names, options, file.location);
        if (header) continue;
      }
      const text = cells[columns.text] ?? '';
      const title = columns.title === undefined ? undefined : cells[columns.title];
      const label = columns.label === undefined ? undefined : cells[columns.label];
      yield { text, source: file.path, ...(title && { title }), ...(label && { label }) };
    }
  };
}

export type Delimiter = ',' | '\t';

/** A row of a table and, where `lines` are asked for (reading takes twice as long), the line on which it ends, from 1. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly line?: number;
}

/** The rows of a table, empty ones passed over. NOTE In TSV a quotation mark is a letter. */
export async function* tableRows(
  delimiter: Delimiter,
  file: FileOnDisk,
  { lines = false, ...options }: ReadOptions & { readonly lines?: boolean },
): AsyncGenerator<TableRow> {
  const { parse } = await import('csv-parse');
  const format = delimiter === ',' ? 'CSV' : 'TSV';
  const rows = parse({
    delimiter,
    quote: delimiter === ',' ? '"' : null,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: limits.csvRowBytes,
    info: lines,
  });
  const feeding = pipeline(Readable.from(decoded(file, options)), rows);
  feeding.catch(() => {});
  try {
    type Told = { record: string[]; info: { lines: number } };
    for await (const row of rows as AsyncIterable<string[] | Told>) {
      options.signal?.throwIfAborted();
      yield Array.isArray(row) ? { cells: row } : { cells: row.record, line: row.info.lines };
    }
  } catch (error) {
    throw describeTableError(error, file.location, format);
  } finally {
    rows.destroy();
  }
}

function describeTableError(error: unknown, path: string, format: string): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code !== 'string' || !code.startsWith('CSV_')) return describeFileError(error, path);
  if (code === 'CSV_MAX_RECORD_SIZE') {
    const limit = limits.csvRowBytes;
    return fail('io/format-limit', { path, format, what: 'bytes in a row', limit, got: limit + 1 }, error);
  }
  return fail('io/format', { path, format, reason: `${message}`.split('\n')[0].slice(0, 200) }, error);
}

/** The file's text piece by piece, whatever its size. */
async function* decoded(file: FileOnDisk, { signal, onEncoding }: ReadOptions): AsyncGenerator<string> {
  let decode: ReturnType<typeof createDecoder> | undefined;
  let sample: Buffer = Buffer.alloc(0);
  const begin = (isWhole: boolean): string => {
    // NOTE What fits no encoding is read as UTF-8, so that the error names the byte.
    const encoding = detectEncoding(sample, isWhole) ?? 'utf-8';
    onEncoding?.(encoding);
    decode = createDecoder(encoding, file.location);
    return decode(sample, isWhole);
  };
  for await (const chunk of createReadStream(file.location, { signal, highWaterMark: 256 * 1024 })) {
    if (decode) yield decode(chunk as Buffer, false);
    else {
      sample = Buffer.concat([sample, chunk as Buffer]);
      if (sample.length >= SAMPLE_BYTES) yield begin(false);
    }
  }
  yield decode ? decode(Buffer.alloc(0), true) : begin(true);
}

/** Bytes to text, strictly; an error of UTF-8 names the place in the file. */
function createDecoder(encoding: Encoding, path: string): (bytes: Buffer, isLast: boolean) => string {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let position = 0;
  let rest: Uint8Array = new Uint8Array();
  return (more, isLast) => {
    const bytes = rest.length ? Buffer.concat([rest, more]) : more;
    const whole = encoding === 'utf-8' && !isLast ? wholeCharacters(bytes) : bytes;
    try {
      const text = decoder.decode(whole, { stream: !isLast });
      position += whole.length;
      rest = bytes.subarray(whole.length);
      return text;
    } catch (error) {
      if (encoding === 'utf-8') {
        const at = invalidOffset(whole);
        throw fail('io/utf8', { path, offset: position + at, byte: whole[at] }, error);
      }
      const reason = `bytes behind ${position} that are not ${encoding}`;
      throw fail('io/format', { path, format: encoding, reason }, error);
    }
  };
}
