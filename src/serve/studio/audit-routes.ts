/** `/api/audit`: who asked what, newest first. One who administers sees every tenant. */

import { Hono } from 'hono';
import type { AuditLog } from '../../store/index.ts';
import type { Variables } from '../app.ts';
import { readQuery } from '../read-body.ts';
import { auditQuery } from './state-schemas.ts';

export function auditRoutes(kept: AuditLog): Hono<{ Variables: Variables }> {
  return new Hono<{ Variables: Variables }>().get('/', async (c) => {
    const { isAdmin, tenant } = c.get('caller');
    return c.json(await kept.list({ ...readQuery(c, auditQuery), ...(!isAdmin && { tenant }) }));
  });
}
