/** The documents of a collection, as a list and one by one in the passages that a search sees. */

import type { Database } from '../types.ts';

/** A document as the list shows it. */
export interface DocumentInfo {
  readonly key: string;
  readonly source: string;
  readonly title: string | null;
  readonly passages: number;
  /** When its text came in, and when it was last found to be so; null: before such times were kept. */
  readonly changed: Date | null;
  readonly checked: Date | null;
}

export interface ListDocumentsOptions {
  /** How many at most. */
  readonly limit: number;
  /** The key behind which the list goes on. */
  readonly after?: string | undefined;
  /** Only those whose key or title holds this, whatever its case. */
  readonly search?: string | undefined;
}

/** A passage in its document. */
export interface DocumentPassage {
  /** Its place among the passages, from 0. */
  readonly number: number;
  /** What it adds to the one before: the passages of a document put together are its text. */
  readonly text: string;
  /** Where that text stands in the document, in UTF-16 units. */
  readonly start: number;
  /** What it repeats from the end of the one before, in UTF-16 units. */
  readonly repeated: number;
  readonly tokens: number;
  readonly headings: readonly string[];
}

export interface ReadPassagesOptions {
  /** A place in the document, in UTF-16 units: the passage that holds it is among those given. Default 0. */
  readonly at?: number;
  /** How many passages at most. */
  readonly limit: number;
}

/** A document with passages of it. */
export interface DocumentView extends DocumentInfo {
  readonly shown: readonly DocumentPassage[];
}

const FIELDS = `key, source, title, changed, checked,
  (select count(*)::int from chunks where chunks.document = documents.id) as passages`;

/** Passages that are shown before the place that is asked for. */
const BEFORE = 2;

/** Reads the documents of one collection. */
export function documentReader(database: Database, collection: number) {
  return {
    list: ({ limit, after = '', search = '' }: ListDocumentsOptions): Promise<DocumentInfo[]> =>
      database.query<DocumentInfo>(
        `select ${FIELDS} from documents where collection = $1 and key collate "C" > $2
          and ($3 = '' or position(lower($3) in lower(key || ' ' || coalesce(title, ''))) > 0)
          order by key collate "C" limit $4`,
        [collection, after, search, limit],
      ),

    async view(key: string, { at = 0, limit }: ReadPassagesOptions): Promise<DocumentView | undefined> {
      const sql = `select id, ${FIELDS} from documents where collection = $1 and key = $2`;
      const [found] = await database.query<DocumentInfo & { id: number | string }>(sql, [collection, key]);
      if (!found) return undefined;
      const { id, ...info } = found;
      const shown = await database.query<DocumentPassage>(
        `with numbered as (
            select (row_number() over (order by start, id) - 1)::int as number, * from chunks where document = $1),
          first as (
            select greatest(0, coalesce(max(number) filter (where fresh_start <= $2), 0) - ${BEFORE}) as at from numbered)
          select number, text, fresh_start as start, fresh_start - start as repeated, tokens, headings
          from numbered, first where number >= first.at order by number limit $3`,
        [id, at, limit],
      );
      // Places are in UTF-16 units, which the database does not count.
      return { ...info, shown: shown.map((one) => ({ ...one, text: one.text.slice(one.repeated) })) };
    },
  };
}
