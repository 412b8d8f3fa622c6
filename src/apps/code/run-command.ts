/** A command of the user's, run with limits; whatever it started ends with it, unless it leaves its group. */

import { spawn } from 'node:child_process';
import { programEnvironment } from '../../program-environment.ts';
import { fail } from '../errors.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface CommandOutcome {
  /** `time` and `output`: it was killed at a limit; `killed`: by something else. */
  readonly ended: 'exit' | 'time' | 'output' | 'killed';
  readonly status: number | null;
  /** What it said on both of its outputs, as it came. */
  readonly output: string;
}

/** A command that says more is killed. */
const MOST_OUTPUT_BYTES = 1 << 20;
/** What left its group may hold its outputs open: so long after its end they are read. */
const READ_ON_MS = 500;

/**
 * Runs a program with its words, without a shell, without input and without keys in its environment. At its end and at a limit all
 * processes of its group are killed. @throws `apps/command` where it cannot be started; the signal's reason
 */
export function runCommand(
  [program, ...words]: readonly string[],
  { cwd, timeoutMs, signal }: CommandOptions,
): Promise<CommandOutcome> {
  return new Promise((done, refuse) => {
    if (signal?.aborted) return refuse(signal.reason);
    const cannotStart = (error: unknown) =>
      fail('apps/command', { program, reason: (error as Error).message }, error);
    const start = () =>
      spawn(program, words, {
        ...{ cwd, env: programEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
        // A group of its own: all of it can be killed together.
        detached: process.platform !== 'win32',
      });
    let child: ReturnType<typeof start>;
    try {
      child = start();
    } catch (error) {
      // Of some errors Node tells at once.
      return refuse(cannotStart(error));
    }
    let ended: CommandOutcome['ended'] = 'exit';
    let bytes = 0;
    const pieces: Buffer[] = [];
    let readOn: NodeJS.Timeout | undefined;
    const stop = (reason: CommandOutcome['ended']): void => {
      ended = reason;
      killTree(child.pid);
    };
    const timer = setTimeout(() => stop('time'), timeoutMs);
    const abort = (): void => stop('killed');
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      clearTimeout(timer);
      clearTimeout(readOn);
      signal?.removeEventListener('abort', abort);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes <= MOST_OUTPUT_BYTES) pieces.push(piece);
        else if (ended === 'exit') stop('output');
      });
    }
    child.on('error', (error) => {
      settle();
      refuse(cannotStart(error));
    });
    // What it left running would keep its outputs open.
    child.on('exit', () => {
      clearTimeout(timer);
      killTree(child.pid);
      readOn = setTimeout(() => [child.stdout, child.stderr].map((stream) => stream.destroy()), READ_ON_MS);
    });
    child.on('close', (status) => {
      settle();
      if (signal?.aborted) return refuse(signal.reason);
      if (ended === 'exit' && status === null) ended = 'killed';
      done({ ended, status, output: Buffer.concat(pieces).toString('utf8') });
    });
  });
}

function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' }).on('error', () => {});
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // None of them is left.
  }
}
