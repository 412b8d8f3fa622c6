/**
 * A recommender as a folder: `recommender.json` with its settings, and beside it the items, the events and the arrays in files that bear their
 * hashes: at every moment they belong together. `feedback.jsonl` is only ever appended to, and stays when the recommender is made again.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  decodeUtf8,
  describeFileError,
  type FileContent,
  readJsonLines,
  readSafetensors,
  safetensorsContent,
  type TensorData,
  writeFileAtomic,
} from '../io/index.ts';
import type { ItemVectors } from './by-vectors.ts';
import { fail } from './errors.ts';
import type { ReaderEvent } from './events.ts';
import type { Item } from './items.ts';
import { limits } from './limits.ts';
import { recommendMethods } from './method.ts';
import type { Learnt } from './methods.ts';
import type { Vocabulary } from './term-rows.ts';
import type { Towers } from './two-towers.ts';

const CONTENT = 'recommender.json';
const FEEDBACK = 'feedback.jsonl';
const TENANTS = 'tenants';
const FORMAT = 'inkstone-recommender-1';
const OWN_FILE = /^(items|events|terms|arrays)-[0-9a-f]{16}\.(jsonl|json|safetensors)$/;
/** Bytes of the settings at most. */
const CONTENT_BYTES = 1 << 20;

const number = z.number();
const id = z.string().min(1).max(limits.idCharacters);
export const itemSchema = z.object({
  id,
  text: z.string(),
  title: z.string().optional(),
  category: z.string().optional(),
});
export const eventSchema = z.object({
  user: id,
  item: id,
  when: number.optional(),
  rating: number.optional(),
});
const vocabularySchema = z
  .object({
    names: z.array(z.string()),
    holders: z.array(z.int().min(0)),
    texts: z.int().min(0),
    averageLength: number,
  })
  .refine(({ names, holders }) => names.length === holders.length);
const file = z.string().regex(OWN_FILE);
const settingsSchema = z.object({
  methods: z.array(z.enum(recommendMethods)).min(1),
  halfLife: number.positive().optional(),
  halfLifeDays: number.positive().optional(),
  /** As it can be opened again. */
  embedder: z.string().optional(),
  vectors: z.string().optional(),
  scale: z.object({ low: number, neutral: number, high: number }),
});
const schema = settingsSchema.extend({
  format: z.literal(FORMAT),
  items: file,
  events: file,
  terms: file,
  arrays: file,
});

export type RecommenderSettings = Readonly<z.infer<typeof settingsSchema>>;

/** All that a folder holds but the feedback. */
export interface SavedRecommender extends RecommenderSettings {
  readonly items: readonly Item[];
  readonly events: readonly ReaderEvent[];
  readonly vocabulary: Vocabulary;
  readonly learnt: Learnt;
}

/** Writes a recommender; one that lies in the folder is replaced, its feedback stays. @throws `recommend/other-content` */
export async function saveRecommender(folder: string, saved: SavedRecommender): Promise<void> {
  const { items, events, vocabulary, learnt, ...settings } = saved;
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw describeFileError(error, folder);
  });
  await checkRecommenderFolder(folder);
  const terms = { ...vocabulary, holders: [...vocabulary.holders] };
  const files = {
    items: await writeNamed(folder, ['items', 'jsonl'], lines(items)),
    events: await writeNamed(folder, ['events', 'jsonl'], lines(events)),
    terms: await writeNamed(folder, ['terms', 'json'], `${JSON.stringify(terms)}\n`),
    arrays: await writeNamed(
      folder,
      ['arrays', 'safetensors'],
      safetensorsContent(arraysOf(learnt, items.length)),
    ),
  };
  await writeFileAtomic(
    join(folder, CONTENT),
    `${JSON.stringify({ format: FORMAT, ...settings, ...files }, undefined, 2)}\n`,
  );
  for (const name of await readdir(folder)) {
    if (OWN_FILE.test(name) && !Object.values(files).includes(name))
      await rm(join(folder, name), { force: true });
  }
}

/** Lines of a file that are written at once. */
const LINES_AT_ONCE = 10_000;

const lines =
  (records: readonly object[]): FileContent =>
  async (sink) => {
    for (let from = 0; from < records.length; from += LINES_AT_ONCE) {
      const some = records.slice(from, from + LINES_AT_ONCE);
      await sink.write(new TextEncoder().encode(some.map((one) => `${JSON.stringify(one)}\n`).join('')));
    }
  };

async function writeNamed(
  folder: string,
  [kind, ending]: readonly [string, string],
  content: FileContent,
): Promise<string> {
  const hash = createHash('sha256');
  if (typeof content === 'function') await content({ write: async (bytes) => void hash.update(bytes) });
  else hash.update(content);
  const name = `${kind}-${hash.digest('hex').slice(0, 16)}.${ending}`;
  await writeFileAtomic(join(folder, name), content);
  return name;
}

/** Refuses a folder with something in it that is no recommender; one that is not there will do. */
export async function checkRecommenderFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw describeFileError(error, folder);
  });
  if (names.includes(CONTENT)) return;
  // Hidden files may be what a crash left of an earlier try.
  const found = names.find((name) => !OWN_FILE.test(name) && !name.startsWith('.'));
  if (found !== undefined) throw fail('recommend/other-content', { folder, found });
}

const vectorKinds = ['encoder', 'words'] as const;
const towerShapes = (items: number, terms: number, size: number) => ({
  terms: [terms, size],
  turn: [size, size],
  own: [items, size],
  bias: [items, 1],
});

function arraysOf({ towers, ...vectors }: Learnt, items: number): ReadonlyMap<string, TensorData> {
  const arrays = new Map<string, TensorData>();
  const put = (name: string, shape: readonly number[], data: Float32Array): void => {
    arrays.set(name, { dtype: 'f32', shape: [...shape], data: Float32Array.from(data) });
  };
  for (const kind of vectorKinds) {
    const own = vectors[kind];
    if (!own) continue;
    put(`${kind}.vectors`, [items, own.width], own.data);
    put(`${kind}.middle`, [own.width], own.middle);
  }
  if (towers) {
    const shapes = towerShapes(items, towers.terms.length / towers.size, towers.size);
    for (const [name, shape] of Object.entries(shapes)) {
      put(`towers.${name}`, shape, towers[name as keyof typeof shapes]);
    }
  }
  return arrays;
}

/** Reads a recommender. @throws `recommend/no-recommender`, `recommend/damaged` */
export async function loadRecommender(
  folder: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<SavedRecommender> {
  const path = join(folder, CONTENT);
  const { format: _, ...content } = parse(schema, await readContent(folder, path), path);
  const { items: itemFile, events: eventFile, terms, arrays, ...settings } = content;
  for (const name of [itemFile, eventFile, terms, arrays]) await checkNamed(folder, name);
  const items = await readLines(join(folder, itemFile), itemSchema, signal);
  const events = await readLines(join(folder, eventFile), eventSchema, signal);
  const termPath = join(folder, terms);
  const found = parse(vocabularySchema, jsonOf(await readWhole(termPath), termPath), termPath);
  const vocabulary = { ...found, holders: Uint32Array.from(found.holders) };
  const arrayPath = join(folder, arrays);
  const { tensors } = await readSafetensors(await readWhole(arrayPath)).catch((error) => {
    throw fail('recommend/damaged', { path: arrayPath, reason: (error as Error).message }, error);
  });
  const learnt = learntOf(tensors, { items: items.length, path: arrayPath });
  for (const method of settings.methods) {
    const isKept = method === 'encoder' || method === 'words' || method === 'towers';
    if (isKept && !learnt[method])
      throw fail('recommend/damaged', { path: arrayPath, reason: `no ${method}` });
  }
  if (
    learnt.towers &&
    learnt.towers.terms.length / learnt.towers.size > Math.max(1, vocabulary.names.length)
  ) {
    throw fail('recommend/damaged', { path: arrayPath, reason: 'more terms than there are' });
  }
  return { ...settings, items, events, vocabulary, learnt };
}

function learntOf(
  tensors: ReadonlyMap<string, TensorData>,
  { items, path }: { readonly items: number; readonly path: string },
): Learnt {
  const read = (name: string, shape: readonly (number | undefined)[]): TensorData | undefined => {
    const found = tensors.get(name);
    if (!found) return undefined;
    const isRight =
      found.dtype === 'f32' &&
      found.shape.length === shape.length &&
      shape.every((size, i) => size === undefined || size === found.shape[i]);
    if (isRight && (found.data as Float32Array).every(Number.isFinite)) return found;
    throw fail('recommend/damaged', {
      path,
      reason: `${name} is not [${shape.map((n) => n ?? 'n').join(', ')}]`,
    });
  };
  const need = (name: string, shape: readonly (number | undefined)[]): Float32Array => {
    const found = read(name, shape);
    if (!found) throw fail('recommend/damaged', { path, reason: `there is no ${name}` });
    return found.data as Float32Array;
  };
  const learnt: { -readonly [Name in keyof Learnt]: Learnt[Name] } = {};
  for (const kind of vectorKinds) {
    const vectors = read(`${kind}.vectors`, [items, undefined]);
    if (!vectors) continue;
    const width = vectors.shape[1];
    const middle = need(`${kind}.middle`, [width]);
    learnt[kind] = { width, data: vectors.data as Float32Array, middle } satisfies ItemVectors;
  }
  const turn = read('towers.turn', [undefined, undefined]);
  if (turn) {
    const size = turn.shape[0];
    const terms = need('towers.terms', [undefined, size]);
    const shapes = towerShapes(items, terms.length / size, size);
    learnt.towers = {
      ...{ size, terms, turn: need('towers.turn', shapes.turn) },
      ...{ own: need('towers.own', shapes.own), bias: need('towers.bias', shapes.bias) },
    } satisfies Towers;
  }
  return learnt;
}

/** A file of the recommender; its name says what must be in it. */
async function checkNamed(folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch (error) {
    throw describeFileError(error, path);
  }
  if (name.includes(`-${hash.digest('hex').slice(0, 16)}.`)) return;
  throw fail('recommend/damaged', { path, reason: 'it is not what was written' });
}

const placeOf = (folder: string, tenant: string): string =>
  tenant === ''
    ? join(folder, FEEDBACK)
    : join(folder, TENANTS, `${createHash('sha256').update(tenant).digest('hex').slice(0, 32)}.jsonl`);

/** Where feedback is told: in the folder, or of a tenant of a server in a file of its own. */
export async function feedbackPlace(folder: string, tenant = ''): Promise<string> {
  if (tenant !== '') {
    const home = join(folder, TENANTS);
    await mkdir(home, { recursive: true }).catch((error) => {
      throw describeFileError(error, home);
    });
  }
  return placeOf(folder, tenant);
}

/** What was told since the recommender was made; a last line that a crash tore apart is passed over. */
export async function readFeedback(folder: string, tenant = ''): Promise<ReaderEvent[]> {
  const path = placeOf(folder, tenant);
  const isThere = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw describeFileError(error, path);
    },
  );
  return isThere ? readLines(path, eventSchema) : [];
}

async function readLines<Schema extends z.ZodType>(
  path: string,
  each: Schema,
  signal?: AbortSignal,
): Promise<z.infer<Schema>[]> {
  const found: z.infer<Schema>[] = [];
  for await (const record of readJsonLines(path, { signal })) found.push(parse(each, record, path));
  return found;
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, path: string): z.infer<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path: at, message }] = parsed.error.issues;
  throw fail('recommend/damaged', { path, reason: `${at.join('.') || 'content'}: ${message}` });
}

const readWhole = (path: string): Promise<Buffer> =>
  readFile(path).catch((error) => {
    throw describeFileError(error, path);
  });

function jsonOf(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes, path));
  } catch (error) {
    throw fail('recommend/damaged', { path, reason: (error as Error).message }, error);
  }
}

async function readContent(folder: string, path: string): Promise<unknown> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw fail('recommend/no-recommender', { folder });
    throw describeFileError(error, path);
  });
  if (status.size > CONTENT_BYTES) {
    const reason = `${status.size} bytes; at most ${CONTENT_BYTES} can be read`;
    throw fail('recommend/damaged', { path, reason });
  }
  return jsonOf(await readWhole(path), path);
}
