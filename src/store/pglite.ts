/**
 * PostgreSQL inside this process (PGlite), kept in a folder that one process has at a time. A write that was answered
 * survives the death of the process; not a loss of power: PGlite never asks the system to sync.
 */

import { join } from 'node:path';
import { lockFolder, nodeFiles } from '../io/index.ts';
import { type Database, type Param, type Queries, storableParams } from './database.ts';

/** What both PGlite and its transactions answer. */
interface Asked {
  query<Row>(sql: string, params?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

const placeIn = (folder: string): string => join(folder, 'database');

/** Whether a database was made in this folder. */
export const isThere = async (folder: string): Promise<boolean> =>
  (await nodeFiles.status(placeIn(folder))) !== undefined;

/** Opens the database in this folder, and makes it when there is none. Throws `folder/locked` when another process has it. */
export async function openPglite(folder: string): Promise<Database> {
  await nodeFiles.makeFolder(folder);
  const lock = await lockFolder(folder, 'state');
  try {
    const { PGlite } = await import('@electric-sql/pglite');
    const place = placeIn(folder);
    if (!(await isThere(folder))) await createWhole(place, (path) => PGlite.create(path));
    const pglite = await PGlite.create(place);
    const on = (asked: Asked): Queries => ({
      async query<Row>(sql: string, params?: readonly Param[]) {
        return (await asked.query<Row>(sql, storableParams(params))).rows;
      },
    });
    return {
      ...on(pglite),
      transaction: (work) => pglite.transaction((tx) => work(on(tx))),
      async close() {
        await pglite.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A new database gets its name when it is whole: one that was cut off while it was made is made again. */
async function createWhole(
  place: string,
  create: (path: string) => Promise<{ close(): Promise<void> }>,
): Promise<void> {
  const aside = `${place}.new`;
  await nodeFiles.remove(aside);
  await (await create(aside)).close();
  await nodeFiles.rename(aside, place);
}
