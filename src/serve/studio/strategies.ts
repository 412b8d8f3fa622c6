/** `/api/strategies`: the ways of writing with their arguments, from the table that the command line reads. */

import { Hono } from 'hono';
import { strategies } from '../../decode/index.ts';
import type { StudioApp } from './api.ts';

export function strategyRoutes(): StudioApp {
  const app: StudioApp = new Hono();
  const data = Object.entries(strategies)
    // One that needs a second model cannot be asked for here.
    .filter(([, { needs }]) => needs === undefined)
    .map(([name, { args, settings, doc }]) => ({
      name,
      doc,
      args: args.map(({ name: argument, rule, byDefault }) => ({ name: argument, rule, byDefault })),
      settings,
    }));
  app.get('/', (c) => c.json({ data }));
  return app;
}
