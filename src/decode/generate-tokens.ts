/** Runs a strategy on a model and streams its tokens. */

import type { LanguageModel, StepRequest, StepWants } from '../types.ts';
import { fail } from './errors.ts';
import { nextTurn } from './next-turn.ts';
import { checkIds, checkInteger } from './options.ts';
import { sampling } from './sampling.ts';
import { firstPart, isLong, restOf, type StepWaiter, stepOf, stepTogether } from './step-together.ts';
import type { DecodeEvent, DecodeTask, FinishEvent, Reply, StepCall, Strategy, Verdict } from './strategy.ts';
import { freshTurn, isTurnSpent } from './turn-work.ts';

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
 * Continues `promptIds`: a stream of tokens, and for each of the n texts one `finish` at its end. Several prompts are
 * continued side by side, in one batch: text j of prompt i has the index i · n + j, and is the one that prompt i alone gives
 * with the seed `seed` + i. Other work (timers, sockets) gets its turn between any two steps. Whoever pulls by hand can
 * answer a token with a verdict: `next({ type: 'finish', reason: 'stop' })`.
 *
 * After an abort every open text finishes with `aborted` within one step. A text that fails (NaN, everything banned, a
 * processor that throws) finishes with `error` while the others go on; the first such error is thrown at the end.
 * A prompt longer than the context is an error; a context that fills up on the way finishes with `length`.
 */
export function generateTokens(
  model: LanguageModel,
  promptIds: ArrayLike<number> | readonly ArrayLike<number>[],
  options: GenerateTokensOptions = {},
): AsyncGenerator<DecodeEvent, void, Verdict | undefined> {
  const { strategy = sampling(), signal } = options;
  const tasks = createTasks(model, promptIds, options);
  return runTasks(() => ({ tasks, strategy, stepAll: alone(model, signal), signal }));
}

/** One task for each prompt, checked. */
export function createTasks(
  model: LanguageModel,
  promptIds: ArrayLike<number> | readonly ArrayLike<number>[],
  options: GenerateTokensOptions,
): DecodeTask[] {
  const { n = 1, maxTokens, seed = randomSeed(), logprobs } = options;
  checkInteger('n', n, 1);
  checkInteger('seed', seed, 0);
  if (maxTokens !== undefined) checkInteger('maxTokens', maxTokens, 0);
  if (logprobs !== undefined) checkInteger('logprobs', logprobs, 0);
  const eosIds = new Set(options.eosIds ?? []);
  checkIds('eosIds', [...eosIds], model.vocabSize);
  const prompts = isMany(promptIds) ? promptIds : [promptIds];
  return prompts.map((prompt, i): DecodeTask => {
    checkPrompt(prompt, model);
    return {
      model,
      promptIds: Array.from(prompt),
      promptLength: prompt.length,
      n,
      maxTokens: maxTokens ?? Number.POSITIVE_INFINITY,
      eosIds,
      seed: seed + i,
      logprobs,
    };
  });
}

function isMany(
  prompts: ArrayLike<number> | readonly ArrayLike<number>[],
): prompts is readonly ArrayLike<number>[] {
  return typeof prompts[0] === 'object';
}

function checkPrompt(prompt: ArrayLike<number>, { vocabSize, contextLength }: LanguageModel): void {
  checkIds('prompt', prompt, vocabSize);
  if (prompt.length === 0) throw fail('decode/empty-prompt', undefined);
  if (prompt.length > contextLength) throw fail('decode/context', { tokens: prompt.length, contextLength });
}

/** A strategy at work on one prompt. */
interface Running {
  readonly events: ReturnType<Strategy>;
  /** The index of its first text. */
  readonly first: number;
  call: StepCall | undefined;
  reply: Reply;
}

/** Answers everyone who waits for a step. Resolves to false when the signal aborted meanwhile. */
export type Stepper = (waiters: readonly StepWaiter[]) => Promise<boolean>;

/** A strategy and every task that it is run on at once. */
export interface TaskRun {
  readonly tasks: readonly DecodeTask[];
  readonly strategy: Strategy;
  /** All their steps go through it. */
  readonly stepAll: Stepper;
  readonly signal: AbortSignal | undefined;
  /** Hears that the run is over. */
  close?(): void;
}

/** Runs what `begin` gives, which may let it wait for its turn. */
export async function* runTasks(
  begin: () => TaskRun | Promise<TaskRun>,
): AsyncGenerator<DecodeEvent, void, Verdict | undefined> {
  const { tasks, strategy, stepAll, signal, close } = await begin();
  const all: Running[] = [];
  /** Text → tokens so far, for the texts that have not finished. */
  const open = new Map<number, number>(
    tasks.flatMap(({ n }, i) => Array.from({ length: n }, (_, j) => [i * n + j, 0])),
  );
  let failure: { readonly error: unknown } | undefined;
  try {
    tasks.forEach((task, i) => {
      all.push({ events: strategy(task), first: i * task.n, call: undefined, reply: undefined });
    });
    let running = all;
    while (running.length > 0) {
      for (const one of running) {
        one.call = undefined;
        while (isTurnSpent()) await freshTurn();
        for (let next = one.events.next(one.reply); !next.done; next = one.events.next(one.reply)) {
          if (next.value.type === 'step') {
            one.call = next.value;
            break;
          }
          const event = one.first === 0 ? next.value : { ...next.value, index: one.first + next.value.index };
          if (event.type === 'token') open.set(event.index, (open.get(event.index) ?? 0) + 1);
          if (event.type === 'finish') open.delete(event.index);
          if (event.type === 'finish' && event.reason === 'error') failure ??= { error: event.error };
          one.reply = yield event;
        }
      }
      running = running.filter(({ call }) => call !== undefined);
      if (running.length === 0) break;
      if (signal?.aborted || !(await stepAll(running.map(waiterOf)))) {
        yield* finishAborted(open);
        return;
      }
    }
  } finally {
    for (const { events } of all) events.return();
    close?.();
  }
  if (failure) throw failure.error;
}

/** Steps a model for one reader: a turn for others before every step. */
function alone(model: LanguageModel, signal: AbortSignal | undefined): Stepper {
  return async (waiters) => {
    await nextTurn();
    if (signal?.aborted) return false;
    // NOTE: one turn may take two steps, when strategies want different things of the model.
    const steps = stepTogether(waiters);
    for (let next = steps.next(); !next.done; ) {
      const { batch, wants, model: other = model } = next.value;
      const rest = await readAhead(other, batch, wants, signal);
      if (!rest) return false;
      next = steps.next(stepOf(other, rest, wants));
    }
    return true;
  };
}

function* finishAborted(open: ReadonlyMap<number, number>): Generator<FinishEvent> {
  for (const [index, completionTokens] of open) {
    yield { type: 'finish', index, reason: 'aborted', completionTokens };
  }
}

/**
 * Reads what is long part by part, all but the last, so that other work has its turn in between. Returns what is left to
 * read, or nothing after an abort.
 */
async function readAhead(
  model: LanguageModel,
  batch: readonly StepRequest[],
  wants: StepWants | undefined,
  signal: AbortSignal | undefined,
): Promise<readonly StepRequest[] | undefined> {
  if (wants?.logits === 'all') return batch;
  let left = batch;
  const isCut = (one: StepRequest): boolean => isLong(one) && !(model.hasPrefix && one.prefix);
  for (let long = left.filter(isCut); long.length > 0; long = left.filter(isCut)) {
    model.step(long.map(firstPart), { logits: 'none' });
    left = left.map((one) => (isCut(one) ? restOf(one) : one));
    await nextTurn();
    if (signal?.aborted) return undefined;
  }
  return left;
}

function waiterOf(one: Running): StepWaiter {
  return { call: one.call as StepCall, answer: (results) => void (one.reply = results) };
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
