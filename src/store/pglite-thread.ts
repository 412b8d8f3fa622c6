/** PGlite in a thread of its own: while it computes (a new database takes seconds), this one goes on. */

import { startWorker } from '../io/index.ts';
import type { Param, Queries } from './database.ts';
import { fail } from './errors.ts';

/** The folder that a thread opens, and what a new database there starts from (see `DatabaseThread.dump`). */
export interface DatabasePlace {
  readonly place: string;
  readonly start?: Uint8Array;
}

export type ToDatabase =
  | { readonly type: 'query'; readonly id: number; readonly sql: string; readonly params: readonly Param[] }
  | { readonly type: 'dump'; readonly id: number }
  | { readonly type: 'close' };

export type FromDatabase =
  | { readonly type: 'open' }
  | { readonly type: 'dump'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'rows'; readonly id: number; readonly rows: unknown[] }
  | { readonly type: 'error'; readonly id: number; readonly error: Error };

/** A database that is open in a thread. Statements are done in the order in which they are asked. */
export interface DatabaseThread extends Queries {
  /** The whole database as one file, from which a new one can start. */
  dump(): Promise<Uint8Array>;
  /** Writes everything and ends the thread. */
  close(): Promise<void>;
  /** Ends the thread in the middle of its work. */
  kill(): Promise<void>;
}

interface Asked {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/**
 * Opens a folder of PGlite's, or makes a new one there, from `start` in a fraction of the time. `onStop` hears when the
 * thread ended without being asked to; what was not answered by then fails, too.
 *
 * @throws `store/stopped` when it cannot be opened.
 */
export function startDatabaseThread(
  place: string,
  onStop: (error: Error) => void = () => {},
  start?: Uint8Array,
): Promise<DatabaseThread> {
  const workerData: DatabasePlace = { place, start };
  const worker = startWorker('pglite-worker', { beside: import.meta.url, workerData });
  const asked = new Map<number, Asked>();
  let next = 0;
  let isOpen = false;
  let reason: string | undefined;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));

  const send = (message: ToDatabase): void => worker.postMessage(message);
  const answered = (id: number): Asked => {
    const one = asked.get(id)!;
    asked.delete(id);
    // An open database keeps nobody's process alive; a question does.
    if (asked.size === 0) worker.unref();
    return one;
  };
  const ask = <Answer>(message: (id: number) => ToDatabase): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (reason !== undefined) throw fail('store/stopped', { reason });
      const id = next++;
      asked.set(id, { resolve: resolve as Asked['resolve'], reject });
      worker.ref();
      send(message(id));
    });
  const thread: DatabaseThread = {
    query: (sql, params = []) => ask((id) => ({ type: 'query', id, sql, params })),
    dump: () => ask((id) => ({ type: 'dump', id })),
    async close() {
      isOpen = false;
      worker.ref();
      send({ type: 'close' });
      await ended;
    },
    async kill() {
      await worker.terminate();
    },
  };

  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromDatabase) => {
      if (message.type === 'rows') answered(message.id).resolve(message.rows);
      else if (message.type === 'dump') answered(message.id).resolve(message.bytes);
      else if (message.type === 'error') answered(message.id).reject(message.error);
      else {
        isOpen = true;
        worker.unref();
        resolve(thread);
      }
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => {
      reason ??= `exit ${code}`;
      const error = fail('store/stopped', { reason });
      for (const id of [...asked.keys()]) answered(id).reject(error);
      reject(error);
      if (isOpen) onStop(error);
    });
  });
}
