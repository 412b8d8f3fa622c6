/** One collection: documents go in and out, each change whole or not at all, and the next search knows. */

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type Chunk, chunkText } from '../context/index.ts';
import type { Database, Queries } from '../types.ts';
import type { Analyzer } from './analyzer.ts';
import { countTerms } from './bm25.ts';
import {
  type DocumentInfo,
  type DocumentView,
  documentReader,
  type ListDocumentsOptions,
  type ReadPassagesOptions,
} from './document-list.ts';
import { fail } from './errors.ts';
import type { CollectionParts, CollectionSettings } from './library.ts';
import { createSearch, type Passage, type SearchOptions } from './search.ts';
import { vectorRows } from './vectors.ts';

/** A document to keep. */
export interface NewDocument {
  /** What tells it from the others of the collection: a path, perhaps with a number. */
  readonly key: string;
  readonly text: string;
  /** Where it came from; default: the key. */
  readonly source?: string | undefined;
  readonly title?: string | undefined;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Documents that the collection may have in all. Default: any number. */
  readonly most?: number;
}

/** What `put` did. */
export interface PutReport {
  readonly added: number;
  readonly changed: number;
  /** They were there just so. */
  readonly same: number;
  readonly chunks: number;
}

/** How many passages a collection has, and how many of them hold each of some terms. */
export interface TermHolders {
  readonly passages: number;
  readonly holders: readonly number[];
}

export interface Collection {
  readonly name: string;
  readonly settings: CollectionSettings;
  /** The terms of a text, as those of its passages were made. */
  readonly analyze: Analyzer;
  /**
   * Adds documents, and changes those whose key is there: all of them or, when it throws or the process dies, none.
   * Chunks, terms and vectors are made here. Of one that is there unchanged only the time is kept when it was seen so.
   *
   * @throws `retrieve/full` where there would be more than `most`
   */
  put(documents: readonly NewDocument[], options?: PutOptions): Promise<PutReport>;
  /** Removes documents by their keys; says how many were there. */
  remove(keys: readonly string[]): Promise<number>;
  /** The keys of all documents, in order. */
  keys(): Promise<string[]>;
  /** Documents in order of their keys. */
  list(options: ListDocumentsOptions): Promise<DocumentInfo[]>;
  /** A document and passages of it, in order; undefined if there is none. */
  view(key: string, options: ReadPassagesOptions): Promise<DocumentView | undefined>;
  /** How rare each term is here. */
  holders(terms: readonly string[]): Promise<TermHolders>;
  /** The text of a document, put together from its chunks; undefined if there is none. */
  text(key: string): Promise<string | undefined>;
  /** The passages nearest to a question, the best first. Errors: `retrieve/no-vectors`, `retrieve/option`. */
  search(query: string, options?: SearchOptions): Promise<Passage[]>;
}

/** A collection as the database names it. */
export interface CollectionRow {
  readonly id: number;
  readonly name: string;
  readonly settings: CollectionSettings;
}

/** Texts that are made into vectors at once, and chunks of one statement. */
const EMBED_AT_ONCE = 64;
const CHUNKS_AT_ONCE = 500;
/** Chunks that are read before others have a turn. */
const CHUNKS_A_TURN = 16;

/** PostgreSQL keeps neither U+0000 nor half a surrogate pair: each becomes U+FFFD, so that no place moves. */
const storable = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '\ufffd');

export function openCollection(database: Database, row: CollectionRow, parts: CollectionParts): Collection {
  const { id, name, settings } = row;
  const { chunkTokens: maxTokens, overlap: overlapTokens } = settings;
  const changed = (tx: Queries) =>
    tx.query('update collections set version = version + 1 where id = $1', [id]);

  /** Chunks with terms and vectors, made before anything is written. */
  async function prepare({ text, title }: NewDocument, signal: AbortSignal | undefined) {
    const chunks = chunkText(text, parts.tokenizer, { maxTokens, overlapTokens });
    const vectors: (string | null)[] = [];
    for (let from = 0; from < chunks.length; from += EMBED_AT_ONCE) {
      signal?.throwIfAborted();
      const part = chunks.slice(from, from + EMBED_AT_ONCE);
      const made = await parts.embedder?.embed(
        part.map((chunk) => chunk.text),
        signal && { signal },
      );
      vectors.push(...(made ? made.vectors.map(toBase64) : part.map(() => null)));
    }
    const rows: ChunkRow[] = [];
    for (const [i, chunk] of chunks.entries()) {
      if (i % CHUNKS_A_TURN === 0) {
        await setImmediate();
        signal?.throwIfAborted();
      }
      rows.push(chunkRow(chunk, title, vectors[i]));
    }
    return rows;
  }

  function chunkRow(chunk: Chunk, title: string | undefined, vector: string | null) {
    // The title is found by its words, once: with the first chunk.
    const own = chunk.freshStart === 0 && title !== undefined ? `${title}\n${chunk.text}` : chunk.text;
    const terms = parts.analyze(own);
    const counts = countTerms(terms);
    return {
      text: chunk.text,
      start: chunk.start,
      fresh_start: chunk.freshStart,
      tokens: chunk.tokens,
      headings: chunk.headings,
      length: terms.length,
      terms: [...counts.keys()],
      counts: [...counts.values()],
      vector,
    };
  }

  return {
    name,
    settings,
    analyze: parts.analyze,

    async put(given, { signal, most = Number.POSITIVE_INFINITY } = {}) {
      const documents = given.map(({ key, text, source = key, title }) => ({
        key: storable(key),
        text: storable(text),
        source: storable(source),
        title: title === undefined ? undefined : storable(title),
      }));
      const keys = documents.map(({ key }) => key);
      const kept = await database.query<{ key: string; hash: string }>(
        'select key, hash from documents where collection = $1 and key = any($2::text[])',
        [id, keys],
      );
      const hashes = new Map(kept.map(({ key, hash }) => [key, hash]));
      // Of one key the last counts.
      const latest = new Map(documents.map((document) => [document.key, document]));
      const same: string[] = [];
      const fresh: HashedDocument[] = [];
      for (const document of latest.values()) {
        const hash = hashOf(document);
        if (hashes.get(document.key) === hash) same.push(document.key);
        else fresh.push({ ...document, hash });
      }
      const prepared: { readonly document: HashedDocument; readonly chunks: readonly ChunkRow[] }[] = [];
      for (const document of fresh) prepared.push({ document, chunks: await prepare(document, signal) });
      signal?.throwIfAborted();
      const now = new Date();
      if (same.length > 0) {
        const sql = 'update documents set checked = $3 where collection = $1 and key = any($2::text[])';
        await database.query(sql, [id, same, now]);
      }
      if (prepared.length > 0) {
        await database.transaction(async (tx) => {
          // Who writes first is waited for: two never write one document at once.
          await changed(tx);
          await tx.query('delete from documents where collection = $1 and key = any($2::text[])', [
            id,
            fresh.map(({ key }) => key),
          ]);
          for (const { document, chunks } of prepared) await insert(tx, id, { document, chunks, now });
          const sql = 'select count(*)::int from documents where collection = $1';
          const [{ count }] = await tx.query<{ count: number }>(sql, [id]);
          if (count > most) throw fail('retrieve/full', { most });
        });
      }
      const known = fresh.filter(({ key }) => hashes.has(key)).length;
      return {
        added: fresh.length - known,
        changed: known,
        same: same.length,
        chunks: prepared.reduce((sum, { chunks }) => sum + chunks.length, 0),
      };
    },

    async remove(keys) {
      if (keys.length === 0) return 0;
      return database.transaction(async (tx) => {
        await changed(tx);
        const sql = 'delete from documents where collection = $1 and key = any($2::text[]) returning id';
        return (await tx.query(sql, [id, keys.map(storable)])).length;
      });
    },

    async keys() {
      const sql = 'select key from documents where collection = $1 order by key';
      return (await database.query<{ key: string }>(sql, [id])).map(({ key }) => key);
    },

    async holders(terms) {
      const [found] = await database.query<TermHolders>(
        `select (select count(*)::int from chunks where collection = $1) as passages, array(
            select (select count(*)::int from chunks where collection = $1 and terms @> array[word])
            from unnest($2::text[]) with ordinality as asked (word, place) order by place) as holders`,
        [id, terms],
      );
      return found;
    },

    async text(key) {
      const sql = 'select id from documents where collection = $1 and key = $2';
      const [document] = await database.query<{ id: number | string }>(sql, [id, storable(key)]);
      if (!document) return undefined;
      const chunks = await database.query<{ text: string; skip: number }>(
        'select text, fresh_start - start as skip from chunks where document = $1 order by start, id',
        [document.id],
      );
      return chunks.map(({ text, skip }) => text.slice(skip)).join('');
    },

    ...documentReader(database, id),
    search: createSearch(database, row, parts),
  };
}

type HashedDocument = NewDocument & { readonly hash: string };
type ChunkRow = { readonly [column: string]: unknown };

async function insert(
  tx: Queries,
  collection: number,
  {
    document,
    chunks,
    now,
  }: { readonly document: HashedDocument; readonly chunks: readonly ChunkRow[]; readonly now: Date },
): Promise<void> {
  const { key, hash, source = key, title = null } = document;
  const [{ id }] = await tx.query<{ id: number | string }>(
    `insert into documents (collection, key, hash, source, title, changed, checked)
      values ($1, $2, $3, $4, $5, $6, $6) returning id`,
    [collection, key, hash, source, title, now],
  );
  for (let from = 0; from < chunks.length; from += CHUNKS_AT_ONCE) {
    await tx.query(
      `insert into chunks
          (collection, document, text, start, fresh_start, tokens, headings, length, terms, counts, vector)
        select $1, $2, text, start, fresh_start, tokens, headings, length, terms, counts, decode(vector, 'base64')
        from jsonb_to_recordset($3::jsonb) as chunk (text text, start int, fresh_start int, tokens int,
          headings text[], length int, terms text[], counts int[], vector text)`,
      [collection, id, JSON.stringify(chunks.slice(from, from + CHUNKS_AT_ONCE))],
    );
  }
}

const hashOf = ({ text, title, source }: NewDocument): string =>
  createHash('sha256')
    .update(JSON.stringify([text, title ?? null, source ?? null]))
    .digest('hex');

/** A vector as the database keeps it: 32-bit floats, little-endian. Errors: `retrieve/not-finite`. */
function toBase64(vector: ArrayLike<number>): string {
  const { data } = vectorRows([vector]);
  if (data.length === 0) throw fail('retrieve/not-finite', {});
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
}
