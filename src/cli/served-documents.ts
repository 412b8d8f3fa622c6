/** `inkstone serve --index`: the documents of an index, and those that each tenant adds to them. */

import { type Collection, library } from '../retrieve/index.ts';
import type { DocumentsPort } from '../serve/index.ts';
import type { Database } from '../types.ts';
import { fail } from './errors.ts';
import { openIndex, readParts, usualSettings } from './retrieval.ts';

export interface ServedDocuments extends DocumentsPort {
  close(): Promise<void>;
}

/**
 * Opens an index for all tenants; with `isMade` it and its collection are made where there are none.
 *
 * @throws `cli/no-index`, `retrieve/collection`
 */
export async function serveDocuments(
  place: string,
  name: string,
  { isMade = false }: { readonly isMade?: boolean } = {},
): Promise<ServedDocuments> {
  const database = openIndex(place);
  try {
    if (!isMade && (await database.isNew?.())) throw fail('cli/no-index', { place });
    if (isMade && !(await library(database).settings(name)))
      await library(database).create(name, await usualSettings());
    return { ...(await documentsOf(database, name)), close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The owner's collection is read by all; every tenant has one of its own, of the same settings. */
export async function documentsOf(database: Database, name: string): Promise<DocumentsPort> {
  const settings = await library(database).settings(name);
  const parts = settings && (await readParts(settings, { takesDocuments: true }));
  // Without settings there is no collection: opening says which there are.
  const shared = await library(database).open(name, parts!);
  const opened = new Map<string, Collection>([['', shared]]);
  const open = async (tenant: string): Promise<Collection> => {
    const own = await library(database, tenant).open(name, parts!);
    opened.set(tenant, own);
    return own;
  };
  return {
    async readable(tenant) {
      if (tenant === '') return [shared];
      const hasOwn = opened.has(tenant) || (await library(database, tenant).settings(name)) !== undefined;
      return hasOwn ? [shared, opened.get(tenant) ?? (await open(tenant))] : [shared];
    },
    async own(tenant) {
      const known = opened.get(tenant);
      if (known) return known;
      await library(database, tenant).create(name, settings!);
      return open(tenant);
    },
  };
}
