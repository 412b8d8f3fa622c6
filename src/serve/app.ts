/** The HTTP server: OpenAI's routes over the models it is given. */

import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Bibliography } from '../apps/index.ts';
import type { State } from '../store/index.ts';
import { checkOrigin } from './access.ts';
import { documentRoutes, FILES_PATH } from './answers/document-routes.ts';
import type { DocumentsPort } from './answers/documents-port.ts';
import { PAPER_FILES_PATH, paperFileRoutes } from './answers/paper-files.ts';
import type { RecommendPort } from './answers/recommend-port.ts';
import type { AssistantPort } from './assistant/assistant-port.ts';
import type { KitGuard } from './domain/kit-guard.ts';
import { fail, wireError } from './errors.ts';
import { limitBody } from './limit-body.ts';
import { limits } from './limits.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { ResponseHistory } from './openai/answer-response.ts';
import { openApi } from './openai/openapi.ts';
import { readBody } from './read-body.ts';
import { limitForm, readForm } from './read-form.ts';
import { type ModelRegistry, type OwnModel, registryOf } from './registry.ts';
import { type RouteScope, routes } from './routes.ts';
import { createConstraintCheck } from './sandbox/check-constraint.ts';
import { createSandbox, type Sandbox } from './sandbox/sandbox.ts';
import { createSentFiles, type ReadFile } from './sent-file.ts';
import type { RemoteServed } from './served-model.ts';
import type { ServicePort } from './service/service-port.ts';
import { createSpeechDesk, describeSpeech, type SpeechPort } from './speech/speech-port.ts';
import { createVideoDesk, type VideoPort } from './speech/video-route.ts';
import type { StudioFiles } from './static.ts';
import { type StudioOptions, studioApi } from './studio/api.ts';
import { LABEL_FILES_PATH, type Suggest } from './studio/label-routes.ts';
import { createSessions } from './studio/sessions.ts';
import { stateRoutes } from './studio/state-routes.ts';
import { createTurns } from './turns.ts';
import type { TutorPort } from './tutor/tutor-port.ts';
import type { Caller } from './watch/callers.ts';
import { createRecorder, type Recorder } from './watch/recorder.ts';
import { remember } from './watch/remember.ts';
import type { Trace } from './watch/trace.ts';
import { createWatch } from './watch/watch.ts';

export interface AppOptions {
  /** Those served from the beginning, or a registry that models join and leave. */
  readonly models: readonly OwnModel[] | ModelRegistry;
  /** Models behind other endpoints, served beside these. */
  readonly remotes?: readonly RemoteServed[];
  /** What questions are answered from; without, their routes say so. */
  readonly documents?: DocumentsPort;
  /** Who serves customers; without, its route says so. */
  readonly service?: ServicePort;
  /** What is recommended to readers; without, its routes say so. */
  readonly recommender?: RecommendPort;
  /** Tools and memory of an assistant; without, its route says so. */
  readonly assistant?: AssistantPort;
  /** Who listens and speaks; without, their routes say so. */
  readonly speech?: SpeechPort;
  /** Who looks at videos; without, their route says so. */
  readonly video?: VideoPort;
  /** Glossaries and warnings of fields; without, nothing is warned of. */
  readonly kits?: KitGuard | undefined;
  /** Lessons of texts, and what learners know; without, its route says so. */
  readonly tutor?: TutorPort;
  /** Who is asked about references; without, nobody is. */
  readonly bibliography?: Bibliography;
  /** How files are read that a page sends; without, none are taken. */
  readonly readFile?: ReadFile;
  /** What a classifier would say of texts that are to be labelled. */
  readonly suggest?: Suggest | undefined;
  /** The pages of the studio and what they need beside the models; without, there are none. */
  readonly studio?: StudioOptions & { readonly files?: StudioFiles };
  /** Without keys everyone who reaches the address may ask. */
  readonly keys?: readonly string[];
  /** Names beside localhost that the server answers to. */
  readonly hosts?: readonly string[];
  /** Pages of other sites that may ask (CORS); none by default. */
  readonly origins?: readonly string[];
  /** What is kept: conversations, reviews, keys, rules, the audit log. Without it their routes are not there. */
  readonly state?: State;
  /** Where costly requests are tried; default: one of its own, whose process goes with this one. */
  readonly sandbox?: Sandbox;
  /** Where `/v1/responses` keeps conversations; without it none is kept. */
  readonly history?: ResponseHistory;
  /** Writes what happened into the state; whoever gives it can wait for the last row. */
  readonly recorder?: Recorder;
  /** Hears of every answered request. Never a key, never a text. */
  readonly log?: (entry: RequestLog) => void;
  /** Hears of faults of the server's own. */
  readonly onFault?: (error: unknown, requestId: string) => void;
}

export interface RequestLog {
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

/** What every route finds in its context. */
export interface Variables {
  requestId: string;
  tenant: string;
  caller: Caller;
  /** What the audit log will say; none without state, and none of mere reading. */
  trace: Trace | undefined;
  metrics: Metrics;
  /** When it came, by `performance.now()`. */
  start: number;
  lang: 'en' | 'zh';
}
export type AppContext = Context<{ Variables: Variables }>;

/** The routes, as a function from requests to responses; `startServer` gives it a port. */
export function createApp(options: AppOptions): Hono<{ Variables: Variables }> {
  const { studio, remotes = [], hosts = [], origins = [] } = options;
  const registry = registryOf(options.models);
  const { state } = options;
  const recorder =
    options.recorder ?? (state && createRecorder(state, (error) => options.onFault?.(error, '')));
  const watch = createWatch(options.keys ?? [], state && recorder && { state, recorder });
  const sessions = createSessions(watch.check);
  const metrics = createMetrics();
  const app = new Hono<{ Variables: Variables }>();

  app.use(async (c, next) => {
    const start = performance.now();
    c.set('requestId', `req_${randomUUID().replaceAll('-', '')}`);
    c.set('metrics', metrics);
    c.set('start', start);
    c.set('lang', /^zh\b/i.test(c.req.header('accept-language') ?? '') ? 'zh' : 'en');
    c.header('x-request-id', c.get('requestId'));
    c.header('x-content-type-options', 'nosniff');
    await next();
    watch.left(c);
    const route = c.req.routePath;
    metrics.request(route, c.res.status);
    const ms = Math.round(performance.now() - start);
    options.log?.({ id: c.get('requestId'), method: c.req.method, route, status: c.res.status, ms });
  });
  app.use(async (c, next) => {
    checkOrigin({ host: c.req.header('host'), origin: c.req.header('origin') }, { hosts, origins });
    await next();
  });
  if (origins.length > 0) app.use(cors({ origin: [...origins] }));

  // Also what is not there: a stranger does not learn what is.
  app.use('/v1/*', authorize);
  const limit = limitBody();
  const { sandbox = createSandbox(), speech = {} } = options;
  const scope: RouteScope = {
    registry,
    remotes,
    sandbox,
    checkConstraint: createConstraintCheck(sandbox),
    history: options.history ?? (state?.responses as ResponseHistory | undefined),
    documents: options.documents,
    service: options.service,
    serviceTurns: createTurns(limits.serviceWaiting, () =>
      fail('serve/service-waiting', { most: limits.serviceWaiting }),
    ),
    assistant: options.assistant,
    desk: createSpeechDesk(speech),
    withVideo: createVideoDesk(options.video),
    kits: options.kits,
    recommender: options.recommender,
    tutor: options.tutor,
    tutorTurns: createTurns(limits.tutorWaiting, () =>
      fail('serve/tutor-waiting', { seconds: limits.retrySeconds }),
    ),
    bibliography: options.bibliography,
    watch: watch.model,
    quotes: watch.quotes,
  };
  for (const { method, path: written, isOpen, body, form, formBytes, answer } of routes) {
    const path = written.replace(/\{(\w+)\}/g, ':$1');
    if (!isOpen) app.use(path, authorize);
    app.on(method.toUpperCase(), path, form ? limitForm(formBytes ?? limits.formBytes) : limit, async (c) => {
      const read = body ? await readBody(c, body) : form && (await readForm(c, form));
      return answer(c, read as never, scope);
    });
  }
  // Anyone may read what can be asked; what the models are called is for those who may ask.
  const documentOf = remember(async (names: string) => openApi(routes, JSON.parse(names)));
  app.get('/openapi.json', async (c) => {
    const models = [...registry.list(), ...scope.remotes].map(({ id }) => id);
    const isGuest = await watch.check(authorizationOf(c)).then(
      () => false,
      () => true,
    );
    return c.json(await documentOf.get(JSON.stringify(isGuest ? [] : models)));
  });

  if (studio) app.use('/api/session', limit).route('/api/session', sessions.routes);
  // These count the bytes of what they are sent by themselves.
  const uploads = ['/api/runs', FILES_PATH, LABEL_FILES_PATH, PAPER_FILES_PATH];
  app.use('/api/*', authorize, (c, next) => (uploads.includes(c.req.path) ? next() : limit(c, next)));
  const files = options.readFile && createSentFiles(options.readFile);
  if (state) app.route('/api', stateRoutes(state, watch, { files, suggest: options.suggest }));
  app.route('/api/documents', documentRoutes(options.documents, files, watch.quotes));
  if (studio) app.get('/api/speech', (c) => c.json(describeSpeech(speech)));
  app.route('/api/papers', paperFileRoutes(files));
  if (studio) app.route('/api', studioApi(registry, remotes, watch.model, studio));

  app.notFound(
    (c) =>
      studio?.files?.(c) ?? answerError(c, fail('serve/route', { method: c.req.method, path: c.req.path })),
  );
  app.onError((error, c) => answerError(c, error));
  return app;

  async function authorize(c: AppContext, next: () => Promise<void>): Promise<void> {
    await watch.enter(c, authorizationOf(c));
    await next();
  }

  function authorizationOf(c: AppContext): string | undefined {
    return c.req.header('authorization') ?? sessions.authorizationOf(c);
  }

  function answerError(c: AppContext, error: unknown): Response {
    const { status, body } = wireError(error, c.get('lang'), c.get('requestId'));
    if (status >= 500) options.onFault?.(error, c.get('requestId'));
    if (status === 429 || status === 503) c.header('retry-after', String(secondsOf(error)));
    // What is left of a body that is too large is not read: the connection is of no more use.
    if (status === 413) c.header('connection', 'close');
    return c.json(body, status as ContentfulStatusCode);
  }
}

/** How long a client shall wait, where the error knows. */
function secondsOf(error: unknown): number {
  const { seconds } = ((error as { data?: unknown }).data ?? {}) as { seconds?: unknown };
  return typeof seconds === 'number' ? seconds : limits.retrySeconds;
}
