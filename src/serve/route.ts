/** What a row of the table of routes is, and what it may use. */

import type { z } from 'zod';
import type { Bibliography } from '../apps/index.ts';
import type { DocumentsPort } from './answers/documents-port.ts';
import type { RecommendPort } from './answers/recommend-port.ts';
import type { AppContext } from './app.ts';
import type { AssistantPort } from './assistant/assistant-port.ts';
import type { KitGuard } from './domain/kit-guard.ts';
import type { ResponseHistory } from './openai/answer-response.ts';
import type { ModelRegistry } from './registry.ts';
import type { CheckConstraint } from './sandbox/check-constraint.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { RemoteServed } from './served-model.ts';
import type { ServicePort } from './service/service-port.ts';
import type { SpeechDesk } from './speech/speech-port.ts';
import type { createVideoDesk } from './speech/video-route.ts';
import type { Turns } from './turns.ts';
import type { TutorPort } from './tutor/tutor-port.ts';
import type { Watch } from './watch/watch.ts';

/** What a route may use beside its request. */
export interface RouteScope {
  readonly registry: ModelRegistry;
  readonly remotes: readonly RemoteServed[];
  readonly sandbox: Sandbox;
  readonly checkConstraint: CheckConstraint;
  readonly history: ResponseHistory | undefined;
  /** What questions are answered from, where there are documents. */
  readonly documents: DocumentsPort | undefined;
  /** Who serves customers, where there is a plan. */
  readonly service: ServicePort | undefined;
  /** Messages of one conversation follow each other. */
  readonly serviceTurns: Turns;
  /** Tools and memory of an assistant, where there is one. */
  readonly assistant: AssistantPort | undefined;
  /** Who listens and speaks. */
  readonly desk: SpeechDesk;
  /** Who looks at videos. */
  readonly withVideo: ReturnType<typeof createVideoDesk>;
  /** Glossaries and warnings of fields, where there are kits. */
  readonly kits: KitGuard | undefined;
  /** What is recommended to readers, where there is something. */
  readonly recommender: RecommendPort | undefined;
  /** Lessons and learners, where there is a tutor. */
  readonly tutor: TutorPort | undefined;
  /** Texts are read, and answers of one learner taken, one after the other. */
  readonly tutorTurns: Turns;
  /** Who is asked about references, where the owner of the server names one. */
  readonly bibliography: Bibliography | undefined;
  /** A model as this request may see it. */
  readonly watch: Watch['model'];
  /** What this request may see of texts that no model writes. */
  readonly quotes: Watch['quotes'];
}

/** A row of the table. */
export interface Route {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it: `/v1/models/{id}`. */
  readonly path: string;
  readonly summary: string;
  /** Whether anyone may ask, with a key or without. */
  readonly isOpen?: boolean;
  readonly body?: z.ZodObject;
  /** In place of JSON: a form with a file. */
  readonly form?: z.ZodObject;
  /** Of the form at most; default `limits.formBytes`. */
  readonly formBytes?: number;
  /** What it answers when all is well: JSON, Prometheus' text, sound, or with `stream` in the body events. */
  readonly answers: 'json' | 'text' | 'events' | 'sound';
  readonly answer: (c: AppContext, body: never, scope: RouteScope) => Response | Promise<Response>;
}

/** A row whose answer takes what its schema checks. */
export function withBody<Schema extends z.ZodObject>(
  row: Omit<Route, 'method' | 'answer'> & {
    readonly body: Schema;
    readonly answer: (
      c: AppContext,
      body: z.infer<Schema>,
      scope: RouteScope,
    ) => Response | Promise<Response>;
  },
): Route {
  return { method: 'post', ...row } as Route;
}

/** The same of a form. */
export function withForm<Schema extends z.ZodObject>(
  row: Omit<Route, 'method' | 'answer'> & {
    readonly form: Schema;
    readonly answer: (
      c: AppContext,
      body: z.infer<Schema>,
      scope: RouteScope,
    ) => Response | Promise<Response>;
  },
): Route {
  return { method: 'post', ...row } as Route;
}
