/** Runs a strategy on a model and streams its tokens. */

import type { LanguageModel } from '../types.ts';
import { fail } from './errors.ts';
import { nextTurn } from './next-turn.ts';
import { checkIds, checkInteger } from './options.ts';
import { sampling } from './sampling.ts';
import type { DecodeEvent, DecodeTask, Reply, Strategy, Verdict } from './strategy.ts';

export interface GenerateTokensOptions {
  /** Default: `sampling()`. */
  readonly strategy?: Strategy;
  /** How many texts to write from the prompt, all in one batch. Default 1. */
  readonly n?: number;
  /** The most tokens of each text. Default: until the context is full. */
  readonly maxTokens?: number;
  /** Ids that end a text; they are not streamed. Default none. */
  readonly eosIds?: Iterable<number>;
  /** Same seed, same tokens. Default: another one each time. */
  readonly seed?: number;
  /** Score each token and this many alternatives. Default: no scores. */
  readonly logprobs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Continues `promptIds`: a stream of tokens, and for each of the n texts one `finish` at its end. Other work (timers,
 * sockets) gets its turn between any two steps. Whoever pulls by hand can answer a token with a verdict: `next({ type:
 * 'finish', reason: 'stop' })`.
 *
 * After an abort every open text finishes with `aborted` within one step. A text that fails (NaN, everything banned, a
 * processor that throws) finishes with `error` while the others go on; the first such error is thrown at the end.
 * A prompt longer than the context is an error; a context that fills up on the way finishes with `length`.
 */
export function generateTokens(
  model: LanguageModel,
  promptIds: ArrayLike<number>,
  options: GenerateTokensOptions = {},
): AsyncGenerator<DecodeEvent, void, Verdict | undefined> {
  const { strategy = sampling(), n = 1, maxTokens, seed = randomSeed(), logprobs, signal } = options;
  checkInteger('n', n, 1);
  checkInteger('seed', seed, 0);
  if (maxTokens !== undefined) checkInteger('maxTokens', maxTokens, 0);
  if (logprobs !== undefined) checkInteger('logprobs', logprobs, 0);
  const eosIds = new Set(options.eosIds ?? []);
  checkIds('eosIds', [...eosIds], model.vocabSize);
  checkIds('prompt', promptIds, model.vocabSize);
  if (promptIds.length === 0) throw fail('decode/empty-prompt', undefined);
  if (promptIds.length > model.contextLength) {
    throw fail('decode/context', { tokens: promptIds.length, contextLength: model.contextLength });
  }
  const task: DecodeTask = {
    model,
    promptIds: Array.from(promptIds),
    promptLength: promptIds.length,
    n,
    maxTokens: maxTokens ?? Number.POSITIVE_INFINITY,
    eosIds,
    seed,
    logprobs,
  };
  return run(model, task, strategy, signal);
}

async function* run(
  model: LanguageModel,
  task: DecodeTask,
  strategy: Strategy,
  signal: AbortSignal | undefined,
): AsyncGenerator<DecodeEvent, void, Verdict | undefined> {
  const running = strategy(task);
  /** Text → tokens so far, for the texts that have not finished. */
  const open = new Map(Array.from({ length: task.n }, (_, index) => [index, 0]));
  let failure: { readonly error: unknown } | undefined;
  let reply: Reply;
  try {
    for (;;) {
      const { value: event, done } = running.next(reply);
      if (done) break;
      if (event.type === 'step') {
        await nextTurn();
        if (signal?.aborted) {
          for (const [index, completionTokens] of open) {
            yield { type: 'finish', index, reason: 'aborted', completionTokens };
          }
          return;
        }
        reply = model.step(event.batch, event.wants);
      } else {
        if (event.type === 'token') open.set(event.index, (open.get(event.index) ?? 0) + 1);
        if (event.type === 'finish') open.delete(event.index);
        if (event.type === 'finish' && event.reason === 'error') failure ??= { error: event.error };
        reply = yield event;
      }
    }
  } finally {
    running.return();
  }
  if (failure) throw failure.error;
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
