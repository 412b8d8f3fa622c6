/** What recommending works with: the encoder and the word vectors that are named, and a folder opened with what was told since. */

import { resolve } from 'node:path';
import {
  buildRecommender,
  createLexicon,
  type Learnt,
  loadRecommender,
  logOf,
  type MethodParts,
  type ReadingLog,
  readFeedback,
  type SavedRecommender,
  type Shelf,
  wordEmbedder,
} from '../recommend/index.ts';
import { loadWordVectors } from '../train/index.ts';
import type { Embedder } from '../types.ts';
import { endpointOf } from './endpoints.ts';
import { openEmbedder } from './retrieval.ts';

export interface NamedParts {
  readonly embedder?: string;
  readonly vectors?: string;
  readonly halfLife?: number;
  readonly halfLifeDays?: number;
}

/** Opened when the first text needs it: items have their vectors already. */
function lazily(open: () => Promise<Embedder>): Embedder {
  let opened: Promise<Embedder> | undefined;
  return {
    async embed(texts, options) {
      if (texts.length === 0) return { vectors: [], promptTokens: 0 };
      opened ??= open();
      return (await opened).embed(texts, options);
    },
  };
}

export function methodParts({ embedder, vectors, halfLife, halfLifeDays }: NamedParts): MethodParts {
  return {
    ...{ halfLife, halfLifeDays },
    ...(embedder !== undefined && { encoder: lazily(async () => (await openEmbedder(embedder)).embedder) }),
    ...(vectors !== undefined && { words: lazily(async () => wordEmbedder(await loadWordVectors(vectors))) }),
  };
}

/** As they can be opened again from anywhere. */
export const namesFromAnywhere = ({
  embedder,
  vectors,
}: NamedParts): Pick<NamedParts, 'embedder' | 'vectors'> => ({
  ...(embedder !== undefined && { embedder: endpointOf(embedder) ? embedder : resolve(embedder) }),
  ...(vectors !== undefined && { vectors: resolve(vectors) }),
});

export interface OpenedShelf extends Shelf {
  readonly saved: SavedRecommender;
  readonly learnt: Learnt;
  /** Its log holds what was told since, too. */
  readonly log: ReadingLog;
}

/** A recommender with what was told to it. @throws `recommend/no-recommender`, `recommend/damaged` */
export async function openShelf(
  folder: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<OpenedShelf> {
  const saved = await loadRecommender(folder, options);
  const { items, events, vocabulary, learnt, methods, scale } = saved;
  const lexicon = createLexicon(items, { vocabulary });
  const { log } = logOf(items, [...events, ...(await readFeedback(folder))], scale);
  const recommender = buildRecommender(methods, { lexicon, log }, learnt, methodParts(saved));
  return { saved, lexicon, log, learnt, recommender };
}
