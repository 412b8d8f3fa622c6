/** What the server needs of a model: to write, to score a prompt, to be counted. */

import type { ConstraintSpec, ProcessorOptions } from '../decode/index.ts';
import type { RemoteEmbeddings } from '../remote/index.ts';
import type { ChatTemplateSource } from '../text/index.ts';
import type { GenerationPart, Tokenizer, TokenScore } from '../types.ts';
import type { InspectQuestion } from './inspect-questions.ts';
import type { ChatBody, CompletionBody, EmbeddingBody } from './openai/schemas.ts';
import type { TaskModel } from './tasks/task-model.ts';

/** A request as plain data, so that it can cross to another process. */
export interface WriteRequest extends Omit<ProcessorOptions, 'constraint' | 'processors'> {
  /** Each continued in one batch: text j of prompt i has the index i · n + j. */
  readonly prompts: readonly (readonly number[])[];
  readonly n: number;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly logprobs?: number;
  readonly stop?: readonly string[];
  /** As `parseStrategy` reads it; without it, sampling. */
  readonly strategy?: string;
  readonly guard?: boolean;
  readonly constraint?: ConstraintSpec;
  readonly ignoreEos?: boolean;
  /** Ids that end a text. Default: the tokenizer's end-of-text token. */
  readonly eosIds?: readonly number[];
  readonly priority?: number;
  /** Who asks: nothing is shared between tenants. */
  readonly tenant: string;
  /** What the model is read with: one of its adapters. */
  readonly adapter?: string;
}

/** How busy the model is. */
export interface ModelLoad {
  readonly running: number;
  readonly waiting: number;
  readonly steps: number;
  readonly stepTexts: number;
  readonly savedTokens: number;
  /** Where the memory of texts is known. */
  readonly preemptions?: number;
  readonly usedTokens?: number;
}

/** Who asks for work that writes nothing, and until when. */
export interface Visit {
  readonly tenant: string;
  readonly adapter?: string;
  readonly signal: AbortSignal;
}

export interface ServedModel {
  readonly id: string;
  /** Of an adapter: the model whose process and steps it shares, and which counts its load. */
  readonly parent?: string;
  /** Unix seconds. */
  readonly created: number;
  readonly contextLength: number;
  /** Of each of its adapters: one with virtual tokens leaves a text fewer places. */
  readonly adapterContexts?: Readonly<Record<string, number>>;
  readonly tokenizer: Tokenizer;
  /** Ids put before every prompt. */
  readonly prefixIds: readonly number[];
  /** How it reads conversations. Default: as plain text, see `chatPrompt`. */
  readonly chatTemplate?: ChatTemplateSource;
  write(request: WriteRequest, signal: AbortSignal): AsyncIterable<GenerationPart>;
  /** Log-probabilities of the ids after the first, with this many alternatives. */
  score(ids: readonly number[], visit: Visit & { readonly top: number }): Promise<readonly TokenScore[]>;
  /** Answers a question about its insides; a model without insides leaves it out. */
  inspect?(question: InspectQuestion, visit: Visit): Promise<unknown>;
  /** For each text the mean of the last hidden states of its tokens. */
  embed(texts: readonly (readonly number[])[], visit: Visit): Promise<readonly Float32Array[]>;
  readonly load: ModelLoad;
  /** Whether it can write now. */
  readonly isReady: boolean;
}

/** A model behind another endpoint: it takes words and gives words. */
export interface RemoteServed {
  readonly id: string;
  readonly created: number;
  /** Whose it is: the host that answers. */
  readonly host: string;
  /** @throws for what only a model of ours can do. */
  complete(body: CompletionBody, signal: AbortSignal): AsyncIterable<GenerationPart>;
  chat(body: ChatBody, signal: AbortSignal): AsyncIterable<GenerationPart>;
  /** @throws where the endpoint has no embeddings. */
  embed(body: EmbeddingBody, signal: AbortSignal): Promise<RemoteEmbeddings>;
}

/** Whatever is served under a name. */
export type AnyServed = ServedModel | RemoteServed | TaskModel;

export const isRemote = (model: AnyServed): model is RemoteServed => 'complete' in model;
export const isTaskModel = (model: AnyServed): model is TaskModel => 'ask' in model;
