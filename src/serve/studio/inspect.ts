/** `/api/inspect/…`: looks inside a served model, one kind a route. What it is shown is what the inspectors answer. */

import { Hono } from 'hono';
import { fail } from '../errors.ts';
import { inspectBodies, inspectQuestion, isInspectKind } from '../inspect-questions.ts';
import { followClient } from '../openai/stream.ts';
import { readBody } from '../read-body.ts';
import type { ModelRegistry } from '../registry.ts';
import { isTaskModel } from '../served-model.ts';
import type { Watch } from '../watch/watch.ts';
import type { StudioApp } from './api.ts';

/** `watch` gives a model as the request may see it. */
export function inspectRoutes(registry: ModelRegistry, watch: Watch['model']): StudioApp {
  const app: StudioApp = new Hono();
  app.post('/:what', async (c) => {
    const what = c.req.param('what');
    if (!isInspectKind(what)) throw fail('serve/route', { method: c.req.method, path: c.req.path });
    const body = await readBody(c, inspectBodies[what]);
    const known = registry.list().find(({ id }) => id === body.model);
    if (!known) throw fail('serve/model', { model: body.model, known: registry.list().map(({ id }) => id) });
    const model = watch(c, known);
    if (isTaskModel(model) || !model.inspect) throw fail('serve/no-inside', { model: body.model });
    const visit = { tenant: c.get('tenant'), signal: followClient(c).signal };
    return c.json((await model.inspect(inspectQuestion(what, body as never, model), visit)) as object);
  });
  return app;
}
