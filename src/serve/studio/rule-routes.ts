/** `/api/rules`: what may not be asked or written. A rule for all tenants needs the right to administer. */

import { Hono } from 'hono';
import type { NewRule, Rule, Rules } from '../../store/index.ts';
import type { AppContext, Variables } from '../app.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import { compilePattern } from '../moderation/matcher.ts';
import { readBody } from '../read-body.ts';
import type { Watch } from '../watch/watch.ts';
import { ruleBody, ruleChange } from './state-schemas.ts';

export function ruleRoutes(kept: Rules, watch: Pick<Watch, 'forget'>): Hono<{ Variables: Variables }> {
  const app = new Hono<{ Variables: Variables }>();

  app.get('/', async (c) => c.json({ data: await kept.list(c.get('tenant')) }));
  app.post('/', async (c) => {
    const rule = await addRule(c, kept, await readBody(c, ruleBody));
    watch.forget();
    return c.json(rule, 201);
  });
  app.patch('/:id', async (c) => {
    const id = c.req.param('id');
    const body = await readBody(c, ruleChange);
    const changed = await kept.change(c.get('tenant'), id, (rule) => {
      const next = { ...rule, ...body };
      compilePattern(next);
      return next;
    });
    if (!changed) throw missing(id);
    watch.forget();
    return c.json(changed);
  });
  app.delete('/:id', async (c) => {
    const id = c.req.param('id');
    if (!(await kept.remove(c.get('tenant'), id))) throw missing(id);
    watch.forget();
    return c.body(null, 204);
  });
  return app;
}

/** Adds a rule for the one who asks. @throws when its pattern is not good, or it may not be for all. */
export async function addRule(c: AppContext, kept: Rules, rule: NewRule): Promise<Rule> {
  if (rule.isForAll && !c.get('caller').isAdmin) throw fail('serve/admin', undefined);
  compilePattern(rule);
  const tenant = c.get('tenant');
  if ((await kept.list(tenant)).length >= limits.rules)
    throw fail('serve/rules-full', { most: limits.rules });
  return kept.add(tenant, rule);
}

const missing = (id: string) => fail('serve/missing', { what: 'rule', zhWhat: '规则', id });
