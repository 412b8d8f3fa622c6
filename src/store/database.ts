/** The contract of this room: SQL with parameters, and transactions. Two drivers answer it: PGlite and PostgreSQL. */

/** A value behind `$1`, `$2`, …; JSON goes in as text made by `toJson`. */
export type Param = string | number | boolean | Date | null | readonly string[];

/** What can be asked, inside a transaction or outside. */
export interface Queries {
  /** The rows of one statement. Values are given as parameters, never written into the text. */
  query<Row>(sql: string, params?: readonly Param[]): Promise<Row[]>;
}

/** A database that is open. What a query or a transaction has answered is kept. */
export interface Database extends Queries {
  /** All of the work or, when it throws, none of it. Inside, only `queries` may be asked. */
  transaction<Result>(work: (queries: Queries) => Promise<Result>): Promise<Result>;
  /** Whether nothing was ever kept in it; without it, something may be. It does not open the database. */
  isNew?(): Promise<boolean>;
  close(): Promise<void>;
}

/** PostgreSQL keeps neither U+0000 nor half a surrogate pair: both become U+FFFD. */
export const storable = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '\ufffd');

/** Parameters as both drivers take them. */
export const storableParams = (params: readonly Param[] = []): Param[] =>
  params.map((param) => (typeof param === 'string' ? storable(param) : param));

/** JSON text for a `jsonb` column, storable too: there U+0000 and half pairs are escapes. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(/\\(?:u(0000|d[89a-f]..)|.)/g, (spelt, code) => (code ? '\ufffd' : spelt));
