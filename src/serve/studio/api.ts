/** `/api`: what the studio asks beside OpenAI's routes. JSON only; the same keys and origins hold as for `/v1`. */

import { Hono } from 'hono';
import type { Variables } from '../app.ts';
import type { ModelRegistry } from '../registry.ts';
import type { RemoteServed } from '../served-model.ts';
import type { Watch } from '../watch/watch.ts';
import { inspectRoutes } from './inspect.ts';
import { type LabPort, labRoutes } from './lab.ts';
import { machineRoutes } from './machine.ts';
import { modelRoutes } from './models.ts';
import { runRoutes } from './runs.ts';
import type { RunsPort } from './runs-port.ts';
import { strategyRoutes } from './strategies.ts';

/** What the studio can do beside showing itself. */
export interface StudioOptions {
  /** The repetition lab; without, there is none. */
  readonly lab?: LabPort;
  /** Trainings; without, there are none. */
  readonly runs?: RunsPort;
}

export type StudioApp = Hono<{ Variables: Variables }>;

/** Its routes, each a small app of its own. */
export function studioApi(
  registry: ModelRegistry,
  remotes: readonly RemoteServed[],
  watch: Watch['model'],
  options: StudioOptions,
): StudioApp {
  const app: StudioApp = new Hono();
  app.route('/inspect', inspectRoutes(registry, watch));
  if (options.lab) app.route('/lab', labRoutes(registry, options.lab));
  app.route('/models', modelRoutes(registry, remotes));
  app.route('/strategies', strategyRoutes());
  app.route('/machine', machineRoutes());
  if (options.runs) app.route('/runs', runRoutes(options.runs));
  return app;
}
