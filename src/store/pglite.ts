/**
 * PostgreSQL inside this process (PGlite), kept in a folder that one process has at a time. A write that was answered
 * survives the death of the process; not a loss of power: PGlite never asks the system to sync.
 */

import { join } from 'node:path';
import { lockFolder, nodeFiles } from '../io/index.ts';
import { keepBlank, readBlank } from './blank-database.ts';
import { type Database, type Queries, storableParams } from './database.ts';
import { type DatabaseThread, startDatabaseThread } from './pglite-thread.ts';

export interface PgliteOptions {
  /** Hears when the database broke down; it is opened anew by the next question. */
  readonly onFault?: (error: Error) => void;
  /** Replaced in tests. */
  readonly start?: typeof startDatabaseThread;
}

const placeIn = (folder: string): string => join(folder, 'database');

/** Whether a database was made in this folder. */
export const isThere = async (folder: string): Promise<boolean> =>
  (await nodeFiles.status(placeIn(folder))) !== undefined;

/** Opens the database in this folder, and makes it when there is none. Throws `folder/locked` when another process has it. */
export async function openPglite(
  folder: string,
  { onFault, start = startDatabaseThread }: PgliteOptions = {},
): Promise<Database> {
  await nodeFiles.makeFolder(folder);
  const lock = await lockFolder(folder, 'state');
  const place = placeIn(folder);
  const inTurn = oneAtATime();
  let open: DatabaseThread | undefined;
  /** The thread that has the database open: another one after a breakdown. */
  const thread = async (): Promise<DatabaseThread> => {
    open ??= await start(place, (error) => {
      open = undefined;
      onFault?.(error);
    });
    return open;
  };
  const on = (queries: Queries): Queries => ({
    query: (sql, params) => queries.query(sql, storableParams(params)),
  });
  try {
    if (!(await isThere(folder))) await createWhole(place, start);
    await thread();
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    query: (sql, params) => inTurn(async () => on(await thread()).query(sql, params)),
    transaction: (work) => inTurn(async () => inTransaction(on(await thread()), work)),
    close: () =>
      inTurn(async () => {
        await open?.close();
        await lock.release();
      }),
  };
}

async function inTransaction<Result>(
  queries: Queries,
  work: (queries: Queries) => Promise<Result>,
): Promise<Result> {
  await queries.query('begin');
  try {
    const result = await work(queries);
    await queries.query('commit');
    return result;
  } catch (error) {
    // Where the database broke down there is nothing left to take back.
    await queries.query('rollback').catch(() => {});
    throw error;
  }
}

/** One piece of work after another: PGlite is one connection. */
function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const own = last.then(work);
    last = own.catch(() => {});
    return own;
  };
}

/** A new database gets its name when it is whole: one that was cut off while it was made is made again. */
async function createWhole(place: string, start: typeof startDatabaseThread): Promise<void> {
  const aside = `${place}.new`;
  await nodeFiles.remove(aside);
  if (!(await createFromBlank(aside, start))) {
    const thread = await start(aside);
    await keepBlank(() => thread.dump());
    await thread.close();
  }
  await nodeFiles.rename(aside, place);
}

/** False when there is no blank database, or none that opens: one that is made without it takes its place. */
async function createFromBlank(place: string, start: typeof startDatabaseThread): Promise<boolean> {
  const blank = await readBlank();
  if (blank === undefined) return false;
  try {
    await (await start(place, undefined, blank)).close();
    return true;
  } catch {
    await nodeFiles.remove(place);
    return false;
  }
}
