/**
 * Continuous batching: the texts of many readers in one model step. Whoever comes joins at the next step, whoever is done
 * or gone leaves at it, and a long prompt is read a part at a time beside the others.
 */

import type { LanguageModel } from '../types.ts';
import { fail } from './errors.ts';
import { createTasks, type GenerateTokensOptions, runTasks } from './generate-tokens.ts';
import { nextTurn } from './next-turn.ts';
import { checkInteger } from './options.ts';
import { createPrefixCache } from './prefix-cache.ts';
import { sampling } from './sampling.ts';
import { firstPart, isLong, restOf, type StepWaiter, stepTogether } from './step-together.ts';
import type { DecodeEvent, Verdict } from './strategy.ts';

export interface EngineOptions {
  /** Most texts written at once. Default 32. */
  readonly maxTexts?: number;
  /** Most texts that may wait for their turn. Default 256. */
  readonly maxWaiting?: number;
  /** Tokens of closed texts kept for prompts that begin like them. Default 8,192; 0 for none. */
  readonly cacheTokens?: number;
}

export interface EngineRequest extends GenerateTokensOptions {
  /** Higher goes first. Default 0. */
  readonly priority?: number;
  /** Who asks: tenants get their turns in rotation and share no memory. Default one for all. */
  readonly tenant?: string;
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
}

export interface Engine {
  readonly model: Pick<LanguageModel, 'vocabSize' | 'contextLength'>;
  /**
   * As `generateTokens`: same ids for the same seed, whoever else is served (the logits agree within rounding, because a
   * batch of another size may be added up in another order). A reader that does not read does not hold up the others.
   * @throws when too many texts wait already.
   */
  generate(
    promptIds: ArrayLike<number> | readonly ArrayLike<number>[],
    request?: EngineRequest,
  ): AsyncGenerator<DecodeEvent, void, Verdict | undefined>;
  readonly load: EngineLoad;
  /** Ends what runs with `aborted`, refuses what comes, and gives the memory back. */
  close(): void;
}

/** A reader's strategies that wait for a step. */
interface Waiting {
  readonly model: LanguageModel;
  /** Requests still to be read; they shrink while a long prompt is read. */
  waiters: readonly StepWaiter[];
  readonly signal: AbortSignal;
  resolve(go: boolean): void;
  reject(error: unknown): void;
}

/** A request that waits for its turn. */
interface Ticket {
  readonly texts: number;
  readonly priority: number;
  readonly tenant: string;
  admit(): void;
}

/** An engine over one model. */
export function createEngine(
  model: LanguageModel,
  { maxTexts = 32, maxWaiting = 256, cacheTokens = 8192 }: EngineOptions = {},
): Engine {
  checkInteger('maxTexts', maxTexts, 1);
  checkInteger('maxWaiting', maxWaiting, 0);
  const cache = createPrefixCache(model, { maxTokens: cacheTokens });
  const closing = new AbortController();
  const pending: Waiting[] = [];
  const tickets: Ticket[] = [];
  let running = 0;
  let steps = 0;
  let stepTexts = 0;
  let isStepping = false;
  let lastTenant = '';

  /** Takes steps as long as anyone waits for one. */
  const stepOn = async (): Promise<void> => {
    if (isStepping) return;
    isStepping = true;
    try {
      while (pending.length > 0) {
        await nextTurn();
        takeStep();
      }
    } finally {
      isStepping = false;
    }
  };

  const takeStep = (): void => {
    const live = pending.splice(0).filter((one) => {
      if (one.signal.aborted) one.resolve(false);
      return !one.signal.aborted;
    });
    // One part of one prompt a turn: the texts that are being written wait for no more than that.
    const [reader, ...others] = live.filter(isReading);
    pending.push(...others);
    if (reader && attempt([reader], () => readPart(reader))) pending.push(reader);
    const ready = live.filter((one) => one !== reader && !isReading(one));
    if (ready.length > 0 && attempt(ready, () => stepAll(ready))) for (const one of ready) one.resolve(true);
  };

  /** A fault of the model ends those whose step it was, not the engine. */
  const attempt = (who: readonly Waiting[], work: () => void): boolean => {
    try {
      work();
      return true;
    } catch (error) {
      for (const one of who) one.reject(error);
      return false;
    }
  };

  const count = (texts: number): void => {
    steps++;
    stepTexts += texts;
  };

  const readPart = (reader: Waiting): void => {
    const waiter = reader.waiters.find(isLongCall)!;
    const { call } = waiter;
    const at = call.batch.findIndex(isLong);
    count(1);
    (call.model ?? reader.model).step([firstPart(call.batch[at])], { logits: 'none' });
    const rest = { ...waiter, call: { ...call, batch: call.batch.with(at, restOf(call.batch[at])) } };
    reader.waiters = reader.waiters.map((one) => (one === waiter ? rest : one));
  };

  const stepAll = (ready: readonly Waiting[]): void => {
    const calls = stepTogether(ready.flatMap(({ waiters }) => waiters));
    for (let next = calls.next(); !next.done; ) {
      const { batch, wants, model: other = ready[0].model } = next.value;
      count(batch.length);
      next = calls.next(other.step(batch, wants));
    }
  };

  /** Lets in whoever is next while there is room. A request that is too large for the whole engine goes alone. */
  const admitNext = (): void => {
    for (;;) {
      const next = nextTicket();
      if (!next || (running > 0 && running + next.texts > maxTexts)) return;
      tickets.splice(tickets.indexOf(next), 1);
      lastTenant = next.tenant;
      running += next.texts;
      next.admit();
    }
  };

  /** The highest priority; among equals the tenant whose turn it is, and its oldest request. */
  const nextTicket = (): Ticket | undefined => {
    const best = Math.max(...tickets.map(({ priority }) => priority));
    const first = tickets.filter(({ priority }) => priority === best);
    const tenants = [...new Set(first.map(({ tenant }) => tenant))].sort();
    const turn = tenants.find((tenant) => tenant > lastTenant) ?? tenants[0];
    return first.find(({ tenant }) => tenant === turn);
  };

  const enter = (texts: number, { priority = 0, tenant = '' }: EngineRequest, signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const ticket: Ticket = {
        texts,
        priority,
        tenant,
        admit() {
          signal.removeEventListener('abort', leave);
          resolve(true);
        },
      };
      const leave = (): void => {
        tickets.splice(tickets.indexOf(ticket), 1);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      tickets.push(ticket);
      admitNext();
    });

  async function* generate(
    promptIds: ArrayLike<number> | readonly ArrayLike<number>[],
    request: EngineRequest,
  ): AsyncGenerator<DecodeEvent, void, Verdict | undefined> {
    const own = cache.modelFor(request.tenant ?? '');
    const tasks = createTasks(own, promptIds, request);
    const texts = tasks.reduce((sum, { n }) => sum + n, 0);
    const signal = request.signal ? AbortSignal.any([request.signal, closing.signal]) : closing.signal;
    const waiting = tickets.reduce((sum, ticket) => sum + ticket.texts, 0);
    if (running + texts > maxTexts && running > 0 && waiting + texts > maxWaiting) {
      throw fail('decode/engine-full', { waiting, most: maxWaiting });
    }
    const takeOver = (waiter: StepWaiter): StepWaiter => {
      const { call } = waiter;
      if (call.model || call.wants?.logits === 'all') return waiter;
      return { ...waiter, call: { ...call, batch: call.batch.map(own.takeOver) } };
    };
    const isAdmitted = !signal.aborted && (await enter(texts, request, signal));
    try {
      yield* runTasks(
        tasks,
        request.strategy ?? sampling(),
        (waiters) =>
          new Promise((resolve, reject) => {
            pending.push({ model: own, waiters: waiters.map(takeOver), signal, resolve, reject });
            void stepOn();
          }),
        isAdmitted ? signal : AbortSignal.abort(),
      );
    } finally {
      if (isAdmitted) {
        running -= texts;
        admitNext();
      }
    }
  }

  return {
    model: { vocabSize: model.vocabSize, contextLength: model.contextLength },
    generate: (promptIds, request = {}) => generate(promptIds, request),
    get load() {
      const waiting = tickets.reduce((sum, { texts }) => sum + texts, 0);
      const { savedTokens, heldTokens } = cache;
      return { running, waiting, steps, stepTexts, savedTokens, heldTokens };
    },
    close() {
      closing.abort();
      cache.close();
    },
  };
}

/** A prompt is read in parts unless the logits of all its places are wanted. */
const isLongCall = ({ call }: StepWaiter): boolean => call.wants?.logits !== 'all' && call.batch.some(isLong);
const isReading = ({ waiters }: Waiting): boolean => waiters.some(isLongCall);
