/** Records with named fields from a file: JSON lines, a JSON array, CSV or TSV, each with its place for errors. */

import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type ColumnOptions, chooseColumns } from './columns.ts';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { readNumberedLines } from './json-lines.ts';
import { type Delimiter, tableRows } from './read-tables.ts';
import { type FileOnDisk, readWhole } from './readers.ts';

/** A record of a file. */
export interface FileRecord {
  /** `PATH:LINE`, or `PATH#NUMBER` in a JSON array; both count from 1. */
  readonly where: string;
  /** Of a table all are texts; a cell that is missing is no field. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ReadRecordsOptions {
  /** Whether the first row of a table names its columns; otherwise their names are 1, 2, … Default true. */
  readonly header?: boolean;
  readonly signal?: AbortSignal;
}

type RecordReader = (file: FileOnDisk, options: ReadRecordsOptions) => AsyncGenerator<FileRecord>;

/** A new format is one row here. */
const formats: { readonly [extension: string]: RecordReader } = {
  '.jsonl': fromLines,
  '.ndjson': fromLines,
  '.json': fromArray,
  '.csv': fromTable(','),
  '.tsv': fromTable('\t'),
};

/**
 * Reads the records of a file one by one, by the ending of its name; the first row of a table names the fields unless it has no header.
 * @throws where the file cannot be read, has another ending, is malformed, or holds something that is no object
 */
export async function* readRecords(
  path: string,
  options: ReadRecordsOptions = {},
): AsyncGenerator<FileRecord> {
  const extension = extname(path).toLowerCase();
  const read = Object.hasOwn(formats, extension) ? formats[extension] : undefined;
  if (!read) throw fail('io/record-format', { path, known: Object.keys(formats) });
  const status = await stat(path).catch((error) => {
    throw describeFileError(error, path);
  });
  yield* read({ path: basename(path), location: path, sizeBytes: status.size }, options);
}

async function* fromLines({ location }: FileOnDisk, options: ReadRecordsOptions): AsyncGenerator<FileRecord> {
  for await (const { line, value } of readNumberedLines(location, options)) {
    yield toRecord(value, `${location}:${line}`);
  }
}

async function* fromArray(file: FileOnDisk, options: ReadRecordsOptions): AsyncGenerator<FileRecord> {
  const text = await readWhole(file, options);
  const path = file.location;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw fail('io/json', { path, line: undefined, reason: (error as Error).message }, error);
  }
  const values = Array.isArray(parsed) ? parsed : [parsed];
  for (const [i, value] of values.entries()) yield toRecord(value, `${path}#${i + 1}`);
}

function fromTable(delimiter: Delimiter): RecordReader {
  return async function* (file, options) {
    let names: readonly string[] | undefined;
    for await (const { cells, line } of tableRows(delimiter, file, { ...options, lines: true })) {
      if (!names) {
        const { header = true } = options;
        names = cells.map((name, i) => (header ? name.trim() : String(i + 1)));
        if (header) continue;
      }
      const fields = names.slice(0, cells.length).map((name, i) => [name, cells[i]]);
      yield { where: `${file.location}:${line}`, fields: Object.fromEntries(fields) };
    }
  };
}

const SHOWN = 40;

function toRecord(value: unknown, where: string): FileRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return { where, fields: value as Record<string, unknown> };
  }
  throw fail('io/record', { where, got: JSON.stringify(value).slice(0, SHOWN) });
}

/** Which field of a record is its text: the one that is named, else one with a usual name. @throws where that is no text */
export function textFieldOf({ where, fields }: FileRecord, columns: ColumnOptions = {}): string {
  const names = Object.keys(fields);
  const name = names[chooseColumns(names, columns, where).text];
  if (typeof fields[name] === 'string') return name;
  throw fail('io/record-text', { where, name });
}
