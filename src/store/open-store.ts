/** One door to both drivers. Opening is put off until something is asked: a new embedded database takes seconds. */

import type { Database } from './database.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import { isThere, openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** An embedded database in a folder, or a PostgreSQL server. */
export type StorePlace = { readonly folder: string } | { readonly url: string };

/** `postgres://…` is a server, everything else a folder. */
export function storePlace(text: string): StorePlace {
  return /^postgres(ql)?:\/\//i.test(text) ? { url: text } : { folder: text };
}

/**
 * The database at this place, of the newest version. It is opened by the first question; when that fails, the next one
 * tries again.
 */
export function openStore(place: StorePlace): Database {
  let opened: Promise<Database> | undefined;
  let isClosed = false;
  const open = (): Promise<Database> => {
    if (isClosed) return Promise.reject(new Error('store: closed'));
    opened ??= openNow(place).catch((error) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    query: async (sql, params) => (await open()).query(sql, params),
    transaction: async (work) => (await open()).transaction(work),
    isNew: async () => opened === undefined && 'folder' in place && !(await isThere(place.folder)),
    async close() {
      isClosed = true;
      const database = await opened?.catch(() => undefined);
      await database?.close();
    },
  };
}

async function openNow(place: StorePlace): Promise<Database> {
  const database = await ('url' in place ? openPostgres(place.url) : openPglite(place.folder));
  try {
    await migrate(database, migrations);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
