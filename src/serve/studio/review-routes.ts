/** `/api/reviews`: outputs that a person should look at, decisions, agreement, and training data made of them. */

import { Hono } from 'hono';
import type { State } from '../../store/index.ts';
import type { Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { readBody, readQuery } from '../read-body.ts';
import type { Watch } from '../watch/watch.ts';
import { attachment } from './attachment.ts';
import { addRule } from './rule-routes.ts';
import { decisionBody, reviewBody, reviewQuery } from './state-schemas.ts';

export function reviewRoutes(
  { reviews: kept, rules }: Pick<State, 'reviews' | 'rules'>,
  watch: Pick<Watch, 'forget'>,
): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();

  app.get('/', async (c) => c.json(await kept.list(c.get('tenant'), readQuery(c, reviewQuery))));
  app.post('/', async (c) => {
    const { note, ...review } = await readBody(c, reviewBody);
    const detail = note === undefined ? {} : { note };
    return c.json(await kept.add(c.get('tenant'), { ...review, why: 'manual', detail }), 201);
  });
  app.get('/agreement', async (c) => c.json(await kept.agreement(c.get('tenant'))));
  app.get('/export', async (c) => {
    const lines = await kept.preferences(c.get('tenant'));
    return attachment(c, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'reviews.jsonl');
  });
  app.get('/:id', async (c) => {
    const id = c.req.param('id');
    return c.json(found(id, await kept.get(c.get('tenant'), id)));
  });
  app.post('/:id/decisions', async (c) => {
    const id = c.req.param('id');
    const { rule, isFirst, ...decision } = await readBody(c, decisionBody);
    const { decisions } = found(id, await kept.get(c.get('tenant'), id));
    const isTaken = decisions.some(({ reviewer }) => reviewer === decision.reviewer);
    // One that will be refused makes no rule.
    if (rule && !(isFirst && isTaken)) await addRule(c, rules, rule);
    watch.forget();
    return c.json(found(id, await kept.decide(c.get('tenant'), id, decision, { isFirst })));
  });
  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    if (!(await kept.remove(c.get('tenant'), id))) throw missing(id);
    return c.body(null, 204);
  });
  return app;
}

const missing = (id: string) => fail('serve/missing', { what: 'review', zhWhat: '审阅', id });

function found<Value>(id: string, value: Value | undefined): Value {
  if (value === undefined) throw missing(id);
  return value;
}
