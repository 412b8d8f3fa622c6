/**
 * Continuous batching: the texts of many readers in one model step. Whoever comes joins at the next step, whoever is done
 * or gone leaves at it, and a long prompt is read a part at a time beside the others.
 */

import type { LanguageModel } from '../types.ts';
import { contextOf, longestNow } from './context-of.ts';
import { createEngineQueue, type Ticket } from './engine-queue.ts';
import { createEngineSteps, type Job } from './engine-steps.ts';
import { createTasks, type GenerateTokensOptions, runTasks, type TaskRun } from './generate-tokens.ts';
import { checkInteger } from './options.ts';
import { createPrefixCache } from './prefix-cache.ts';
import { sampling } from './sampling.ts';
import { createSignalGroup } from './signal-group.ts';
import type { StepWaiter } from './step-together.ts';
import type { DecodeEvent, DecodeTask, Verdict } from './strategy.ts';

export interface EngineOptions {
  /** Most texts written at once. Default 32. */
  readonly maxTexts?: number;
  /** Most texts that may wait for their turn. Default 256. */
  readonly maxWaiting?: number;
  /** Longest that a text may wait for its turn. Default 60 s. */
  readonly maxWaitMs?: number;
  /** Tokens of closed texts kept for prompts that begin like them. Default 8,192; 0 for none. */
  readonly cacheTokens?: number;
}

export interface EngineRequest extends GenerateTokensOptions {
  /** Higher goes first. Default 0. */
  readonly priority?: number;
  /** Who asks: tenants get their turns in rotation and share no memory. Default one for all. */
  readonly tenant?: string;
  /** What its texts are read with: one of the model's adapters. Texts of all adapters and of none share the steps. */
  readonly adapter?: string;
}

export interface EngineVisit extends Pick<EngineRequest, 'priority' | 'tenant' | 'adapter' | 'signal'> {
  /** Tokens that it keeps in the memory of the model at a time. */
  readonly tokens: number;
}

/** What goes on in an engine. */
export interface EngineLoad {
  readonly running: number;
  readonly waiting: number;
  /** Steps taken since it was made, and texts that were in them. */
  readonly steps: number;
  readonly stepTexts: number;
  /** Prompt tokens that a cached beginning saved. */
  readonly savedTokens: number;
  readonly heldTokens: number;
  /** How often a text had to give its memory away and read its own tokens again later. */
  readonly preemptions: number;
  /** Of the model's memory; none for a model without a limit. */
  readonly usedTokens?: number;
  readonly totalTokens?: number;
}

export interface Engine {
  readonly model: Pick<LanguageModel, 'vocabSize' | 'contextLength' | 'adapters'> & {
    contextWith(adapter: string): number;
  };
  /**
   * As `generateTokens`: same ids for the same seed, whoever else is served (the logits agree within rounding, because a
   * batch of another size may be added up in another order). A reader that does not read does not hold up the others.
   * When the model's memory runs out, what was kept of closed texts goes first, then the memory of the lowest priority and
   * of the youngest text, which reads its own tokens again once there is room.
   * @throws when too many texts wait already, or it waited for too long, or its texts alone do not fit the memory.
   */
  generate(
    promptIds: ArrayLike<number> | readonly ArrayLike<number>[],
    request?: EngineRequest,
  ): AsyncGenerator<DecodeEvent, void, Verdict | undefined>;
  /**
   * Work on the model that is no generation. It waits for its turn and is counted like one text; its steps come before those
   * of texts when memory is short.
   * @throws as `generate`; and the signal's reason when that aborts while it waits.
   */
  visit<Result>(work: (model: LanguageModel) => Promise<Result>, visit: EngineVisit): Promise<Result>;
  readonly load: EngineLoad;
  /** Ends what runs with `aborted`, refuses what comes, and gives the memory back. */
  close(): void;
}

/** An engine over one model. */
export function createEngine(
  model: LanguageModel,
  { maxTexts = 32, maxWaiting = 256, maxWaitMs = 60_000, cacheTokens = 8192 }: EngineOptions = {},
): Engine {
  checkInteger('maxTexts', maxTexts, 1);
  checkInteger('maxWaiting', maxWaiting, 0);
  checkInteger('maxWaitMs', maxWaitMs, 1);
  const { memory } = model;
  const { vocabSize } = model;
  // A text alone may have all of the memory but for what stands before the texts of adapters.
  const lengths = new Map(
    [undefined, ...(model.adapters ?? [])].map((adapter) => [adapter, longestNow(model, adapter)]),
  );
  const longest = (adapter: string | undefined): number => lengths.get(adapter) ?? contextOf(model, adapter);
  const cache = createPrefixCache(model, { maxTokens: cacheTokens });
  const steps = createEngineSteps(model, cache);
  const requests = createSignalGroup();
  /** Requests that were let in, with the tokens they take to begin. */
  const running = new Map<Job, number>();
  let texts = 0;
  let order = 0;

  /** Memory that is free, or can be; what was let in and has not read its prompt yet counts as read. */
  const room = (): number => {
    if (!memory) return Number.POSITIVE_INFINITY;
    let promised = 0;
    for (const [job, tokens] of running) promised += Math.max(0, tokens - job.model.heldTokens);
    return memory.freeTokens + cache.heldTokens - promised;
  };
  const queue = createEngineQueue({
    maxWaiting,
    maxWaitMs,
    // A request that is too large for the whole engine goes alone.
    hasRoom: (ticket) => texts === 0 || (texts + ticket.texts <= maxTexts && ticket.tokens <= room()),
    onAdmit: (ticket) => {
      texts += ticket.texts;
    },
  });

  /** Waits for room. Who was let in leaves again. */
  const enter = async (ticket: Ticket, own: AbortSignal | undefined) => {
    const { signal, release } = requests.join(own);
    let isAdmitted = false;
    try {
      isAdmitted = await queue.enter(ticket, signal);
    } finally {
      if (!isAdmitted) release();
    }
    const leave = (): void => {
      release();
      texts -= ticket.texts;
      queue.admit();
    };
    return { signal, isAdmitted, leave };
  };

  /** Told to who asks, not in a step that others share. @throws as `open` does */
  const checkAdapter = (adapter: string | undefined): void => {
    if (adapter !== undefined && !model.adapters?.includes(adapter)) model.open(adapter).close();
  };

  const begin = async (
    promptIds: ArrayLike<number> | readonly ArrayLike<number>[],
    request: EngineRequest,
  ): Promise<TaskRun> => {
    const { priority = 0, tenant = '', adapter, strategy = sampling() } = request;
    checkAdapter(adapter);
    const own = cache.modelFor(tenant, adapter);
    const tasks = createTasks({ ...own, contextLength: longest(adapter) }, promptIds, request);
    const ticket = { texts: textsOf(tasks), tokens: tokensOf(tasks), priority, tenant };
    const { signal, isAdmitted, leave } = await enter(ticket, request.signal);
    const job: Job = { model: own, signal, priority, order: order++, isStalled: false };
    const run = { tasks, strategy, stepAll: (waiters: readonly StepWaiter[]) => steps.step(job, waiters) };
    if (!isAdmitted) return { ...run, signal: AbortSignal.abort() };
    running.set(job, ticket.tokens);
    steps.join(job);
    return {
      ...run,
      signal,
      close() {
        running.delete(job);
        steps.leave(job);
        leave();
      },
    };
  };

  const guest = (adapter: string | undefined): LanguageModel => ({
    ...model,
    contextLength: longest(adapter),
    open: () => model.open(adapter),
    step(batch, wants) {
      steps.makeRoom(batch);
      return model.step(batch, wants);
    },
  });

  return {
    model: { vocabSize, contextLength: longest(undefined), adapters: model.adapters, contextWith: longest },
    generate: (promptIds, request = {}) => runTasks(() => begin(promptIds, request)),
    async visit(work, { tokens, priority = 0, tenant = '', adapter, signal: own }) {
      checkAdapter(adapter);
      const { signal, isAdmitted, leave } = await enter({ texts: 1, tokens, priority, tenant }, own);
      if (!isAdmitted) throw signal.reason;
      try {
        return await work(guest(adapter));
      } finally {
        leave();
      }
    },
    get load() {
      return {
        running: texts,
        waiting: queue.waiting,
        steps: steps.steps,
        stepTexts: steps.stepTexts,
        savedTokens: cache.savedTokens,
        heldTokens: cache.heldTokens,
        preemptions: steps.preemptions,
        ...(memory && { usedTokens: memory.usedTokens, totalTokens: memory.totalTokens }),
      };
    },
    close() {
      requests.abort();
      cache.close();
    },
  };
}

const textsOf = (tasks: readonly DecodeTask[]): number => tasks.reduce((sum, { n }) => sum + n, 0);

/** Tokens of each text that are waited for before it is let in; the rest is taken as it comes. */
const BEGINNING = 16;

/** What it takes to read the prompts, and to write the beginning of every text. */
const tokensOf = (tasks: readonly DecodeTask[]): number =>
  tasks.reduce(
    (sum, { promptIds, n, maxTokens }) => sum + promptIds.length + n * Math.min(maxTokens, BEGINNING),
    0,
  );
