/**
 * A classifier as a folder: `classifier.json` with its labels and words, the arrays beside it as safetensors, and the tokenizer if it
 * has one. The JSON names the file of the arrays, which bears its hash: at every moment the two belong together.
 */

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  decodeUtf8,
  describeFileError,
  readSafetensors,
  safetensorsContent,
  writeFileAtomic,
} from '../io/index.ts';
import { loadTokenizer, saveTokenizer } from '../text/index.ts';
import type { Tokenizer } from '../types.ts';
import { methodNames, type TextClassifier } from './classifier.ts';
import { fail } from './errors.ts';
import { LABEL_LIMIT } from './labelled-texts.ts';
import { methods } from './methods.ts';
import { DamagedPart, parsePart } from './saved-parts.ts';
import { tokenCutter, wordCutter } from './units.ts';

const CONTENT = 'classifier.json';
const TOKENIZER = 'tokenizer.json';
const WEIGHTS = /^weights-[0-9a-f]{16}\.safetensors$/;
const weightsName = (sha256: string): string => `weights-${sha256.slice(0, 16)}.safetensors`;
const FORMAT = 'inkstone-classifier-1';
/** Bytes of the JSON at most: it holds the words. */
const CONTENT_BYTES = 256 * 1024 * 1024;

const schema = z.object({
  format: z.literal(FORMAT),
  method: z.enum(methodNames),
  labels: z.array(z.string()).min(2).max(LABEL_LIMIT),
  weights: z.string().regex(WEIGHTS),
  tokenizer: z.boolean(),
  data: z.unknown(),
});

/** Writes a classifier; one that lies in the folder is replaced. @throws when the folder holds something else */
export async function saveClassifier(
  folder: string,
  classifier: TextClassifier,
  { tokenizer }: { readonly tokenizer?: Tokenizer } = {},
): Promise<void> {
  const { method, labels, data, tensors } = classifier.save();
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw describeFileError(error, folder);
  });
  await checkClassifierFolder(folder);
  const content = safetensorsContent(tensors);
  const hash = createHash('sha256');
  await content({ write: async (bytes) => void hash.update(bytes) });
  const weights = weightsName(hash.digest('hex'));
  await writeFileAtomic(join(folder, weights), content);
  if (tokenizer) await writeFileAtomic(join(folder, TOKENIZER), saveTokenizer(tokenizer));
  const json = { format: FORMAT, method, labels, weights, tokenizer: tokenizer !== undefined, data };
  await writeFileAtomic(join(folder, CONTENT), `${JSON.stringify(json)}\n`);
  for (const file of await readdir(folder)) {
    if (WEIGHTS.test(file) && file !== weights) await rm(join(folder, file), { force: true });
  }
}

/** Refuses a folder with something in it that is no classifier; one that is not there will do. */
export async function checkClassifierFolder(folder: string): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw describeFileError(error, folder);
  });
  if (files.includes(CONTENT)) return;
  const found = files.find((file) => !WEIGHTS.test(file) && file !== TOKENIZER);
  if (found !== undefined) throw fail('classify/other-content', { folder, found });
}

/** Reads a classifier. @throws when the folder holds none, or one that is damaged */
export async function loadClassifier(folder: string): Promise<TextClassifier> {
  const path = join(folder, CONTENT);
  const json = await readContent(folder, path);
  try {
    const { tokenizer, weights, ...saved } = parsePart(schema, json);
    const bytes = await readFile(join(folder, weights));
    if (weightsName(createHash('sha256').update(bytes).digest('hex')) !== weights) {
      throw new DamagedPart(`${weights} is not what was written`);
    }
    const { tensors } = await readSafetensors(bytes);
    const cutter = tokenizer
      ? tokenCutter(loadTokenizer(await readFile(join(folder, TOKENIZER), 'utf8')))
      : wordCutter;
    return methods[saved.method].restore({ ...saved, tensors }, cutter);
  } catch (error) {
    if (error instanceof DamagedPart) throw fail('classify/damaged', { path, reason: error.message }, error);
    throw describeFileError(error, folder);
  }
}

async function readContent(folder: string, path: string): Promise<unknown> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw fail('classify/no-classifier', { folder });
    throw describeFileError(error, path);
  });
  if (status.size > CONTENT_BYTES) {
    const reason = `${status.size} bytes; at most ${CONTENT_BYTES} can be read`;
    throw fail('classify/damaged', { path, reason });
  }
  const text = decodeUtf8(await readFile(path), path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fail('classify/damaged', { path, reason: (error as Error).message }, error);
  }
}
