/** Word vectors on disk: a folder of safetensors and words, and the text format of the word2vec program. */

import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeUtf8,
  describeFileError,
  limits,
  readSafetensors,
  writeFileAtomic,
  writeSafetensors,
} from '../../io/index.ts';
import { fail } from '../errors.ts';
import type { WordVectors } from './word2vec.ts';

const VECTORS = 'vectors.safetensors';
/** One word a line, in the order of the rows. */
const WORDS = 'words.txt';
const TENSOR = 'vectors';

/** Writes the folder; `metadata` stands in the header of the tensors. */
export async function saveWordVectors(
  folder: string,
  { words, size, vectors }: WordVectors,
  metadata: { readonly [key: string]: string } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  // The words first: a folder with vectors is whole.
  await writeFileAtomic(join(folder, WORDS), words.map((word) => `${word}\n`).join(''));
  const tensor = { dtype: 'f32' as const, shape: [words.length, size], data: vectors };
  await writeSafetensors(join(folder, VECTORS), { [TENSOR]: tensor }, { metadata });
}

/** Reads a folder, or a file in the text format. */
export async function loadWordVectors(path: string): Promise<WordVectors> {
  const status = await stat(path).catch((error) => {
    throw describeFileError(error, path);
  });
  if (!status.isDirectory()) return parseVectorText(await readText(path), path);
  const words = (await readText(join(path, WORDS))).split('\n').slice(0, -1);
  const file = join(path, VECTORS);
  const tensor = (await readSafetensors(file)).tensors.get(TENSOR);
  const [rows, size] = tensor?.shape ?? [];
  if (tensor?.dtype !== 'f32' || tensor.shape.length !== 2 || rows !== words.length || size < 1) {
    throw fail('train/vectors', { path: file, reason: 'rows', line: rows ?? 0, got: words.length });
  }
  return { words, size, vectors: tensor.data as Float32Array<ArrayBuffer> };
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error) => {
    throw describeFileError(error, path);
  });
  if (bytes.length > limits.textFileBytes) {
    throw fail('train/vectors', { path, reason: 'size', line: 0, got: bytes.length });
  }
  return decodeUtf8(bytes, path);
}

/** The text format: `rows size`, then a word and its numbers on each line. White space in a word becomes `_`. */
export function vectorText({ words, size, vectors }: WordVectors): string {
  const lines = words.map((word, i) => {
    const row = Array.from(vectors.subarray(i * size, (i + 1) * size), (value) => String(value));
    return `${word.replace(/\s+/gu, '_')} ${row.join(' ')}\n`;
  });
  return `${words.length} ${size}\n${lines.join('')}`;
}

/** Reads the text format; `path` names it in errors. A file of GloVe, which has no first line, is read too. */
export function parseVectorText(text: string, path: string): WordVectors {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const bad = (reason: 'row' | 'rows' | 'twice', line: number, got: number) =>
    fail('train/vectors', { path, reason, line, got });
  const head = /^(\d+) (\d+)\s*$/.exec(lines[0] ?? '');
  const rows = head ? lines.slice(1) : lines;
  const size = head ? Number(head[2]) : (rows[0]?.trim().split(' ').length ?? 0) - 1;
  if (rows.length === 0 || size < 1 || (head && Number(head[1]) !== rows.length)) {
    throw bad('rows', head ? Number(head[1]) : 0, rows.length);
  }
  const words: string[] = [];
  const vectors = new Float32Array(rows.length * size);
  rows.forEach((line, i) => {
    const [word, ...numbers] = line.trim().split(' ');
    const values = numbers.map(Number);
    if (values.length !== size || !values.every(Number.isFinite)) throw bad('row', i + 1, values.length);
    words.push(word);
    vectors.set(values, i * size);
  });
  if (new Set(words).size < words.length) throw bad('twice', 0, words.length - new Set(words).size);
  return { words, size, vectors };
}
