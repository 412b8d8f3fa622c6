/** Methods by name: what each learns, and how it then recommends; several together as one. */

import { nearest } from '../errors.ts';
import type { Embedder } from '../types.ts';
import { neighbours, popularity, recentPopularity } from './by-readers.ts';
import { byTerms } from './by-terms.ts';
import { byVectors, type EmbedOptions, type ItemVectors, itemVectors } from './by-vectors.ts';
import { fail } from './errors.ts';
import { fused } from './fused.ts';
import type { Item } from './items.ts';
import type { Lexicon } from './lexicon.ts';
import { type MemoryOptions, type Recommender, type RecommendMethod, recommendMethods } from './method.ts';
import type { ReadingLog } from './reading-log.ts';
import { byTowers, type TowerOptions, type Towers, trainTowers, withNewItems } from './two-towers.ts';

export interface MethodParts extends MemoryOptions {
  /** For `encoder`: a sentence encoder. */
  readonly encoder?: Embedder;
  /** For `words`: as `wordEmbedder` makes it. */
  readonly words?: Embedder;
  /** For `recent`: what was liked counts half as much so many days later. Default 30. */
  readonly halfLifeDays?: number;
}

/** What was learnt once, and is kept. */
export interface Learnt {
  readonly encoder?: ItemVectors;
  readonly words?: ItemVectors;
  readonly towers?: Towers;
}

export interface LearnOptions {
  readonly towers?: Omit<TowerOptions, 'signal' | 'onProgress' | keyof MemoryOptions>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (method: RecommendMethod, share: number) => void;
}

type BothShelves = { readonly lexicon: Lexicon; readonly log: ReadingLog };

/** `tfidf+neighbours` as its methods. @throws `recommend/no-method` */
export function parseMethods(text: string): RecommendMethod[] {
  return text.split('+').map((part) => {
    const name = part.trim();
    const known = recommendMethods.find((method) => method === name);
    if (known) return known;
    const near = nearest(name, recommendMethods);
    throw fail('recommend/no-method', { got: name, known: recommendMethods, near });
  });
}

/** Learns what these methods need and was not learnt before. @throws `recommend/needs`, and as `trainTowers` and the embedders */
export async function learnMethods(
  methods: readonly RecommendMethod[],
  { lexicon, log }: BothShelves,
  parts: MethodParts,
  { known = {}, signal, onProgress, ...options }: LearnOptions & { readonly known?: Learnt } = {},
): Promise<Learnt> {
  const learnt: { -readonly [Name in keyof Learnt]: Learnt[Name] } = { ...known };
  const watch = (method: RecommendMethod): EmbedOptions => ({
    signal,
    onProgress: (done, of) => onProgress?.(method, done / of),
  });
  for (const method of ['encoder', 'words'] as const) {
    if (!methods.includes(method) || learnt[method]) continue;
    learnt[method] = await itemVectors(lexicon, embedderOf(method, parts), watch(method));
  }
  if (methods.includes('towers') && !learnt.towers) {
    const { halfLife } = parts;
    const tell = (share: number): void => onProgress?.('towers', share);
    learnt.towers = await trainTowers(lexicon, log, {
      ...options.towers,
      halfLife,
      signal,
      onProgress: tell,
    });
  }
  return learnt;
}

function embedderOf(method: 'encoder' | 'words', parts: MethodParts): Embedder {
  const embedder = parts[method];
  if (embedder) return embedder;
  throw fail('recommend/needs', { method, option: method === 'encoder' ? '--embedder' : '--vectors' });
}

/** The methods as one recommender. NOTE `neighbours` are learnt here, from the log as it is. */
export function buildRecommender(
  methods: readonly RecommendMethod[],
  { lexicon, log }: BothShelves,
  learnt: Learnt,
  parts: MethodParts,
): Recommender {
  const { halfLife, halfLifeDays } = parts;
  const memory = { halfLife };
  const vectors = (method: 'encoder' | 'words'): Recommender =>
    byVectors(method, lexicon, { ...memory, vectors: learnt[method]!, embedder: embedderOf(method, parts) });
  const makers: { readonly [Method in RecommendMethod]: () => Recommender } = {
    popularity: () => popularity,
    recent: () => recentPopularity({ halfLifeDays }),
    neighbours: () => neighbours(log, memory),
    tfidf: () => byTerms('tfidf', lexicon, memory),
    bm25: () => byTerms('bm25', lexicon, memory),
    words: () => vectors('words'),
    encoder: () => vectors('encoder'),
    towers: () => byTowers(lexicon, learnt.towers!, memory),
  };
  return fused(methods.map((method) => makers[method]()));
}

/** What was learnt, for more items that follow those that were there: their texts are read, and nothing is learnt again. */
export async function growLearnt(
  { towers, ...vectors }: Learnt,
  fresh: readonly Item[],
  { log, parts }: { readonly log: ReadingLog; readonly parts: MethodParts },
  { signal, onProgress }: Pick<LearnOptions, 'signal' | 'onProgress'> = {},
): Promise<Learnt> {
  const grown: { -readonly [Name in keyof Learnt]: Learnt[Name] } = {};
  for (const method of ['encoder', 'words'] as const) {
    const own = vectors[method];
    if (!own) continue;
    const { middle } = own;
    const tell = (done: number, of: number): void => onProgress?.(method, done / of);
    const embedder = embedderOf(method, parts);
    const more = await itemVectors({ items: fresh }, embedder, { middle, signal, onProgress: tell });
    if (fresh.length > 0 && more.width !== own.width) {
      throw fail('recommend/no-vector', { count: fresh.length, got: 0 });
    }
    const data = new Float32Array(own.data.length + more.data.length);
    data.set(own.data);
    data.set(more.data, own.data.length);
    grown[method] = { ...own, data };
  }
  if (towers) grown.towers = withNewItems(towers, log.items.length + fresh.length, log);
  return grown;
}
