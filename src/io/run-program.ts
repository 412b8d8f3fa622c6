/** Programs of this machine that read or make bytes: found on the path, run with limits and without a shell. */

import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { programEnvironment } from '../program-environment.ts';
import { fail } from './errors.ts';

export interface ProgramOptions {
  /** What it reads from its input. */
  readonly input?: Uint8Array | undefined;
  readonly timeoutMs: number;
  /** Bytes of its output; a program that says more is killed. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Characters that are kept of what a program complains of: the last. */
const KEPT_COMPLAINTS = 4000;
/** Characters of it that are told. */
const TOLD_COMPLAINT = 300;

/** The path of the first of these that is installed; undefined where none is. */
export function findProgram(...names: readonly string[]): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe'] : [''];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of folders) {
      const path = endings.map((ending) => join(folder, name + ending)).find(isProgram);
      if (path !== undefined) return path;
    }
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Runs a program with its words, without keys in its environment, in a group of its own that is killed at a limit.
 * @returns what it wrote on its output
 * @throws `io/program` where it cannot be started or ends badly, `io/program-time`, `io/program-output`; the signal's reason
 */
export function runProgram(
  [program, ...words]: readonly string[],
  { input, timeoutMs, mostBytes, signal }: ProgramOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = program.replace(/^.*[\\/]/, '');
  return new Promise((done, refuse) => {
    if (signal?.aborted) return refuse(signal.reason);
    const child = spawn(program, words, {
      env: programEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    let problem: unknown;
    let complaints = '';
    let bytes = 0;
    const pieces: Buffer[] = [];
    const stop = (error: unknown): void => {
      problem ??= error;
      killGroup(child.pid);
      // What it started may have left its group, and would hold its outputs open.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    };
    const timer = setTimeout(
      () => stop(fail('io/program-time', { program: name, seconds: timeoutMs / 1000 })),
      timeoutMs,
    );
    const abort = (): void => stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    child.stdout.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > mostBytes) stop(fail('io/program-output', { program: name, limit: mostBytes }));
      else pieces.push(piece);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-KEPT_COMPLAINTS);
    });
    // One that reads nothing may be gone before it is told.
    child.stdin.on('error', () => {});
    keepUntilExit(child.pid);
    const settle = (): void => {
      running.delete(child.pid);
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    child.on('error', (error) => {
      settle();
      refuse(problem ?? fail('io/program', { program: name, reason: error.message }, error));
    });
    child.on('close', (status, killedBy) => {
      settle();
      if (problem !== undefined) return refuse(problem);
      if (status === 0) return done(new Uint8Array(Buffer.concat(pieces)));
      const reason = lastLines(complaints) || (killedBy ?? `status ${status}`);
      refuse(fail('io/program', { program: name, reason }));
    });
    child.stdin.end(input);
  });
}

/** What a program said last, on one line. */
const lastLines = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are taken out
    .replace(/[\u0000-\u001f\u007f\s]+/g, ' ')
    .trim()
    .slice(-TOLD_COMPLAINT);

/** Groups that run: what ends us does not end them. */
const running = new Set<number | undefined>();

function keepUntilExit(pid: number | undefined): void {
  process.off('exit', killRunning).once('exit', killRunning);
  running.add(pid);
}

function killRunning(): void {
  for (const pid of running) killGroup(pid);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // None of them is left.
  }
}
