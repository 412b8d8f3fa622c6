/** Files of records with all their fields, one after another: JSON lines, CSV and TSV. */

import { extname } from 'node:path';
import { type ColumnOptions, chooseColumns } from './columns.ts';
import { fail } from './errors.ts';
import { readJsonLines } from './json-lines.ts';
import { tableRows } from './read-tables.ts';

/** A record, and which of its fields is the text. */
export interface TextRecord {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly textField: string;
}

const KNOWN = ['.jsonl', '.csv', '.tsv'];

/** Reads records; the text is the field named, else one with a usual name. A record whose text is no string is an error. */
export async function* readRecords(
  path: string,
  options: ColumnOptions & { readonly signal?: AbortSignal } = {},
): AsyncGenerator<TextRecord> {
  const extension = extname(path).toLowerCase();
  if (!KNOWN.includes(extension)) throw fail('source/kind', { path, extension, known: KNOWN });
  let number = 0;
  for await (const fields of extension === '.jsonl' ? lines(path, options) : rows(path, extension, options)) {
    number++;
    const names = Object.keys(fields);
    const textField = names[chooseColumns(names, options, `${path}:${number}`).text];
    if (typeof fields[textField] !== 'string') {
      throw fail('source/record', { path, record: number, keys: names.slice(0, 8) });
    }
    yield { fields, textField };
  }
}

type Fields = Record<string, unknown>;

async function* lines(path: string, { signal }: { readonly signal?: AbortSignal }): AsyncGenerator<Fields> {
  for await (const value of readJsonLines(path, { signal })) {
    yield typeof value === 'string' ? { text: value } : (Object(value) as Fields);
  }
}

async function* rows(
  path: string,
  extension: string,
  options: { readonly signal?: AbortSignal },
): AsyncGenerator<Fields> {
  let names: readonly string[] | undefined;
  const file = { path, location: path, sizeBytes: 0 };
  for await (const row of tableRows(extension === '.csv' ? ',' : '\t', file, options)) {
    if (!names) names = row;
    // NOTE Not an assignment: a column may be called `__proto__`.
    else yield Object.fromEntries(names.map((name, i) => [name, row[i] ?? '']));
  }
}
