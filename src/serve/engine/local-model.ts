/** A model of this process as one that can be served. */

import {
  createEngine,
  createTextModel,
  type EngineOptions,
  type ProcessorOptions,
  parseStrategy,
  scoreTokens,
  withTokenizer,
  withVocabulary,
} from '../../decode/index.ts';
import type { ChatTemplateSource } from '../../text/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { fail } from '../errors.ts';
import { type InspectQuestion, tokensIn } from '../inspect-questions.ts';
import { limits } from '../limits.ts';
import type { ServedModel, Visit, WriteRequest } from '../served-model.ts';
import { embedTexts } from './embed-texts.ts';

export interface LocalModelOptions extends EngineOptions {
  readonly id: string;
  readonly model: LanguageModel;
  readonly tokenizer: Tokenizer;
  /** Ids put before every prompt, such as a token that begins a text. */
  readonly prefixIds?: readonly number[];
  /** What looks inside it; without, nobody can. */
  readonly inspect?: Inspector;
  /** How it reads conversations. Default: as plain text. */
  readonly chatTemplate?: ChatTemplateSource;
}

/** Answers a question about a model; others' tokens go on between its steps. */
export type Inspector = (
  subject: { readonly model: LanguageModel; readonly tokenizer: Tokenizer; readonly signal: AbortSignal },
  question: InspectQuestion,
) => Promise<unknown>;

export interface LocalModel extends ServedModel {
  /** Ends what is being written and gives the memory back. */
  close(): void;
}

/** All requests to it share the steps of one engine. */
export function createLocalModel(options: LocalModelOptions): LocalModel {
  const { id, tokenizer, prefixIds = [], chatTemplate, inspect } = options;
  const model = withVocabulary(options.model, tokenizer.vocabSize);
  const engine = createEngine(model, options);
  const writer = createTextModel(engine, tokenizer);
  let isReady = true;
  const { adapters = [], contextWith } = engine.model;
  return {
    id,
    created: Math.floor(Date.now() / 1000),
    contextLength: engine.model.contextLength,
    adapterContexts: Object.fromEntries(adapters.map((adapter) => [adapter, contextWith(adapter)])),
    tokenizer,
    prefixIds,
    ...(chatTemplate && { chatTemplate }),
    write: (request, signal) => writer.generate({ ...generationOf(request, tokenizer), signal }),
    async score(ids, { top, ...asked }) {
      const textOf = (token: number) => tokenizer.decode([token], { keepSpecial: true });
      const visit = { tokens: ids.length, ...asked };
      const { signal } = asked;
      const scores = await engine.visit((guest) => scoreTokens(guest, ids, { top, signal }), visit);
      return scores.map(({ id: token, logprob, top: others }) => ({
        id: token,
        text: textOf(token),
        logprob,
        ...(others && { top: others.map((one) => ({ ...one, text: textOf(one.id) })) }),
      }));
    },
    ...(inspect && {
      inspect: oneAfterAnother((question: InspectQuestion, visit) =>
        engine.visit((guest) => inspect({ model: guest, tokenizer, signal: visit.signal }, question), {
          tokens: tokensIn(question),
          ...visit,
        }),
      ),
    }),
    embed: (texts, visit) =>
      engine.visit((guest) => embedTexts(guest, texts, prefixIds, visit.signal), {
        tokens: prefixIds.length + Math.max(...texts.map(({ length }) => length)),
        ...visit,
      }),
    get load() {
      return engine.load;
    },
    get isReady() {
      return isReady;
    },
    close() {
      isReady = false;
      engine.close();
    },
  };
}

/** The same work, never twice at a time: others wait, and too many are sent away. */
function oneAfterAnother<Asked>(
  work: (asked: Asked, visit: Visit) => Promise<unknown>,
): (asked: Asked, visit: Visit) => Promise<unknown> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (asked, visit) => {
    if (waiting === limits.looks) throw fail('serve/busy', { seconds: limits.retrySeconds });
    waiting++;
    const own = last.then(() => {
      visit.signal.throwIfAborted();
      return work(asked, visit);
    });
    last = own.catch(() => {}).finally(() => waiting--);
    return own;
  };
}

/** A request as the text model takes it: processors go into the strategy where one is named. */
function generationOf(request: WriteRequest, tokenizer: Tokenizer) {
  const {
    prompts,
    n,
    maxTokens,
    seed,
    logprobs,
    stop,
    strategy,
    guard,
    ignoreEos,
    eosIds,
    priority,
    tenant,
    adapter,
    ...rest
  } = request;
  const processors: ProcessorOptions = rest;
  return {
    prompt: prompts,
    n,
    maxTokens,
    seed,
    logprobs,
    guard,
    priority,
    tenant,
    adapter,
    ...(stop && { stop }),
    ...(ignoreEos ? { eosIds: [] } : eosIds && { eosIds }),
    ...(strategy === undefined
      ? processors
      : { strategy: parseStrategy(strategy, withTokenizer(processors, tokenizer)) }),
  };
}
