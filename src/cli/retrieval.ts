/** What an index works with: its database, and the encoder, tokenizer and words that its settings name. */

import { resolve } from 'node:path';
import { roughTokens } from '../context/index.ts';
import { encoderEmbedder } from '../models/index.ts';
import { createRemoteEmbedder } from '../remote/index.ts';
import {
  type Collection,
  type CollectionParts,
  type CollectionSettings,
  createAnalyzer,
  type Library,
} from '../retrieve/index.ts';
import { openStore, storePlace } from '../store/index.ts';
import { jiebaSegmenter } from '../text/index.ts';
import type { Embedder, Tokenizer } from '../types.ts';
import { readEncoder } from './encoders.ts';
import { endpointOf } from './endpoints.ts';
import { fail } from './errors.ts';
import { indexOptions } from './retrieval-options.ts';
import { readTokenizer } from './tokenizers.ts';

/** The settings' words for a tokenizer that is no file. */
export const ROUGH = 'words';
export const OF_ENCODER = 'encoder';

/** The database behind `--out` or the argument of `search`. */
export const openIndex = (place: string) => openStore(storePlace(place));

/** A tokenizer's start and end tokens take two places of what an encoder reads. */
const FRAME = 2;

/** An embedder that is ready. */
export interface ReadyEmbedder {
  /** As it can be opened again from anywhere. */
  readonly name: string;
  readonly embedder: Embedder;
  /** Of an encoder here: its tokenizer, and how many tokens of a text it reads. */
  readonly tokenizer?: Pick<Tokenizer, 'encode'>;
  readonly longest?: number;
}

/** Opens `URL#MODEL`, or the folder of an encoder. */
export async function openEmbedder(
  spec: string,
  apiKey: string | undefined = process.env.INKSTONE_REMOTE_KEY,
): Promise<ReadyEmbedder> {
  const endpoint = endpointOf(spec, apiKey);
  if (endpoint) return { name: spec, embedder: createRemoteEmbedder(endpoint) };
  const encoder = await readEncoder(spec);
  const { config, modules, tokenizer } = encoder;
  return {
    name: resolve(spec),
    embedder: encoderEmbedder(encoder, tokenizer, modules),
    tokenizer,
    longest: Math.min(modules.maxTokens ?? config.contextLength, config.contextLength) - FRAME,
  };
}

/** What settings name, opened; `embedder` may be left out where it is not needed. */
export async function partsOf(
  settings: CollectionSettings,
  { embedder, tokenizer: own }: Partial<ReadyEmbedder> = {},
): Promise<CollectionParts> {
  const segmenter = settings.chinese === 'jieba' ? await jiebaSegmenter() : undefined;
  if (settings.chinese === 'jieba' && !segmenter) throw fail('cli/no-jieba', {});
  const analyze = createAnalyzer({
    chinese: settings.chinese === 'bigrams' ? 'bigrams' : 'words',
    ...(segmenter && { segmenter }),
  });
  const byName: Readonly<Record<string, Pick<Tokenizer, 'encode'> | undefined>> = {
    [ROUGH]: roughTokens,
    [OF_ENCODER]: own ?? roughTokens,
  };
  const tokenizer = byName[settings.tokenizer] ?? (await readTokenizer(settings.tokenizer));
  return { analyze, tokenizer, embedder };
}

export interface PartsUse {
  /** Whether questions are asked by meaning where the collection can. Default true. */
  readonly byMeaning?: boolean;
  /** Whether documents go in, too: only then tokens are counted, and vectors made. */
  readonly takesDocuments?: boolean;
}

/** What a collection of these settings works with. @throws `cli/no-jieba` */
export async function readParts(
  settings: CollectionSettings,
  { byMeaning = true, takesDocuments = false }: PartsUse = {},
): Promise<CollectionParts> {
  const isByMeaning = (byMeaning || takesDocuments) && settings.embedder !== undefined;
  const ready = isByMeaning ? await openEmbedder(settings.embedder!) : undefined;
  return partsOf(takesDocuments ? settings : { ...settings, tokenizer: ROUGH }, ready);
}

/** How a collection is made where nothing is said: as `inkstone index` makes it. */
export const usualSettings = async (): Promise<CollectionSettings> => ({
  chunkTokens: indexOptions.chunkTokens.default,
  overlap: indexOptions.overlap.default,
  tokenizer: ROUGH,
  chinese: (await jiebaSegmenter()) ? 'jieba' : 'platform',
});

/** Opens a collection as it was made. @throws `retrieve/collection`, `cli/no-jieba` */
export async function openMade(own: Library, name: string, use?: PartsUse): Promise<Collection> {
  const settings = await own.settings(name);
  // Without settings there is no collection: opening says which there are.
  return own.open(name, (settings && (await readParts(settings, use)))!);
}
