/** Which pictures there are, and what is said of them: a table of files, a folder with one, or a folder of pictures. */

import { readdir, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { describeFileError, imageNames, labelNames, readRecords, usualColumn } from '../io/index.ts';
import type { TextDocument } from '../types.ts';
import { fail } from './errors.ts';

/** A picture with one caption; `text` is the caption, empty where there is none. */
export interface ImageRow extends TextDocument {
  /** Path of the picture. */
  readonly file: string;
}

export interface ImageColumns {
  readonly fileColumn?: string;
  readonly labelColumn?: string;
  readonly captionColumn?: string;
}

/** Usual names, compared without case. */
const usualNames = {
  file: ['file', 'image', 'path', 'filename', 'file_name', 'picture', '文件', '图片', '图像'],
  label: labelNames,
  caption: ['caption', 'text', 'description', 'title', '说明', '描述', '文字', '文本'],
} as const;
type What = keyof typeof usualNames;

const TABLES = /\.(csv|tsv|json|jsonl|ndjson)$/i;

/**
 * The rows of a table of pictures; paths in it are from its folder. A picture may come in several rows, one for each caption. A folder
 * is that of the one table in it, or of the pictures in it. @throws where a row lacks what is needed, or there are no pictures
 */
export async function readImageRows(
  path: string,
  options: ImageColumns & {
    /** What every row must have beside the file. */
    readonly needs?: 'label' | 'caption';
    readonly signal?: AbortSignal;
  } = {},
): Promise<ImageRow[]> {
  const table = await tableIn(path);
  if (table === undefined) return picturesIn(path, options.needs);
  const rows: ImageRow[] = [];
  for await (const { where, fields } of readRecords(table, { signal: options.signal })) {
    const columns = Object.keys(fields);
    const column = (what: What): string | undefined => {
      const named = options[`${what}Column`];
      const found = named ?? columns[usualColumn(columns, usualNames[what]) ?? -1];
      const isThere = found !== undefined && Object.hasOwn(fields, found);
      const isNeeded = what === 'file' || what === options.needs || named !== undefined;
      if (!isThere && isNeeded) throw fail('vision/column', { where, what, columns });
      const value = isThere ? String(fields[found] ?? '').trim() : undefined;
      if (value === '' && isNeeded) throw fail('vision/empty', { where, what });
      return value;
    };
    const file = column('file')!;
    const label = column('label');
    const whole = isAbsolute(file) ? file : join(dirname(table), file);
    rows.push({ file: whole, text: column('caption') ?? '', source: where, ...(label && { label }) });
  }
  if (rows.length === 0) throw fail('vision/no-pictures', { where: path });
  return rows;
}

/** The table that a path names, or the only one in the folder that it names; none in a folder without. */
async function tableIn(path: string): Promise<string | undefined> {
  const status = await stat(path).catch((error) => {
    throw describeFileError(error, path);
  });
  if (!status.isDirectory()) return path;
  const tables = (await readdir(path)).filter((name) => TABLES.test(name) && !name.startsWith('.')).sort();
  if (tables.length > 1) throw fail('vision/tables', { where: path, tables });
  return tables.length === 1 ? join(path, tables[0]) : undefined;
}

async function picturesIn(folder: string, needs: 'label' | 'caption' | undefined): Promise<ImageRow[]> {
  const files = (await readdir(folder)).filter((name) => imageNames.test(name)).sort();
  if (files.length === 0) throw fail('vision/no-pictures', { where: folder });
  if (needs) throw fail('vision/column', { where: folder, what: needs, columns: [] });
  return files.map((name) => ({ file: join(folder, name), text: '', source: name }));
}
