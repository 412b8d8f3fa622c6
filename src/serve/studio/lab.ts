/** `/api/lab`: the repetition lab on a served model, in a process of its own; what it found lies in the run's folder. */

import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { InkstoneError } from '../../errors.ts';
import type { Language } from '../../language.ts';
import { fail } from '../errors.ts';
import { readBody } from '../read-body.ts';
import type { ModelRegistry } from '../registry.ts';
import type { StudioApp } from './api.ts';

const orderBody = z.strictObject({
  prompts: z.int().min(2).max(128).optional(),
  tokens: z.int().min(2).max(1000).optional(),
  /** As the command line takes them; without, a dozen usual ones. */
  strategies: z.array(z.string().min(1).max(200)).min(1).max(32).optional(),
  guard: z.boolean().optional(),
  seed: z.int().min(0).optional(),
});
export type LabOrder = z.infer<typeof orderBody>;

/** What the lab says while it works. */
export type LabNews =
  | { readonly type: 'progress'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly type: 'row'; readonly row: LabNewsRow };

/** A way of decoding as soon as it is measured; shares from 0 to 1. */
export interface LabNewsRow {
  readonly name: string;
  readonly guard: boolean;
  /** Repeated 4-grams, with the interval in which it surely lies. */
  readonly repeated: number;
  readonly low: number;
  readonly high: number;
  /** Texts that are stuck in a loop. */
  readonly stuck: number;
}

/** What the lab stands on. */
export interface LabPort {
  /** What it last found out about a model, as plain data; undefined where it was never asked. */
  saved(model: string): Promise<object | undefined>;
  /** Measures; ends with the signal. @throws what went wrong, as a sentence. */
  run(
    model: string,
    order: LabOrder,
    options: { readonly lang: Language; readonly signal: AbortSignal },
  ): AsyncIterable<LabNews>;
  /** The command line that does the same. */
  commandOf(model: string, order: LabOrder): string;
}

/** Where the lab is with one model. */
export interface LabState {
  readonly status: 'idle' | 'running' | 'failed';
  readonly command?: string;
  readonly progress?: Omit<Extract<LabNews, { type: 'progress' }>, 'type'>;
  readonly rows: readonly LabNewsRow[];
  /** Why it failed. */
  readonly problem?: string;
}

const IDLE: LabState = { status: 'idle', rows: [] };
/** So often an idle connection shows that it lives, in ms. */
const BEAT = 10_000;

export function labRoutes(registry: ModelRegistry, port: LabPort): StudioApp {
  const app: StudioApp = new Hono();
  const states = new Map<string, LabState>();
  const hearers = new Map<string, Set<() => void>>();
  let running: { readonly model: string; readonly controller: AbortController } | undefined;

  const known = (model: string): string => {
    const ids = registry.list().map(({ id }) => id);
    if (!ids.includes(model)) throw fail('serve/model', { model, known: ids });
    return model;
  };
  const stateOf = (model: string): LabState => states.get(model) ?? IDLE;
  const put = (model: string, state: LabState): void => {
    states.set(model, state);
    for (const hear of hearers.get(model) ?? []) hear();
  };
  const add = (model: string, more: Partial<LabState>): void => put(model, { ...stateOf(model), ...more });

  const measure = async (model: string, order: LabOrder, lang: Language): Promise<void> => {
    const controller = new AbortController();
    running = { model, controller };
    const { signal } = controller;
    put(model, { status: 'running', command: port.commandOf(model, order), rows: [] });
    try {
      for await (const news of port.run(model, order, { lang, signal })) {
        if (news.type === 'row') add(model, { rows: [...stateOf(model).rows, news.row] });
        else {
          const { stage, done, total } = news;
          add(model, { progress: { stage, done, total } });
        }
      }
      put(model, IDLE);
    } catch (error) {
      const problem = error instanceof InkstoneError ? error.text(lang) : String(error);
      // What was measured stays to be seen.
      const { rows } = stateOf(model);
      put(model, signal.aborted ? { status: 'idle', rows } : { status: 'failed', problem, rows });
    } finally {
      running = undefined;
    }
  };

  app.get('/:model', async (c) => {
    const model = known(c.req.param('model'));
    return c.json({ state: stateOf(model), report: (await port.saved(model)) ?? null });
  });
  app.post('/:model', async (c) => {
    const model = known(c.req.param('model'));
    const order = await readBody(c, orderBody);
    if (running) throw fail('serve/lab-busy', { model: running.model });
    void measure(model, order, c.get('lang'));
    return c.json({ state: stateOf(model) }, 202);
  });
  app.delete('/:model', (c) => {
    if (running?.model === known(c.req.param('model'))) running.controller.abort();
    return c.body(null, 204);
  });
  app.get('/:model/events', (c) => {
    const model = known(c.req.param('model'));
    return streamSSE(c, async (stream) => {
      let wake: () => void = () => {};
      const own = hearers.get(model) ?? new Set();
      hearers.set(model, own);
      const hear = (): void => wake();
      own.add(hear);
      stream.onAbort(hear);
      let last: LabState | undefined;
      try {
        while (!stream.aborted && !stream.closed) {
          const now = stateOf(model);
          const isNew = now !== last;
          last = now;
          await stream.writeSSE(
            isNew ? { event: 'state', data: JSON.stringify(now) } : { event: 'beat', data: '{}' },
          );
          if (stateOf(model) !== now) continue;
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, BEAT);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        }
      } finally {
        own.delete(hear);
      }
    });
  });
  return app;
}
