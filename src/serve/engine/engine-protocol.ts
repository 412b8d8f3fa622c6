/** What the server and the engine's process say to each other; plain data on both sides. */

import type { SentError } from '../../sent-error.ts';
import type { GenerationPart, TokenScore } from '../../types.ts';
import type { InspectQuestion } from '../inspect-questions.ts';
import type { ModelLoad, ServedModel, WriteRequest } from '../served-model.ts';
import type { TaskAnswer, TaskQuestion } from '../tasks/task-model.ts';

/** A job that writes nothing. */
interface Asked {
  readonly job: number;
  readonly tenant: string;
  readonly adapter?: string;
}

export type ToEngine =
  | { readonly type: 'write'; readonly job: number; readonly request: WriteRequest }
  | (Asked & { readonly type: 'score'; readonly ids: readonly number[]; readonly top: number })
  | (Asked & { readonly type: 'inspect'; readonly question: InspectQuestion })
  | (Asked & { readonly type: 'embed'; readonly texts: readonly (readonly number[])[] })
  | (Asked & { readonly type: 'ask'; readonly question: TaskQuestion })
  /** So many parts were taken by the reader: as many more may be sent. */
  | { readonly type: 'taken'; readonly job: number; readonly parts: number }
  | { readonly type: 'abort'; readonly job: number };

/** All that an engine says in one turn goes in one message. */
export type FromEngine =
  | ({ readonly type: 'ready' } & Pick<ServedModel, 'contextLength' | 'adapterContexts'>)
  /** The model cannot be loaded. */
  | { readonly type: 'failed'; readonly error: SentError }
  | { readonly type: 'load'; readonly load: ModelLoad }
  | { readonly type: 'part'; readonly job: number; readonly part: GenerationPart }
  /** Parts that are text and nothing else, of as many jobs: the names of their fields cross once for all. */
  | { readonly type: 'texts'; readonly jobs: number[]; readonly indexes: number[]; readonly texts: string[] }
  | { readonly type: 'scores'; readonly job: number; readonly scores: readonly TokenScore[] }
  | { readonly type: 'answer'; readonly job: number; readonly answer: unknown }
  | { readonly type: 'told'; readonly job: number; readonly told: TaskAnswer }
  | { readonly type: 'embeddings'; readonly job: number; readonly embeddings: readonly Float32Array[] }
  | { readonly type: 'end'; readonly job: number }
  | { readonly type: 'error'; readonly job: number; readonly error: SentError };

/** Parts that may be under way to a reader who does not take them. */
export const WINDOW = 256;
