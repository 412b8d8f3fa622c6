/** Values as PostgreSQL keeps them. Two drivers answer the contract `Database`: PGlite and PostgreSQL. */

import type { Param } from '../types.ts';

export type { Database, Param, Queries } from '../types.ts';

/** PostgreSQL keeps neither U+0000 nor half a surrogate pair: both become U+FFFD. */
export const storable = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '\ufffd');

/** Parameters as both drivers take them. */
export const storableParams = (params: readonly Param[] = []): Param[] =>
  params.map((param) => (typeof param === 'string' ? storable(param) : param));

/** JSON text for a `jsonb` column, storable too: there U+0000 and half pairs are escapes. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(/\\(?:u(0000|d[89a-f]..)|.)/g, (spelt, code) => (code ? '\ufffd' : spelt));
