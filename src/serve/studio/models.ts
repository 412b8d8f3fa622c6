/** `/api/models`: which models are served; one more, or one less. */

import { Hono } from 'hono';
import { z } from 'zod';
import { fail } from '../errors.ts';
import { readBody } from '../read-body.ts';
import type { ModelRegistry, OwnModel } from '../registry.ts';
import { isTaskModel, type RemoteServed } from '../served-model.ts';
import type { StudioApp } from './api.ts';

const loadBody = z.strictObject({ run: z.string().min(1).max(200) });

export function modelRoutes(registry: ModelRegistry, remotes: readonly RemoteServed[]): StudioApp {
  const app: StudioApp = new Hono();
  app.get('/', (c) => c.json({ data: [...registry.list().map(describe), ...remotes.map(describeRemote)] }));
  app.post('/', async (c) => {
    const { run } = await readBody(c, loadBody);
    const remote = remotes.find(({ id }) => id === run);
    if (remote) throw fail('serve/models-taken', { model: run, host: remote.host });
    return c.json(describe(await registry.load(run)));
  });
  app.delete('/:id', (c) => {
    registry.unload(c.req.param('id'));
    return c.body(null, 204);
  });
  return app;
}

/** Nobody tells us more. */
const describeRemote = ({ id, host }: RemoteServed) => ({ id, work: 'write', isReady: true, host });

const describe = (model: OwnModel) => ({
  id: model.id,
  work: isTaskModel(model) ? model.kind : 'write',
  isReady: model.isReady,
  ...(!isTaskModel(model) && {
    contextLength: model.contextLength,
    vocabSize: model.tokenizer.vocabSize,
  }),
  ...(model.origin && { run: model.origin }),
});
