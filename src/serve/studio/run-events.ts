/** A run as it goes: new records of its metrics, and its summary when it changes, as server-sent events. */

import { join } from 'node:path';
import { streamSSE } from 'hono/streaming';
import type { AppContext } from '../app.ts';
import { folderOf, METRICS, summarize } from './run-folders.ts';
import { type MetricsRecord, readRecords, sizeOf } from './run-metrics.ts';
import type { RunsPort } from './runs-port.ts';

/** How often the file is looked at, in ms. */
const LOOK = 400;
/** Records of one event at most. */
const BATCH = 500;
/** So often the connection shows that it lives, in looks. */
const BEAT = 25;

/**
 * Events `records` (id: the place in the file behind them), `summary`, and `reset` where the file was begun anew. Starts
 * behind `Last-Event-ID`, or at `?from=`. Ends with the client, or with the run.
 */
export function followRun(c: AppContext, port: RunsPort, name: string, folder: string): Response {
  const path = join(folder, METRICS);
  const start = Number(c.req.header('last-event-id') ?? c.req.query('from') ?? 0);
  return streamSSE(c, async (stream) => {
    let offset = Number.isSafeInteger(start) && start >= 0 ? start : 0;
    let last = '';
    for (let look = 0; !stream.aborted && !stream.closed; look++) {
      const size = await sizeOf(path);
      if (size < offset) {
        offset = 0;
        await stream.writeSSE({ event: 'reset', id: '0', data: '{}' });
      }
      if (size > offset) {
        const records: MetricsRecord[] = [];
        offset = await readRecords(path, offset, (record) => records.push(record));
        for (let i = 0; i < records.length; i += BATCH) {
          const data = JSON.stringify(records.slice(i, i + BATCH));
          const isLast = i + BATCH >= records.length;
          await stream.writeSSE({ event: 'records', data, ...(isLast && { id: String(offset) }) });
        }
      }
      const isThere = await folderOf(port, name).catch(() => undefined);
      if (!isThere) return;
      const summary = await summarize(port, name);
      const now = JSON.stringify(summary);
      if (now !== last) await stream.writeSSE({ event: 'summary', data: now });
      last = now;
      if (look % BEAT === BEAT - 1) await stream.writeSSE({ event: 'beat', data: '{}' });
      await stream.sleep(LOOK);
    }
  });
}
