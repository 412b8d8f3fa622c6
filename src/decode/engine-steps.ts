/** The steps of an engine: who reads what in each, and whose memory goes when there is not enough. */

import type { LanguageModel, ModelMemory, StepRequest } from '../types.ts';
import { fail } from './errors.ts';
import { nextTurn } from './next-turn.ts';
import type { CachedModel, PrefixCache } from './prefix-cache.ts';
import { PART, type StepWaiter, stepOf, stepTogether } from './step-together.ts';

/** A request that was let in. */
export interface Job {
  readonly model: CachedModel;
  readonly signal: AbortSignal;
  readonly priority: number;
  /** Rises with every request let in. */
  readonly order: number;
  /** Its memory was taken away: it goes on when all of it fits again. */
  isStalled: boolean;
}

export interface EngineSteps {
  /** Steps taken, and the sequences that were in them. */
  readonly steps: number;
  readonly stepTexts: number;
  /** How often a request had to give its memory away. */
  readonly preemptions: number;
  join(job: Job): void;
  leave(job: Job): void;
  /** Answers the job's strategies. Resolves to false when its signal aborted meanwhile. */
  step(job: Job, waiters: readonly StepWaiter[]): Promise<boolean>;
  /** Makes room for a step of somebody else. */
  makeRoom(batch: readonly StepRequest[]): void;
}

/** Tokens of prompts that are read in one step beside texts that are being written; and when there are none. */
const ROWS = 2 * PART;
const ROWS_ALONE = 8 * PART;
/** Longer requests are prompts. */
const WRITTEN = 16;

/** A request as it stands in the loop: `least` of its tokens, the last ones, are those whose logits are wanted. */
interface Reading extends StepRequest {
  readonly least: number;
}

/** A strategy that waits, with what is left to read for it; none of its own when it steps another model. */
interface Waiter {
  readonly source: StepWaiter;
  readings: readonly Reading[];
}

/** A job that waits for a step. */
interface Waiting {
  readonly job: Job;
  readonly waiters: readonly Waiter[];
  resolve(go: boolean): void;
  reject(error: unknown): void;
}

/** What one job does in one step: a part of a prompt, or everything that it waits for. */
interface Turn {
  readonly one: Waiting;
  readonly part:
    | { readonly waiter: Waiter; readonly at: number; readonly ids: readonly number[] }
    | undefined;
}

/** Steps as long as anyone waits for one. */
export function createEngineSteps(model: LanguageModel, cache: PrefixCache): EngineSteps {
  const { memory } = model;
  const jobs = new Set<Job>();
  let pending: Waiting[] = [];
  let steps = 0;
  let stepTexts = 0;
  let preemptions = 0;
  let isStepping = false;

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

  const end = (one: Waiting, tell: () => void): void => {
    pending = pending.filter((other) => other !== one);
    tell();
  };

  const takeStep = (): void => {
    for (const one of pending) if (one.job.signal.aborted) end(one, () => one.resolve(false));
    let turns: readonly Turn[];
    try {
      turns = withMemory(chooseTurns(pending));
    } catch (error) {
      // Whose beginning it was cannot be told.
      for (const one of pending) end(one, () => one.reject(error));
      return;
    }
    if (turns.length === 0) return;
    try {
      run(turns);
    } catch (error) {
      // A fault of the model ends those whose step it was, not the engine.
      for (const { one } of turns) end(one, () => one.reject(error));
      return;
    }
    const done = new Set(turns.filter(({ part }) => !part).map(({ one }) => one));
    pending = pending.filter((one) => !done.has(one));
    for (const one of done) one.resolve(true);
  };

  /** Texts that are being written, all of them; beside them parts of prompts, the shortest and the oldest in turns. */
  const chooseTurns = (live: readonly Waiting[]): Turn[] => {
    const able = live.filter(({ job }) => !job.isStalled);
    const stalled = live.filter(({ job }) => job.isStalled).sort(byRank);
    // Whoever lost its memory comes back one at a time, as a whole, or when nobody else is there.
    const back = stalled.find((one) => able.length === 0 || fitsWhole(one));
    if (back) {
      back.job.isStalled = false;
      able.push(back);
    }
    for (const one of able) takeOver(one);
    const writing: Waiting[] = [];
    const prompts: Waiting[] = [];
    for (const one of able) (rowsOf(one) <= WRITTEN && !partOf(one) ? writing : prompts).push(one);
    if (steps % 2 === 0) prompts.sort((a, b) => b.job.priority - a.job.priority || rowsOf(a) - rowsOf(b));
    else prompts.sort(byRank);
    const turns: Turn[] = writing.map((one) => ({ one, part: undefined }));
    let rows = writing.length > 0 ? ROWS : ROWS_ALONE;
    for (const one of prompts) {
      const part = partOf(one);
      const wanted = part?.count ?? rowsOf(one);
      if (turns.length > writing.length && wanted > rows) break;
      turns.push({ one, part: part && readPart(part) });
      rows -= wanted;
    }
    return turns;
  };

  const takeOver = ({ job, waiters }: Waiting): void => {
    for (const waiter of waiters) {
      waiter.readings = waiter.readings.map((reading) => {
        const left = job.model.takeOver(reading, reading.least);
        return left === reading ? reading : { ...left, least: reading.least };
      });
    }
  };

  /** The turns for which there is memory, once the cache and those who are last in rank have given theirs. */
  const withMemory = (turns: readonly Turn[]): Turn[] => {
    if (!memory) return [...turns];
    let going = [...turns];
    while (going.length > 0 && lack(memory, going) > 0) {
      if (cache.forget()) continue;
      const last = lastOf(going);
      const own = going.find(({ one }) => one.job === last);
      if (own && going.length === 1 && ![...jobs].some((job) => job !== last && holds(job))) {
        const { totalTokens: total } = memory;
        const error = fail('decode/memory', { wanted: lack(memory, going) + total, total });
        end(own.one, () => own.one.reject(error));
        return [];
      }
      going = going.filter((turn) => turn !== own);
      preempt(last);
    }
    return going;
  };

  /** Nobody waits for those who do not step now: they go first; then the lowest priority, then the youngest. */
  const lastOf = (going: readonly Turn[]): Job => {
    const stepping = new Set(going.map(({ one }) => one.job));
    const idle = [...jobs].filter((job) => !stepping.has(job) && holds(job));
    const all = idle.length > 0 ? idle : [...stepping];
    return all.reduce((last, job) => (ranksBefore(last, job) ? job : last));
  };

  const holds = (job: Job): boolean => job.model.heldTokens > 0;

  const preempt = (job: Job): void => {
    if (holds(job)) preemptions++;
    job.model.release();
    job.isStalled = true;
  };

  const lack = ({ freeTokens }: ModelMemory, turns: readonly Turn[]): number => {
    const requests = turns.flatMap(({ one, part }): readonly StepRequest[] =>
      part
        ? [{ sequence: part.waiter.readings[part.at].sequence, ids: part.ids }]
        : one.waiters.flatMap(({ readings }) => readings),
    );
    return (turns[0]?.one.job.model.memory?.tokensFor(requests) ?? 0) - freeTokens;
  };

  /** Whether all that a stalled job has read and wants to read has room, the cache given up where need be. */
  const fitsWhole = ({ job, waiters }: Waiting): boolean => {
    if (!memory) return true;
    const requests = waiters.flatMap(({ readings }) => readings);
    const wanted = requests.reduce((sum, { sequence, ids }) => sum + sequence.length + ids.length + PART, 0);
    while (wanted > memory.freeTokens) if (!cache.forget()) return job.model.heldTokens > 0;
    return true;
  };

  const run = (turns: readonly Turn[]): void => {
    const waiters = turns.flatMap(({ one, part }) =>
      part ? [partWaiter(part)] : one.waiters.map(wholeWaiter),
    );
    const calls = stepTogether(waiters);
    const [{ one }] = turns;
    for (let next = calls.next(); !next.done; ) {
      const { batch, wants, model: other = one.job.model } = next.value;
      steps++;
      stepTexts += batch.length;
      next = calls.next(stepOf(other, batch, wants));
    }
  };

  return {
    get steps() {
      return steps;
    },
    get stepTexts() {
      return stepTexts;
    },
    get preemptions() {
      return preemptions;
    },
    join: (job) => void jobs.add(job),
    leave: (job) => void jobs.delete(job),
    step: (job, waiters) =>
      new Promise((resolve, reject) => {
        pending.push({ job, waiters: waiters.map((source) => toWaiter(source, model)), resolve, reject });
        void stepOn();
      }),
    makeRoom(batch) {
      while (memory && memory.tokensFor(batch) > memory.freeTokens) {
        if (cache.forget()) continue;
        const holding = [...jobs].filter(holds);
        if (holding.length === 0) return;
        preempt(holding.reduce((last, job) => (ranksBefore(last, job) ? job : last)));
      }
    },
  };
}

/** The logits of every place are wanted: all of the request must be read at once. */
const isWhole = ({ call }: StepWaiter): boolean => call.wants?.logits === 'all';

function toWaiter(source: StepWaiter, { hasPrefix }: LanguageModel): Waiter {
  const { call } = source;
  const readings = call.model
    ? []
    : call.batch.map((request) => ({
        ...request,
        prefix: hasPrefix ? request.prefix : undefined,
        least: isWhole(source) ? request.ids.length : 1,
      }));
  return { source, readings };
}

const rowsOf = ({ waiters }: Waiting): number =>
  waiters.reduce((sum, { readings }) => sum + readings.reduce((rows, { ids }) => rows + ids.length, 0), 0);

const ranksBefore = (a: Job, b: Job): boolean =>
  a.priority === b.priority ? a.order < b.order : a.priority > b.priority;
const byRank = (a: Waiting, b: Waiting): number => (ranksBefore(a.job, b.job) ? -1 : 1);

/** The first part of a prompt that is too long for one go; none when the rest can be read as a whole. */
function partOf({ waiters }: Waiting): { waiter: Waiter; at: number; count: number } | undefined {
  for (const waiter of waiters) {
    const at = waiter.readings.findIndex(({ ids, least, prefix }) =>
      isWhole(waiter.source) ? ids.length > least : ids.length > PART && !prefix,
    );
    if (at < 0) continue;
    const { ids, least, prefix } = waiter.readings[at];
    const most = ids.length - least;
    // A prompt that is read in both directions is read at once.
    return { waiter, at, count: prefix ? most : Math.min(PART, most) };
  }
  return undefined;
}

const readPart = ({ waiter, at, count }: NonNullable<ReturnType<typeof partOf>>): Turn['part'] => ({
  waiter,
  at,
  ids: cut(waiter.readings[at].ids, 0, count),
});

const cut = (ids: ArrayLike<number>, from: number, to?: number): number[] =>
  Array.prototype.slice.call(ids, from, to);

/** Reads the part and leaves the rest. The logits are those that texts want, so that one pass does for both. */
function partWaiter({ waiter, at, ids }: NonNullable<Turn['part']>): StepWaiter {
  const reading = waiter.readings[at];
  return {
    call: { type: 'step', batch: [{ sequence: reading.sequence, ids, prefix: reading.prefix }] },
    answer() {
      const rest = { ...reading, ids: cut(reading.ids, ids.length), prefix: undefined };
      waiter.readings = waiter.readings.with(at, rest);
    },
  };
}

function wholeWaiter({ source, readings }: Waiter): StepWaiter {
  if (source.call.model) return source;
  return { ...source, call: { ...source.call, batch: readings } };
}
