/** The command line on a terminal of its own, so that it believes a person is there: `script` of util-linux lends one. */

import { spawn, spawnSync } from 'node:child_process';
import { quoteWord } from '../src/cli/shell-words.ts';
import type { Language } from '../src/language.ts';
import { processWords } from './cli-harness.ts';

const isThere = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

/** Why there is no terminal to be had here; undefined where there is one. */
export const noPseudoTerminal = isThere ? undefined : 'needs script of util-linux';

export const keys = {
  down: '\x1b[B',
  up: '\x1b[A',
  enter: '\r',
  escape: '\x1b',
  interrupt: '\x03',
  end: '\x04',
};

/** A command line that runs, what it shows, and the keys of the person. */
export interface Sitting {
  /** Resolves when the text is shown; from the place on where the last one was. */
  sees(text: string): Promise<void>;
  press(keys: string): void;
  /** The exit status and all that was shown. */
  readonly ended: Promise<{ readonly status: number; readonly out: string }>;
}

const PATIENCE_MS = 60_000;

/** Sits down at `inkstone ARGV`. */
export function sitDown(
  argv: readonly string[],
  { cwd, lang = 'en' }: { readonly cwd: string; readonly lang?: Language },
): Sitting {
  // Such a terminal has no columns until it is told.
  const command = `stty cols 120 rows 40; exec ${[...processWords, ...argv].map(quoteWord).join(' ')}`;
  const env = { ...process.env, INKSTONE_LANG: lang, TERM: 'xterm', NO_COLOR: '1' };
  const child = spawn('script', ['-qfec', command, '/dev/null'], { cwd, env });
  let out = '';
  let seen = 0;
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<{ status: number; out: string }>((resolve) => {
    child.on('close', (status) => resolve({ status: status ?? -1, out }));
  });
  return {
    ended,
    press: (text) => child.stdin.write(text),
    sees: (text) =>
      new Promise((resolve, reject) => {
        const give = (settle: () => void): void => {
          waiting.delete(look);
          clearTimeout(timer);
          settle();
        };
        const look = (): void => {
          const at = out.indexOf(text, seen);
          if (at < 0) return;
          seen = at + text.length;
          give(resolve);
        };
        const giveUp = () => give(() => reject(new Error(`"${text}" was not shown: ${out.slice(seen)}`)));
        const timer = setTimeout(giveUp, PATIENCE_MS);
        waiting.add(look);
        void ended.then(giveUp);
        look();
      }),
  };
}
