/** What the studio's lab stands on: `inkstone repeat lab` as a process, and the report that it leaves in the run. */

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { LabRow } from '../eval/index.ts';
import type { LabNews, LabOrder, LabPort } from '../serve/index.ts';
import { moduleLoaders, modulePath } from './child-modules.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';
import { LAB_FILE } from './runs.ts';
import { quoteWord } from './shell-words.ts';

/** The lab on the run of each model. */
export function studioLab(folderOf: (model: string) => string): LabPort {
  return {
    async saved(model) {
      const text = await readFile(join(folderOf(model), LAB_FILE), 'utf8').catch(() => undefined);
      // NOTE A file that somebody cut is as good as none: the lab can run again.
      try {
        return text === undefined ? undefined : (JSON.parse(text) as object);
      } catch {
        return undefined;
      }
    },
    commandOf: (model, order) =>
      ['npx', 'inkstone', ...labWords(relative('.', folderOf(model)), order)].map(quoteWord).join(' '),
    run: (model, order, options) => runLabProcess(labWords(folderOf(model), order), options),
  };
}

function labWords(folder: string, { strategies, guard, ...numbers }: LabOrder): string[] {
  return [
    'repeat',
    'lab',
    folder,
    ...(strategies ? ['--strategies', strategies.join(';')] : []),
    ...(guard === false ? ['--no-guard'] : []),
    ...Object.entries(numbers).flatMap(([name, value]) =>
      value === undefined ? [] : [flagOf(name), String(value)],
    ),
  ];
}

/** A line of `repeat lab --json`. */
type LabLine =
  | Extract<LabNews, { type: 'progress' }>
  | { readonly type: 'row'; readonly row: LabRow }
  | { readonly type: 'error'; readonly message: string }
  | { readonly type: 'report' };

async function* runLabProcess(
  words: readonly string[],
  { lang, signal }: Parameters<LabPort['run']>[2],
): AsyncGenerator<LabNews> {
  const child = spawn(
    process.execPath,
    [...moduleLoaders(), modulePath('main-process'), ...words, '--json'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, INKSTONE_LANG: lang },
    },
  );
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (code) => resolve(code));
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  process.once('exit', stop);
  let problem: string | undefined;
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const line = JSON.parse(text) as LabLine;
      if (line.type === 'progress') yield line;
      else if (line.type === 'row') yield { type: 'row', row: brief(line.row) };
      else if (line.type === 'error') problem = line.message;
    }
    const code = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw fail('cli/lab-ended', { problem, code });
  } finally {
    signal.removeEventListener('abort', stop);
    process.off('exit', stop);
    stop();
  }
}

function brief({ name, guard, seqRep4, stuck }: LabRow) {
  const { value: repeated, low, high } = seqRep4;
  return { name, guard, repeated, low, high, stuck: stuck.value };
}
