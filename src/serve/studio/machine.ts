/** `/api/machine`: how busy this machine is. */

import os from 'node:os';
import { Hono } from 'hono';
import type { StudioApp } from './api.ts';

/** Shorter than this, the share of the processors says little; in ms. */
const SHORTEST = 500;

export function machineRoutes(): StudioApp {
  const app: StudioApp = new Hono();
  let before = times();
  let cpu = 0;
  app.get('/', (c) => {
    const now = times();
    if (now.at - before.at > SHORTEST) {
      cpu = (now.busy - before.busy) / Math.max(1, now.all - before.all);
      before = now;
    }
    const total = os.totalmem();
    return c.json({
      cpu,
      cores: os.availableParallelism(),
      processor: os.cpus()[0]?.model.trim() ?? os.arch(),
      memoryBytes: total - os.freemem(),
      memoryTotalBytes: total,
    });
  });
  return app;
}

/** Processor time since the start, over all cores. */
function times(): { readonly at: number; readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0];
  for (const { times: spent } of os.cpus()) {
    const sum = Object.values(spent).reduce((total, time) => total + time, 0);
    all += sum;
    busy += sum - spent.idle;
  }
  return { at: performance.now(), busy, all };
}
