/** `/api/inspect/…`: looks inside a served model, one kind a route. What it is shown is what the inspectors answer. */

import { Hono } from 'hono';
import { fail } from '../errors.ts';
import { inspectBodies, inspectQuestion, isInspectKind } from '../inspect-questions.ts';
import { followClient } from '../openai/stream.ts';
import { readBody } from '../read-body.ts';
import type { ModelRegistry } from '../registry.ts';
import type { StudioApp } from './api.ts';

export function inspectRoutes(registry: ModelRegistry): StudioApp {
  const app: StudioApp = new Hono();
  app.post('/:what', async (c) => {
    const what = c.req.param('what');
    if (!isInspectKind(what)) throw fail('serve/route', { method: c.req.method, path: c.req.path });
    const body = await readBody(c, inspectBodies[what]);
    const model = registry.list().find(({ id }) => id === body.model);
    if (!model) throw fail('serve/model', { model: body.model, known: registry.list().map(({ id }) => id) });
    if (!model.inspect) throw fail('serve/no-inside', { model: body.model });
    const { signal } = followClient(c);
    return c.json((await model.inspect(inspectQuestion(what, body as never, model), signal)) as object);
  });
  return app;
}
