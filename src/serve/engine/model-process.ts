/** A process that holds a model and works on many jobs at once. When it dies it is started again. */

import { type ChildProcess, fork } from 'node:child_process';
import { fromSent } from '../../sent-error.ts';
import { fail } from '../errors.ts';
import type { ModelLoad, ServedModel } from '../served-model.ts';
import { type FromEngine, type ToEngine, WINDOW } from './engine-protocol.ts';

export interface ModelProcessOptions {
  /** The module that loads the model and calls `runEngineChild`. */
  readonly script: string;
  readonly args: readonly string[];
  /** Options of Node for the process; default: those of this one. */
  readonly execArgv?: readonly string[];
  /** Hears when the process ended without being asked to. */
  readonly onExit?: (reason: string) => void;
}

export interface ModelProcess extends Pick<ServedModel, 'contextLength' | 'adapterContexts'> {
  readonly load: ModelLoad;
  /** Whether it can work now. */
  readonly isReady: boolean;
  /** Of the process now running. */
  readonly pid: number | undefined;
  /** What `pick` finds in what one job is told, until it ends; aborted when the listener goes. */
  listen<Picked>(
    message: (job: number) => ToEngine,
    signal: AbortSignal,
    pick: (heard: Said) => Picked | undefined,
  ): AsyncGenerator<Picked, void>;
  close(): void;
}

/** Parts taken before the child hears of it. */
const ACKNOWLEDGE = WINDOW / 4;
/** Wait before starting again, doubled after each early death, in ms. */
const FIRST_WAIT = 200;
const LONGEST_WAIT = 10_000;

const idle: ModelLoad = { running: 0, waiting: 0, steps: 0, stepTexts: 0, savedTokens: 0 };

/** What the child says to one job. */
type Heard = Extract<FromEngine, { job: number }> | { readonly type: 'died' };

/** The parts that crossed together. */
const partsIn = ({ jobs, indexes, texts }: Extract<FromEngine, { type: 'texts' }>) =>
  jobs.map((job, i) => {
    const part = { type: 'text-delta', index: indexes[i], text: texts[i] } as const;
    return { type: 'part', job, part } as const;
  });

export type Said = Exclude<Heard, { type: 'end' | 'error' | 'died' }>;

/** Starts the process; resolves when the model is loaded, rejects when the first start fails. */
export function startModelProcess(options: ModelProcessOptions): Promise<ModelProcess> {
  const { script, args, execArgv = process.execArgv } = options;
  const jobs = new Map<number, (heard: Heard) => void>();
  let child: ChildProcess | undefined;
  let contextLength = 0;
  let adapterContexts: ServedModel['adapterContexts'];
  let load = idle;
  let isReady = false;
  let isClosed = false;
  let failure: Error | undefined;
  let nextJob = 0;
  let wait = FIRST_WAIT;

  const send = (message: ToEngine): void => {
    if (child?.connected) child.send(message, () => {});
  };

  const start = (onReady?: () => void, onFailure?: (error: Error) => void): void => {
    child = fork(script, args, {
      execArgv: [...execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const hear = (message: FromEngine): void => {
      if (message.type === 'ready') {
        ({ contextLength, adapterContexts } = message);
        isReady = true;
        wait = FIRST_WAIT;
        onReady?.();
      } else if (message.type === 'failed') failure = fromSent(message.error);
      else if (message.type === 'load') load = message.load;
      else
        for (const one of message.type === 'texts' ? partsIn(message) : [message]) jobs.get(one.job)?.(one);
    };
    child.on('message', (messages: readonly FromEngine[]) => {
      for (const message of messages) hear(message);
    });
    child.on('error', () => {});
    child.on('exit', (code, signal) => {
      const wasReady = isReady;
      isReady = false;
      load = idle;
      for (const hear of jobs.values()) hear({ type: 'died' });
      if (isClosed) return;
      const reason = failure?.message ?? signal ?? `exit ${code}`;
      if (!wasReady && onFailure) return onFailure(failure ?? new Error(`engine process: ${reason}`));
      failure = undefined;
      options.onExit?.(reason);
      setTimeout(() => isClosed || start(), wait).unref();
      wait = Math.min(2 * wait, LONGEST_WAIT);
    });
  };

  async function* listen<Picked>(
    message: (job: number) => ToEngine,
    signal: AbortSignal,
    pick: (heard: Said) => Picked | undefined,
  ): AsyncGenerator<Picked, void> {
    if (!isReady) throw fail('serve/engine-down', undefined);
    if (signal.aborted) return;
    const job = nextJob++;
    const heard: Heard[] = [];
    let wake: (() => void) | undefined;
    let taken = 0;
    const abort = (): void => send({ type: 'abort', job });
    jobs.set(job, (next) => {
      heard.push(next);
      wake?.();
    });
    signal.addEventListener('abort', abort, { once: true });
    send(message(job));
    try {
      for (;;) {
        while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const next = heard.shift()!;
        if (next.type === 'end') return;
        if (next.type === 'died') throw fail('serve/engine-down', undefined);
        if (next.type === 'error') throw fromSent(next.error);
        if (++taken % ACKNOWLEDGE === 0) send({ type: 'taken', job, parts: ACKNOWLEDGE });
        const picked = pick(next);
        if (picked !== undefined) yield picked;
      }
    } finally {
      jobs.delete(job);
      signal.removeEventListener('abort', abort);
      abort();
    }
  }

  const running: ModelProcess = {
    get contextLength() {
      return contextLength;
    },
    get adapterContexts() {
      return adapterContexts;
    },
    get load() {
      return load;
    },
    get isReady() {
      return isReady;
    },
    get pid() {
      return child?.pid;
    },
    listen,
    close() {
      isClosed = true;
      isReady = false;
      child?.kill();
    },
  };
  return new Promise((resolve, reject) => start(() => resolve(running), reject));
}
