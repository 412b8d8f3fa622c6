/** Searches a stored collection by words, by vectors, or by both. */

import type { Database } from '../types.ts';
import { type Bm25Options, bm25Scorer, countTerms } from './bm25.ts';
import type { CollectionRow } from './collection.ts';
import { fail } from './errors.ts';
import { type Ranked, reciprocalRankFusion, weightedFusion } from './fusion.ts';
import { hnswIndex } from './hnsw.ts';
import type { CollectionParts } from './library.ts';
import { topScores } from './top.ts';
import { exactIndex, type Metric, type VectorIndex, vectorRows } from './vectors.ts';

export type SearchMode = 'bm25' | 'vector' | 'hybrid';

/** How the two rankings of `hybrid` become one. */
export type Fusion =
  | { readonly by: 'rrf'; readonly k?: number }
  | { readonly by: 'weights'; readonly bm25: number; readonly vector: number };

/** Puts passages in a better order: given the question and the passages, a score for each, more is better. */
export type Rerank = (query: string, passages: readonly Passage[]) => Promise<readonly number[]>;

export interface SearchOptions {
  /** Default: `hybrid` where the collection has vectors, else `bm25`. */
  readonly mode?: SearchMode;
  /** How many passages. Default 5. */
  readonly top?: number;
  readonly bm25?: Bm25Options;
  /** Default `cosine`. */
  readonly metric?: Metric;
  /**
   * Searches vectors by a graph (HNSW) that is built in memory at the first such search and after each change: for a process that asks
   * often, among many. Default false: every vector is compared.
   */
  readonly approximate?: boolean;
  /** Default: reciprocal rank fusion, k = 60. */
  readonly fusion?: Fusion;
  /** How many of each ranking are fused, and how many passages `rerank` sees. Default 100, at least `top`. */
  readonly depth?: number;
  readonly rerank?: Rerank;
  readonly signal?: AbortSignal;
}

/** A place that answers. */
export interface Passage {
  /** What it was ranked by: of BM25, of the metric, of the fusion, or of `rerank`. */
  readonly score: number;
  /** The scores of the searches that found it. */
  readonly scores: { readonly bm25?: number; readonly vector?: number };
  readonly text: string;
  /** The document's key, and where the passage stands in it, in UTF-16 units. */
  readonly key: string;
  readonly source: string;
  readonly title: string | null;
  readonly headings: readonly string[];
  readonly start: number;
  readonly end: number;
  /** When this text of the document came in, and when it was last found to be so; null: before such times were kept. */
  readonly changed: Date | null;
  readonly checked: Date | null;
}

type Id = string;

/** The search of one collection; vectors are read once and again after a change. */
export function createSearch(
  database: Database,
  { id: collection, name, settings }: CollectionRow,
  { analyze, embedder }: CollectionParts,
): (query: string, options?: SearchOptions) => Promise<Passage[]> {
  const vectorsOf = vectorCache(database, collection);

  async function byTerms(query: string, depth: number, options: Bm25Options | undefined) {
    const terms = countTerms(analyze(query));
    if (terms.size === 0) return [];
    const words = [...terms.keys()];
    // One statement, so that statistics and texts are of one moment.
    const rows = await database.query<{ id: Id; length: number; counts: number[]; all: number; sum: number }>(
      `with own as (select count(*)::int as all, coalesce(sum(length), 0)::float8 as sum
          from chunks where collection = $1)
        select id::text, length, own.all, own.sum, array(
          select coalesce(counts[array_position(terms, word)], 0)
          from unnest($2::text[]) with ordinality as asked (word, place) order by place) as counts
        from chunks, own where collection = $1 and terms && $2::text[] order by chunks.id`,
      [collection, words],
    );
    if (rows.length === 0) return [];
    const holders = words.map((_, i) => rows.reduce((n, { counts }) => n + Number(counts[i] > 0), 0));
    const [{ all: documents, sum }] = rows;
    const statistics = { documents, averageLength: sum / documents, holders, weights: [...terms.values()] };
    const score = bm25Scorer(statistics, options);
    const scores = rows.map(({ counts, length }) => score(counts, length));
    return topScores(scores, depth).map(({ index, score }) => ({ id: rows[index].id, score }));
  }

  async function byVectors(query: string, depth: number, options: SearchOptions) {
    const { metric = 'cosine', approximate = false, signal } = options;
    if (!embedder || settings.embedder === undefined) throw fail('retrieve/no-vectors', { name });
    const { vectors } = await embedder.embed([query], signal && { signal });
    const { ids, index } = await vectorsOf(metric, approximate);
    return index.search(vectors[0], depth).map((found) => ({ id: ids[found.index], score: found.score }));
  }

  return async (query, options = {}) => {
    const { mode = settings.embedder === undefined ? 'bm25' : 'hybrid', top = 5, rerank } = options;
    const { depth = 100, fusion = { by: 'rrf' } } = options;
    for (const [option, got] of Object.entries({ top, depth })) {
      if (!(Number.isSafeInteger(got) && got > 0))
        throw fail('retrieve/option', { option, rule: '≥ 1', got });
    }
    const most = mode === 'hybrid' || rerank ? Math.max(top, depth) : top;
    const terms = mode === 'vector' ? [] : await byTerms(query, most, options.bm25);
    const vectors = mode === 'bm25' ? [] : await byVectors(query, most, options);
    const both = [terms, vectors];
    const ranked =
      mode === 'bm25'
        ? terms
        : mode === 'vector'
          ? vectors
          : fusion.by === 'rrf'
            ? reciprocalRankFusion(both, fusion)
            : weightedFusion(both, [fusion.bm25, fusion.vector]);
    const passages = await passagesOf(database, ranked.slice(0, rerank ? most : top), terms, vectors);
    if (!rerank) return passages;
    const scores = await rerank(query, passages);
    return topScores(scores, top).map(({ index, score }) => ({ ...passages[index], score }));
  };
}

/** The vectors of a collection, prepared for a metric; read anew when the collection has changed. */
function vectorCache(database: Database, collection: number) {
  let version: string | undefined;
  let rows: { readonly ids: readonly Id[]; readonly vectors: readonly Float32Array[] };
  let indexes = new Map<string, VectorIndex>();
  return async (
    metric: Metric,
    approximate: boolean,
  ): Promise<{ ids: readonly Id[]; index: VectorIndex }> => {
    const versionSql = 'select version::text from collections where id = $1';
    const [now] = await database.query<{ version: string }>(versionSql, [collection]);
    if (now?.version !== version || version === undefined) {
      const found = await database.query<{ id: Id; vector: Uint8Array; version: string }>(
        `select chunks.id::text, vector, version::text from chunks join collections on collections.id = collection
          where collection = $1 and vector is not null order by chunks.id`,
        [collection],
      );
      rows = { ids: found.map(({ id }) => id), vectors: found.map(({ vector }) => fromBytes(vector)) };
      indexes = new Map();
      version = found[0]?.version ?? now?.version;
    }
    const kind = `${metric} ${approximate}`;
    let index = indexes.get(kind);
    if (!index) {
      const packed = vectorRows(rows.vectors);
      index = approximate ? hnswIndex(packed, { metric }) : exactIndex(packed, metric);
      indexes.set(kind, index);
    }
    return { ids: rows.ids, index };
  };
}

const fromBytes = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

async function passagesOf(
  database: Database,
  ranked: readonly Ranked<Id>[],
  terms: readonly Ranked<Id>[],
  vectors: readonly Ranked<Id>[],
): Promise<Passage[]> {
  const rows = await database.query<Omit<Passage, 'score' | 'scores' | 'end'> & { id: Id }>(
    `select chunks.id::text, text, key, source, title, headings, start, changed, checked
      from chunks join documents on documents.id = document where chunks.id = any($1::bigint[])`,
    [ranked.map(({ id }) => id)],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const byTerms = new Map(terms.map(({ id, score }) => [id, score]));
  const byVector = new Map(vectors.map(({ id, score }) => [id, score]));
  return ranked.flatMap(({ id, score }) => {
    const row = byId.get(id);
    // Removed between the search and the reading.
    if (!row) return [];
    const { id: _, ...place } = row;
    const bm25 = byTerms.get(id);
    const vector = byVector.get(id);
    const scores = { ...(bm25 !== undefined && { bm25 }), ...(vector !== undefined && { vector }) };
    return [{ score, scores, ...place, end: place.start + place.text.length }];
  });
}
