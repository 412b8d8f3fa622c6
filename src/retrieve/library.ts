/** The collections of a database: each tenant sees and changes its own, and no other's. */

import { checkChunkOptions } from '../context/index.ts';
import type { Database, Embedder, Tokenizer } from '../types.ts';
import type { Analyzer } from './analyzer.ts';
import { type Collection, openCollection } from './collection.ts';
import { fail } from './errors.ts';

/** How a collection was made; it stays so, as texts and queries must be read the same way. */
export interface CollectionSettings {
  /** Tokens of a chunk at most, and of what a chunk repeats of the one before. */
  readonly chunkTokens: number;
  readonly overlap: number;
  /** What counts the tokens, by name; `words` without a tokenizer. */
  readonly tokenizer: string;
  /** How Chinese becomes terms: words of jieba or of the platform, or pairs of characters. */
  readonly chinese: 'jieba' | 'platform' | 'bigrams';
  /** What makes vectors, by name; none: the collection has none. */
  readonly embedder?: string;
}

/** What a collection works with; they must be those that its settings name. */
export interface CollectionParts {
  readonly analyze: Analyzer;
  readonly tokenizer: Pick<Tokenizer, 'encode'>;
  readonly embedder?: Embedder | undefined;
}

/** A collection as the list shows it. */
export interface CollectionInfo {
  readonly name: string;
  readonly settings: CollectionSettings;
  readonly documents: number;
  readonly chunks: number;
}

/** The collections of one tenant. */
export interface Library {
  list(): Promise<CollectionInfo[]>;
  /** The settings of a collection; undefined if there is none of that name. */
  settings(name: string): Promise<CollectionSettings | undefined>;
  /**
   * Makes a collection, unless it is there. Errors: `retrieve/settings` if it is there with others; `context/budget`,
   * `context/overlap`.
   */
  create(name: string, settings: CollectionSettings): Promise<void>;
  /** Opens a collection. Errors: `retrieve/collection`. */
  open(name: string, parts: CollectionParts): Promise<Collection>;
  /** Removes a collection with all that is in it; false if there is none. */
  remove(name: string): Promise<boolean>;
}

interface Row {
  readonly id: number;
  readonly settings: CollectionSettings;
}

/**
 * A tenant's library in a database that has the tables of `store`.
 *
 * @example
 * const own = library(openStore({ folder: 'my-index' }));
 * await own.create('notes', settings);
 * const notes = await own.open('notes', parts);
 */
export function library(database: Database, tenant = ''): Library {
  const find = async (name: string): Promise<Row | undefined> =>
    (
      await database.query<Row>('select id, settings from collections where tenant = $1 and name = $2', [
        tenant,
        name,
      ])
    )[0];
  const list = (): Promise<CollectionInfo[]> =>
    database.query<CollectionInfo>(
      `select name, settings,
        (select count(*)::int from documents d where d.collection = c.id) as documents,
        (select count(*)::int from chunks h where h.collection = c.id) as chunks
        from collections c where tenant = $1 order by name`,
      [tenant],
    );
  return {
    list,
    settings: async (name) => (await find(name))?.settings,
    async create(name, settings) {
      checkChunkOptions({ maxTokens: settings.chunkTokens, overlapTokens: settings.overlap });
      await database.query(
        `insert into collections (tenant, name, settings, created) values ($1, $2, $3::jsonb, $4)
          on conflict (tenant, name) do nothing`,
        [tenant, name, JSON.stringify(settings), new Date()],
      );
      const kept = (await find(name))!.settings;
      for (const setting of ['chunkTokens', 'overlap', 'tokenizer', 'chinese', 'embedder'] as const) {
        const [was, got] = [kept[setting] ?? 'none', settings[setting] ?? 'none'];
        if (was !== got) throw fail('retrieve/settings', { name, setting, kept: was, got });
      }
    },
    async open(name, parts) {
      const row = await find(name);
      if (row) return openCollection(database, { ...row, name }, parts);
      throw fail('retrieve/collection', { name, known: (await list()).map((other) => other.name) });
    },
    async remove(name) {
      const sql = 'delete from collections where tenant = $1 and name = $2 returning id';
      return (await database.query(sql, [tenant, name])).length > 0;
    },
  };
}
