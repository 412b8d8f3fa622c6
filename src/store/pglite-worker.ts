/** The thread of an embedded database: it opens the folder that it is given, and answers until it is told to close. */

import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import type { DatabasePlace, FromDatabase, ToDatabase } from './pglite-thread.ts';

const port = parentPort!;
const say = (message: FromDatabase): void => port.postMessage(message);

const { place, start } = workerData as DatabasePlace;
const loadDataDir = start && new Blob([start as Uint8Array<ArrayBuffer>]);
const pglite = await PGlite.create({ dataDir: place, loadDataDir }).catch((error) => {
  // What its file system throws is no Error, and says only a number.
  throw error instanceof Error ? error : new Error(`it cannot be opened: ${error?.name} ${error?.errno}`);
});

port.on('message', async (message: ToDatabase) => {
  if (message.type === 'close') {
    await pglite.close();
    port.close();
    return;
  }
  const { id } = message;
  try {
    if (message.type === 'dump') {
      const whole = await pglite.dumpDataDir('none');
      say({ type: 'dump', id, bytes: new Uint8Array(await whole.arrayBuffer()) });
    } else say({ type: 'rows', id, rows: (await pglite.query(message.sql, [...message.params])).rows });
  } catch (error) {
    // WebAssembly's own: the machine is broken, not the statement, and nothing that it says can be trusted any more.
    if ((error as Error).name === 'RuntimeError') throw error;
    say({ type: 'error', id, error: error as Error });
  }
});
say({ type: 'open' });
