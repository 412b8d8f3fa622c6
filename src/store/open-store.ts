/** One door to both drivers. Opening is put off until something is asked: a new embedded database takes seconds. */

import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { isThere, openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** An embedded database in a folder, or a PostgreSQL server. */
export type StorePlace = { readonly folder: string } | { readonly url: string };

export interface StoreOptions {
  /** Hears when an embedded database broke down; it is opened anew by the next question. */
  readonly onFault?: (error: Error) => void;
}

/** `postgres://…` is a server, everything else a folder. */
export function storePlace(text: string): StorePlace {
  return /^postgres(ql)?:\/\//i.test(text) ? { url: text } : { folder: text };
}

/**
 * The database at this place, of the newest version. It is opened by the first question; when that fails, the next one
 * tries again.
 */
export function openStore(place: StorePlace, options: StoreOptions = {}): Database {
  let opened: Promise<Database> | undefined;
  let isClosed = false;
  const open = (): Promise<Database> => {
    if (isClosed) return Promise.reject(new Error('store: closed'));
    opened ??= openNow(place, options).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    query: async (sql, params) => (await open()).query(sql, params),
    transaction: async (work) => (await open()).transaction(work),
    isNew: async () => 'folder' in place && !(await isThere(place.folder)),
    async close() {
      isClosed = true;
      const database = await opened?.catch(() => undefined);
      await database?.close();
    },
  };
}

async function openNow(place: StorePlace, options: StoreOptions): Promise<Database> {
  const database = await ('url' in place ? openPostgres(place.url) : openPglite(place.folder, options));
  try {
    await migrate(database, migrations);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
