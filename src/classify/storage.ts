/**
 * A classifier as a folder: `classifier.json` with its labels and words, the arrays beside it as safetensors, and the tokenizer if it
 * has one. The JSON names these files, which bear their hashes: at every moment they belong together.
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
import { fingerprint, loadTokenizer, saveTokenizer } from '../text/index.ts';
import type { Tokenizer } from '../types.ts';
import { methodNames, type TextClassifier } from './classifier.ts';
import { fail } from './errors.ts';
import { LABEL_LIMIT } from './labelled-texts.ts';
import { methods } from './methods.ts';
import { DamagedPart, parsePart } from './saved-parts.ts';
import { tokenCutter, wordCutter } from './units.ts';

const CONTENT = 'classifier.json';
const OWN_FILE = /^(weights-[0-9a-f]{16}\.safetensors|tokenizer-[0-9a-f]{16}\.json)$/;
const nameOf = (kind: 'weights' | 'tokenizer', sha256: string): string =>
  `${kind}-${sha256.slice(0, 16)}.${kind === 'weights' ? 'safetensors' : 'json'}`;
const FORMAT = 'inkstone-classifier-1';
/** Bytes of the JSON at most: it holds the words. */
const CONTENT_BYTES = 256 * 1024 * 1024;

const schema = z.object({
  format: z.literal(FORMAT),
  method: z.enum(methodNames),
  labels: z.array(z.string()).min(2).max(LABEL_LIMIT),
  weights: z.string().regex(OWN_FILE),
  tokenizer: z.string().regex(OWN_FILE).optional(),
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
  const weights = nameOf('weights', hash.digest('hex'));
  await writeFileAtomic(join(folder, weights), content);
  const json = { format: FORMAT, method, labels, data };
  const files: { weights: string; tokenizer?: string } = { weights };
  if (tokenizer) {
    files.tokenizer = nameOf('tokenizer', fingerprint(tokenizer));
    await writeFileAtomic(join(folder, files.tokenizer), saveTokenizer(tokenizer));
  }
  await writeFileAtomic(join(folder, CONTENT), `${JSON.stringify({ ...json, ...files })}\n`);
  for (const file of await readdir(folder)) {
    if (OWN_FILE.test(file) && !Object.values(files).includes(file))
      await rm(join(folder, file), { force: true });
  }
}

/** Refuses a folder with something in it that is no classifier; one that is not there will do. */
export async function checkClassifierFolder(folder: string): Promise<void> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw describeFileError(error, folder);
  });
  if (files.includes(CONTENT)) return;
  // Hidden files may be what a crash left of an earlier try.
  const found = files.find((file) => !OWN_FILE.test(file) && !file.startsWith('.'));
  if (found !== undefined) throw fail('classify/other-content', { folder, found });
}

/** Whether a folder holds a classifier, of whichever state. */
export const isClassifierFolder = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, CONTENT)).catch(() => undefined))?.isFile() ?? false;

/** Reads a classifier. @throws when the folder holds none, or one that is damaged */
export async function loadClassifier(folder: string): Promise<TextClassifier> {
  const path = join(folder, CONTENT);
  const json = await readContent(folder, path);
  try {
    const { tokenizer, weights, ...saved } = parsePart(schema, json);
    const { tensors } = await readSafetensors(await readOwn(folder, 'weights', weights));
    const cutter =
      tokenizer === undefined
        ? wordCutter
        : tokenCutter(loadTokenizer(decodeUtf8(await readOwn(folder, 'tokenizer', tokenizer), tokenizer)));
    return methods[saved.method].restore({ ...saved, tensors }, cutter);
  } catch (error) {
    if (error instanceof DamagedPart) throw fail('classify/damaged', { path, reason: error.message }, error);
    throw describeFileError(error, folder);
  }
}

/** A file of the classifier; its name says what must be in it. */
async function readOwn(folder: string, kind: 'weights' | 'tokenizer', name: string): Promise<Buffer> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch((error) => {
    throw describeFileError(error, path);
  });
  if (nameOf(kind, createHash('sha256').update(bytes).digest('hex')) === name) return bytes;
  throw new DamagedPart(`${name} is not what was written`);
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
