/** `inkstone index SOURCE… --out INDEX`: texts that can be found. */

import { join, relative, resolve } from 'node:path';
import { openSource, type Source } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import {
  type Collection,
  type CollectionSettings,
  type Library,
  library,
  type NewDocument,
} from '../../retrieve/index.ts';
import { jiebaSegmenter } from '../../text/index.ts';
import type { CommandContext } from '../command.ts';
import { OF_ENCODER, openEmbedder, openIndex, partsOf, type ReadyEmbedder, ROUGH } from '../retrieval.ts';
import type { indexOptions } from '../retrieval-options.ts';
import { formatBytes } from '../terminal.ts';

type Context = CommandContext<typeof indexOptions>;

interface Counts {
  added: number;
  changed: number;
  same: number;
  removed: number;
  chunks: number;
}

const say = defineMessages({
  reading: { en: () => 'indexing', zh: () => '建索引' },
  passedOver: {
    en: (d: { count: number; example: string }) =>
      `passed over ${d.count} files that are no text, such as ${d.example}`,
    zh: (d) => `略过 ${d.count} 个非文本文件，如 ${d.example}`,
  },
  done: {
    en: (d: Counts & { place: string; name: string }) =>
      `${d.place}, collection ${d.name}: ${d.added} documents added, ${d.changed} changed, ${d.removed} removed, ${d.same} as they were; ${d.chunks} new passages`,
    zh: (d) =>
      `${d.place}，集合 ${d.name}：新增 ${d.added} 篇，更改 ${d.changed} 篇，删除 ${d.removed} 篇，未变 ${d.same} 篇；新段落 ${d.chunks} 个`,
  },
  how: {
    en: (d: CollectionSettings) =>
      `passages of at most ${d.chunkTokens} tokens (${d.tokenizer}), overlap ${d.overlap}; Chinese: ${d.chinese}; ${d.embedder === undefined ? 'by words only: --embedder adds meaning' : `by words and by meaning (${d.embedder})`}`,
    zh: (d) =>
      `每段最多 ${d.chunkTokens} 个词元（${d.tokenizer}），重叠 ${d.overlap}；中文：${d.chinese}；${d.embedder === undefined ? '仅按词：加 --embedder 可按语义' : `按词和语义（${d.embedder}）`}`,
  },
});

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const { textColumn, titleColumn, offline } = options;
  const sources: Source[] = [];
  for (const spec of args) sources.push(await openSource(spec, { signal, offline, textColumn, titleColumn }));
  const database = openIndex(options.out);
  try {
    const own = library(database);
    const { collection, settings } = await openCollection(own, context);
    terminal.json({ type: 'settings', collection: collection.name, ...settings });
    const counts = await indexAll(sources, collection, context);
    terminal.json({ type: 'index', place: options.out, collection: collection.name, ...counts });
    for (const { passedOver } of sources) {
      if (passedOver.length === 0) continue;
      terminal.print(say('passedOver', { count: passedOver.length, example: passedOver[0] }));
    }
    terminal.print(say('done', { place: options.out, name: collection.name, ...counts }));
    terminal.print(say('how', settings));
  } finally {
    await database.close();
  }
}

/** The collection: made as the options say, or as it was made before where they say nothing. */
async function openCollection(
  own: Library,
  { options, given }: Context,
): Promise<{ collection: Collection; settings: CollectionSettings }> {
  const kept = await own.settings(options.collection);
  const spec = options.embedder ?? kept?.embedder;
  const ready: ReadyEmbedder | undefined = spec === undefined ? undefined : await openEmbedder(spec);
  const chunkTokens = given.has('chunkTokens')
    ? options.chunkTokens
    : Math.min(options.chunkTokens, ready?.longest ?? options.chunkTokens);
  const overlap = given.has('overlap') ? options.overlap : Math.min(options.overlap, chunkTokens >> 1);
  const asked: CollectionSettings = {
    chunkTokens,
    overlap,
    tokenizer: options.tokenizer ? resolve(options.tokenizer) : ready?.tokenizer ? OF_ENCODER : ROUGH,
    chinese: options.chinese === 'bigrams' ? 'bigrams' : (await jiebaSegmenter()) ? 'jieba' : 'platform',
    ...(ready && { embedder: ready.name }),
  };
  const settings = kept
    ? {
        ...kept,
        ...Object.fromEntries(Object.entries(asked).filter(([name]) => given.has(name))),
      }
    : asked;
  await own.create(options.collection, settings);
  return { collection: await own.open(options.collection, await partsOf(settings, ready)), settings };
}

/** Characters, and documents, that are written at once. */
const BATCH_CHARACTERS = 400_000;
const BATCH_DOCUMENTS = 64;

/** Reads every file, keeps what is new or changed, and removes what these sources have no more. */
async function indexAll(
  sources: readonly Source[],
  collection: Collection,
  { terminal, signal }: Context,
): Promise<Counts> {
  const counts: Counts = { added: 0, changed: 0, same: 0, removed: 0, chunks: 0 };
  const seen = new Set<string>();
  const bytes = sources.flatMap(({ files }) => files).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const bar = terminal.bar(say('reading', {}), bytes, formatBytes);
  let batch: NewDocument[] = [];
  let characters = 0;
  const write = async (): Promise<void> => {
    const report = await collection.put(batch, { signal });
    for (const name of ['added', 'changed', 'same', 'chunks'] as const) counts[name] += report[name];
    batch = [];
    characters = 0;
  };
  try {
    let done = 0;
    for (const source of sources) {
      for (const file of source.files) {
        const path = pathOf(source, file.path);
        let number = 0;
        for await (const { text, title } of file.documents({ signal })) {
          const key = number === 0 ? path : `${path}#${number}`;
          number++;
          if (text.trim() === '') continue;
          seen.add(key);
          batch.push({ key, text, source: path, title });
          characters += text.length;
          if (characters >= BATCH_CHARACTERS || batch.length >= BATCH_DOCUMENTS) await write();
        }
        bar.update((done += file.sizeBytes));
      }
    }
    await write();
  } finally {
    bar.stop();
  }
  const gone = (await collection.keys()).filter(
    (key) => !seen.has(key) && sources.some((source) => isFrom(source, key)),
  );
  counts.removed = await collection.remove(gone);
  return counts;
}

/** What is no path; a correction is of no source. */
const ELSEWHERE = /^(npm|hf|https?|correction):/i;
const isLocal = ({ spec }: Source): boolean => !ELSEWHERE.test(spec);

/** Where a source lies: a path from here if it is inside, else whole; what is no path as it is. */
function rootOf(source: Source): string {
  if (!isLocal(source)) return source.spec;
  const inside = relative(process.cwd(), resolve(source.spec.replace(/^file:(\/\/)?/, '')));
  return inside.startsWith('..') ? resolve(inside) : inside;
}

/** A source of one file is that file; the path inside it is its name. */
const isOneFile = (source: Source, path: string): boolean =>
  source.files.length === 1 && (rootOf(source) === path || rootOf(source).endsWith(`/${path}`));

function pathOf(source: Source, path: string): string {
  const root = rootOf(source);
  if (isOneFile(source, path)) return root;
  return isLocal(source) ? join(root, path) : `${root}/${path}`;
}

/** Whether a document was taken from this source before. */
function isFrom(source: Source, key: string): boolean {
  const root = rootOf(source);
  return root === ''
    ? !(key.startsWith('/') || ELSEWHERE.test(key))
    : key === root || key.startsWith(`${root}/`) || key.startsWith(`${root}#`);
}
