/** How files are turned into documents: one row for each extension. */

import { readFile } from 'node:fs/promises';
import type { TextDocument } from '../types.ts';
import { type ColumnOptions, chooseColumns, labelNames, textNames, titleNames } from './columns.ts';
import { decodeText } from './encodings.ts';
import { fail } from './errors.ts';
import { describeFileError } from './files.ts';
import { foreignReader } from './foreign.ts';
import { readJsonLines } from './json-lines.ts';
import { limits } from './limits.ts';
import type { Skipped } from './parsers.ts';
import { readTable } from './read-tables.ts';
import { splitTunebook, tuneToLearn } from './tunebook.ts';

/** A file of a source. */
export interface FileOnDisk {
  /** Path inside the source, with `/`. */
  readonly path: string;
  readonly location: string;
  readonly sizeBytes: number;
}

export interface ReadOptions extends ColumnOptions {
  readonly signal?: AbortSignal;
  /** Told the encoding of the file where it was found out. */
  readonly onEncoding?: (encoding: string) => void;
  /** Told at the end of a file what of it was passed over. */
  readonly onSkipped?: (skipped: Skipped) => void;
}

export type Reader = (file: FileOnDisk, options: ReadOptions) => AsyncIterable<TextDocument>;

/** A new format is one row here; formats of foreign bytes also one in `parsers.ts`. */
export const readers: { readonly [extension: string]: Reader } = {
  '.txt': readText,
  '.md': readText,
  '.json': readJson,
  '.jsonl': readLines,
  '.csv': readTable(','),
  '.tsv': readTable('\t'),
  '.abc': readTunes,
  '.html': foreignReader('html'),
  '.htm': foreignReader('html'),
  '.xhtml': foreignReader('html'),
  '.pdf': foreignReader('pdf'),
  '.docx': foreignReader('docx'),
  '.epub': foreignReader('epub'),
  '.parquet': foreignReader('parquet'),
  '.warc': foreignReader('warc'),
  '.warc.gz': foreignReader('warc'),
  '.wet': foreignReader('warc'),
  '.wet.gz': foreignReader('warc'),
  '.xml': foreignReader('wikipedia'),
  '.xml.bz2': foreignReader('wikipedia'),
};

const byLength = Object.keys(readers).sort((a, b) => b.length - a.length);

/** The extension by which a file is read, `undefined` if it is none of those known; the longest counts (`.warc.gz`). */
export function extensionOf(path: string): string | undefined {
  const lower = path.toLowerCase();
  return byLength.find((extension) => lower.endsWith(extension));
}

/** Whether a file is taken where a folder or a package is read: XML only if its name says that it is a dump of pages. */
export function isTaken(path: string): boolean {
  const extension = extensionOf(path);
  return extension !== undefined && (!extension.startsWith('.xml') || /pages-(?:articles|meta)/.test(path));
}

const CODE = new Set(
  'ts tsx mts cts js jsx mjs cjs vue svelte css py go rs java kt scala swift c h cc cpp hpp cs rb php lua r jl sh sql hs ml ex'.split(
    ' ',
  ),
);

/** Whether a file is source code that somebody wrote: no declarations, nothing minified, none of the packages it stands on. */
export function isCode(path: string): boolean {
  const [, name, extension] = /(?:^|\/)([^/]+)\.(\w+)$/.exec(path.toLowerCase()) ?? [];
  return CODE.has(extension) && !/\.(?:min|d)$/.test(name) && !/(?:^|\/)node_modules\//.test(path);
}

/** The whole file as text. @throws where it is larger than `limits.textFileBytes` or in no known encoding */
export async function readWhole(file: FileOnDisk, { signal, onEncoding }: ReadOptions = {}): Promise<string> {
  if (file.sizeBytes > limits.textFileBytes) {
    throw fail('io/too-large', { path: file.location, bytes: file.sizeBytes, limit: limits.textFileBytes });
  }
  const bytes = await readFile(file.location, { signal }).catch((error) => {
    throw describeFileError(error, file.location);
  });
  const { text, encoding } = decodeText(bytes, file.location);
  onEncoding?.(encoding);
  return text;
}

async function* readText(file: FileOnDisk, options: ReadOptions): AsyncGenerator<TextDocument> {
  const text = await readWhole(file, options);
  yield { text, source: file.path };
}

/** One document of each tune in ABC notation; broken ones are counted. */
async function* readTunes(file: FileOnDisk, options: ReadOptions): AsyncGenerator<TextDocument> {
  let tune = 0;
  for (const { text, title } of splitTunebook(await readWhole(file, options))) {
    const learned = tuneToLearn(text);
    if ('broken' in learned) tune++;
    else yield { text: learned.text, source: file.path, ...(title !== undefined && { title }) };
  }
  if (tune > 0) options.onSkipped?.({ tune });
}

async function* readJson(file: FileOnDisk, options: ReadOptions): AsyncGenerator<TextDocument> {
  const text = await readWhole(file, options);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw fail('io/json', { path: file.location, line: undefined, reason: (error as Error).message }, error);
  }
  const records = Array.isArray(parsed) ? parsed : [parsed];
  for (let i = 0; i < records.length; i++) yield toDocument(records[i], file, i + 1, options);
}

async function* readLines(file: FileOnDisk, options: ReadOptions): AsyncGenerator<TextDocument> {
  let record = 0;
  for await (const value of readJsonLines(file.location, { signal: options.signal })) {
    yield toDocument(value, file, ++record, options);
  }
}

/** A record's text: the record itself, or its field of that name or a usual one (text, or a list of lines). */
function toDocument(record: unknown, file: FileOnDisk, number: number, options: ColumnOptions): TextDocument {
  const source = file.path;
  const { textColumn, titleColumn } = options;
  if (typeof record === 'string') return { text: record, source };
  const fields = new Map<string, unknown>(Object.entries(Object(record)));
  const titleOf = (name: string): string | undefined => {
    const title = fields.get(name);
    return typeof title === 'string' ? title : undefined;
  };
  if (textColumn !== undefined && !fields.has(textColumn)) {
    chooseColumns([...fields.keys()], options, `${file.location}:${number}`);
  }
  for (const key of textColumn === undefined ? textNames : [textColumn]) {
    const value = fields.get(key);
    const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string');
    if (typeof value !== 'string' && !isLines) continue;
    const title = (titleColumn === undefined ? titleNames : [titleColumn]).map(titleOf).find(Boolean);
    const text = isLines ? (value as string[]).join('\n') : (value as string);
    const label = labelOf(fields, options);
    return { text, source, ...(title !== undefined && { title }), ...(label !== undefined && { label }) };
  }
  const keys = [...fields.keys()].slice(0, 8);
  throw fail('source/record', { path: file.location, record: number, keys });
}

/** The label of a record where labels are asked for: a text, a number, true or false. */
function labelOf(
  fields: ReadonlyMap<string, unknown>,
  { labels, labelColumn }: ColumnOptions,
): string | undefined {
  if (!labels) return undefined;
  const names: readonly string[] = labelColumn === undefined ? labelNames : [labelColumn];
  const value = names.map((name) => fields.get(name)).find((found) => found !== undefined);
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
