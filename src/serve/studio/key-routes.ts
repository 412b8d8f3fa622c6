/** `/api/keys`: for those who administer. A secret is shown once. */

import { Hono } from 'hono';
import type { Keys } from '../../store/index.ts';
import type { Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { readBody } from '../read-body.ts';
import type { Watch } from '../watch/watch.ts';
import { keyBody } from './state-schemas.ts';

export function keyRoutes(kept: Keys, watch: Pick<Watch, 'forget'>): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();
  app.use(async (c, next) => {
    if (!c.get('caller').isAdmin) throw fail('serve/admin', undefined);
    await next();
  });
  app.get('/', async (c) => c.json({ data: await kept.list() }));
  app.post('/', async (c) => {
    const made = await kept.create(await readBody(c, keyBody));
    watch.forget();
    return c.json(made, 201);
  });
  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    const key = await kept.revoke(id);
    if (!key) throw fail('serve/missing', { what: 'key', zhWhat: '密钥', id });
    watch.forget();
    return c.json(key);
  });
  return app;
}
