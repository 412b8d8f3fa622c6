/** `/api/runs`: trainings, from the order to the model. What they are is on disk; who trains is a process of its own. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Language } from '../../language.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { readBody } from '../read-body.ts';
import { limitUpload } from '../sent-file.ts';
import type { StudioApp } from './api.ts';
import { followRun } from './run-events.ts';
import {
  folderOf,
  LOG,
  listRuns,
  logOf,
  METRICS,
  makeFolder,
  readConfig,
  readRecord,
  removeRun,
  summarize,
  TEXT,
  writeNotes,
  writeRecord,
} from './run-folders.ts';
import { readMetrics } from './run-metrics.ts';
import type { RunsPort, TrainOrder } from './runs-port.ts';

const whole = z.int().min(1);
const size = whole.max(1 << 20);

/** What shapes a training; the rules beyond these are the command's own. */
const shape = {
  preset: z.string().max(64).optional(),
  minutes: z.number().gt(0).max(100_000).optional(),
  steps: whole.optional(),
  seed: z.int().min(0).optional(),
  init: z.string().max(64).optional(),
  tokenizer: z.literal('characters').optional(),
  vocabSize: size.optional(),
  layers: size.optional(),
  width: size.optional(),
  heads: size.optional(),
  contextLength: size.optional(),
  batchSize: size.optional(),
  lr: z.number().gt(0).optional(),
  precision: z.enum(['f32', 'bf16']).optional(),
  cure: z.string().max(200).optional(),
};

const estimateBody = z.strictObject({ data: z.string().max(200).optional(), ...shape });
const orderBody = z.strictObject({
  name: z.string(),
  /** One of the sources that stand ready; or `text`, the text itself. */
  data: z.string().max(200).optional(),
  text: z.string().min(1).max(limits.uploadBytes).optional(),
  ...shape,
});
const notesBody = z.strictObject({ notes: z.string().max(limits.noteLength) });

/** Points of a chart: more cannot be seen. */
const POINTS = 1500;

export function runRoutes(port: RunsPort): StudioApp {
  const app: StudioApp = new Hono();
  /** Names that are being started here: nobody else may begin with them meanwhile. */
  const starting = new Set<string>();

  app.get('/', async (c) => c.json({ data: await listRuns(port) }));
  app.get('/sources', (c) => c.json({ data: port.sources, presets: port.presets }));
  app.post('/estimate', async (c) => {
    const { data = `runs/NAME/${TEXT}`, ...order } = await readBody(c, estimateBody);
    const folder = 'runs/NAME';
    const full = { data, ...resolveInit(order) };
    return c.json({ ...(await port.estimate(full)), command: port.commandOf(folder, full) });
  });

  app.post('/', limitUpload(), async (c) => {
    const { name, data, text, ...order } = await readBody(c, orderBody);
    if ((data === undefined) === (text === undefined)) {
      throw fail('serve/field', {
        field: 'data, text',
        rule: 'given one of them',
        zhRule: '二者给其一',
        got: 0,
      });
    }
    if (data !== undefined) checkSource(data);
    if (order.init !== undefined) await folderOf(port, order.init);
    const folder = await makeFolder(port, name);
    try {
      if (text !== undefined) await writeFile(join(folder, TEXT), text);
      const full: TrainOrder = { data: data ?? join(folder, TEXT), ...resolveInit(order) };
      await begin(name, folder, full, c.get('lang'));
    } catch (error) {
      await removeRun(folder);
      throw error;
    }
    return c.json(await summarize(port, name), 201);
  });

  app.get('/:name', async (c) => {
    const name = c.req.param('name');
    const folder = await folderOf(port, name);
    const record = await readRecord(folder);
    return c.json({
      ...(await summarize(port, name)),
      config: (await readConfig(folder)) ?? null,
      log: await logOf(folder),
      ...(record && { command: port.commandOf(folder, record.order) }),
    });
  });
  app.get('/:name/metrics', async (c) => {
    const folder = await folderOf(port, c.req.param('name'));
    return c.json(await readMetrics(join(folder, METRICS), POINTS));
  });
  app.get('/:name/events', async (c) => {
    const name = c.req.param('name');
    return followRun(c, port, name, await folderOf(port, name));
  });
  app.put('/:name/notes', async (c) => {
    const { notes } = await readBody(c, notesBody);
    await writeNotes(await folderOf(port, c.req.param('name')), notes);
    return c.body(null, 204);
  });

  app.post('/:name/stop', async (c) => {
    const name = c.req.param('name');
    const folder = await folderOf(port, name);
    const record = await readRecord(folder);
    const launched = record?.process && port.isAlive(record.process) ? record.process.pid : undefined;
    const pid = (await port.ownerOf(folder)) ?? launched;
    if (pid === undefined) throw fail('serve/run-idle', { name });
    process.kill(pid, 'SIGINT');
    return c.json({ name }, 202);
  });
  app.post('/:name/resume', async (c) => {
    const name = c.req.param('name');
    const folder = await folderOf(port, name);
    const { status, source } = await summarize(port, name);
    if (status === 'running' || status === 'preparing') throw fail('serve/run-busy', { name });
    if (status === 'finished') throw fail('serve/run-finished', { name });
    const order = (await readRecord(folder))?.order ?? { data: sourceOf(source) };
    await begin(name, folder, order, c.get('lang'));
    return c.json(await summarize(port, name), 202);
  });
  app.delete('/:name', async (c) => {
    const name = c.req.param('name');
    const folder = await folderOf(port, name);
    const { status } = await summarize(port, name);
    if (status === 'running' || status === 'preparing') throw fail('serve/run-busy', { name });
    await removeRun(folder);
    return c.body(null, 204);
  });
  return app;

  /** Starts the process, and writes down how it ends. */
  async function begin(name: string, folder: string, order: TrainOrder, lang: Language): Promise<void> {
    if (starting.has(name)) throw fail('serve/run-busy', { name });
    starting.add(name);
    try {
      const { pid, started, ended } = port.train(folder, order, { log: join(folder, LOG), lang });
      const record = { order, orderedAt: new Date().toISOString(), process: { pid, started } };
      await writeRecord(folder, record);
      // A run that was deleted meanwhile has nothing to write down.
      void ended.then((exit) => writeRecord(folder, { ...record, exit })).catch(() => {});
    } finally {
      starting.delete(name);
    }
  }

  function checkSource(data: string): void {
    if (port.sources.some((source) => source.data === data)) return;
    const known = port.sources.map((source) => source.data);
    throw fail('serve/field', {
      field: 'data',
      rule: `one of ${known.join(', ')}`,
      zhRule: ` ${known.join('、')} 之一`,
      got: data,
    });
  }

  /** For a run that was not ordered here: its config names the package without `npm:`. */
  function sourceOf(source = ''): string {
    return /^(@[\w.-]+\/)?[\w.-]+@\d[\w.-]*$/.test(source) ? `npm:${source}` : source;
  }

  function resolveInit<Order extends { readonly init?: string }>(order: Order): Order {
    return order.init === undefined ? order : { ...order, init: join(port.folder, order.init) };
  }
}
