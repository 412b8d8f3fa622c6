/** A process for work that may never end or eat all memory: it has a deadline and a heap of its own, and is killed at either. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromSent } from '../../sent-error.ts';
import { fail } from '../errors.ts';
import { limits } from '../limits.ts';
import type { FromSandbox, SandboxTasks, TaskName, ToSandbox } from './sandbox-tasks.ts';

export interface Sandbox {
  /** @throws what the task throws; `serve/too-costly` at the deadline or out of memory, `serve/busy` when too many wait. */
  run<Name extends TaskName>(
    name: Name,
    input: SandboxTasks[Name]['input'],
  ): Promise<SandboxTasks[Name]['output']>;
  /** Of the process now running; none before the first task. */
  readonly pid: number | undefined;
  close(): void;
}

export interface SandboxOptions {
  /** How long one task may take. */
  readonly timeoutMs?: number;
}

interface Waiting extends ToSandbox {
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

/** Starts its process at the first task, and another after each that was killed. */
export function createSandbox({ timeoutMs = limits.sandboxMs }: SandboxOptions = {}): Sandbox {
  const queue: Waiting[] = [];
  let child: ChildProcess | undefined;
  let isReady = false;
  let current: Waiting | undefined;
  let timer: NodeJS.Timeout | undefined;

  const start = (): void => {
    const isSource = import.meta.url.endsWith('.ts');
    const next = fork(new URL(`./sandbox-child.${isSource ? 'ts' : 'js'}`, import.meta.url), {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      execArgv: [`--max-old-space-size=${limits.sandboxMegabytes}`, ...(isSource ? ['--import', 'tsx'] : [])],
      // What it says of its own end is no news: the task's error tells.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { NODE_OPTIONS: '' },
    });
    child = next;
    isReady = false;
    next.unref();
    next.channel?.unref();
    next.on('message', (message: FromSandbox) => {
      if (message.type === 'ready') isReady = true;
      else if (message.type === 'done') settle((one) => one.resolve(message.output));
      else settle((one) => one.reject(fromSent(message.error)));
      takeNext();
    });
    next.on('error', () => {});
    next.on('exit', () => {
      if (child !== next) return;
      const failed = !isReady && queue.length > 0 ? queue.splice(0) : [];
      child = undefined;
      settle((one) => one.reject(fail('serve/too-costly', undefined)));
      for (const one of failed) one.reject(new Error('the sandbox cannot start'));
      takeNext();
    });
  };

  const settle = (how: (one: Waiting) => void): void => {
    clearTimeout(timer);
    const done = current;
    current = undefined;
    if (done) how(done);
  };

  const takeNext = (): void => {
    if (current || queue.length === 0) return;
    if (!child) start();
    if (!isReady) return;
    current = queue.shift()!;
    const { name, input } = current;
    timer = setTimeout(() => child?.kill('SIGKILL'), timeoutMs);
    child!.send({ name, input } satisfies ToSandbox, () => {});
  };

  return {
    run: (name, input) =>
      new Promise((resolve, reject) => {
        if (queue.length >= limits.sandboxWaiting) throw fail('serve/busy', { seconds: limits.retrySeconds });
        queue.push({ name, input, resolve: resolve as (output: unknown) => void, reject });
        takeNext();
      }),
    get pid() {
      return child?.pid;
    },
    close() {
      const last = child;
      child = undefined;
      last?.kill('SIGKILL');
      for (const one of [...queue.splice(0), ...(current ? [current] : [])])
        one.reject(fail('serve/engine-down', undefined));
      clearTimeout(timer);
      current = undefined;
    },
  };
}
