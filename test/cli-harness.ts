/** Runs the command line inside the test, or as a process of its own; and makes the small texts it works on. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { main } from '../src/cli/main.ts';
import { createTerminal } from '../src/cli/terminal.ts';
import type { Language } from '../src/language.ts';
import { createRng } from '../src/rng.ts';

/** What a JSON line of the command line may hold. */
export interface JsonLine {
  readonly type?: string;
  readonly [key: string]: unknown;
}

export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** The lines of `out`, under `--json`. */
  readonly json: readonly JsonLine[];
}

export interface InkstoneOptions {
  readonly cwd?: string;
  readonly lang?: Language;
  readonly env?: { readonly [name: string]: string | undefined };
  /** Called with each text that is printed. */
  readonly onOut?: (text: string) => void;
  /** Called with each JSON line as it comes. */
  readonly onJson?: (line: JsonLine) => void;
}

/** How many run now, and what the process was before the first of them: they may end in another order than they began. */
let running = 0;
let before = { cwd: '', env: process.env };

/** Runs `inkstone ARGV` in this process. */
export async function inkstone(argv: readonly string[], options: InkstoneOptions = {}): Promise<Outcome> {
  const { cwd = process.cwd(), lang = 'en', env = {}, onOut, onJson } = options;
  if (running++ === 0) before = { cwd: process.cwd(), env: { ...process.env } };
  const outer = process.cwd();
  let out = '';
  let err = '';
  const terminal = createTerminal({
    json: argv.includes('--json'),
    out: {
      write(text: string) {
        out += text;
        onOut?.(text);
        if (onJson) onJson(JSON.parse(text));
      },
    },
    progress: { write: (text: string) => (err += text) },
  });
  try {
    process.chdir(cwd);
    for (const [name, value] of Object.entries({ ...env, INKSTONE_LANG: lang })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    const status = await main(argv, terminal);
    return { status, out, err, json: argv.includes('--json') ? jsonLines(out) : [] };
  } finally {
    running -= 1;
    process.chdir(running === 0 ? before.cwd : outer);
    for (const name of Object.keys({ ...env, INKSTONE_LANG: lang })) {
      if (before.env[name] === undefined) delete process.env[name];
      else process.env[name] = before.env[name];
    }
  }
}

/** The words of a process that is the command line: program and arguments. */
export const processWords = [process.execPath, join(import.meta.dirname, '../bin/inkstone.js')];

/** Starts `inkstone ARGV` as a process; `shell` puts words before it (`ulimit -f 8; exec`). */
export function startInkstone(
  argv: readonly string[],
  options: { readonly cwd: string; readonly lang?: Language; readonly shell?: string },
): { readonly child: ChildProcess; readonly ended: Promise<Outcome & { signal: string | null }> } {
  const env = { ...process.env, INKSTONE_LANG: options.lang ?? 'en' };
  const words = [...processWords, ...argv];
  const child = options.shell
    ? spawn('bash', ['-c', `${options.shell} "$@"`, 'bash', ...words], { cwd: options.cwd, env })
    : spawn(words[0], words.slice(1), { cwd: options.cwd, env });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8');
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  const ended = new Promise<Outcome & { signal: string | null }>((resolve) => {
    child.on('close', (status, signal) => {
      const json = argv.includes('--json') ? jsonLines(out) : [];
      resolve({ status: status ?? -1, signal, out, err, json });
    });
  });
  return { child, ended };
}

/** Whole lines only: a killed process may leave half of one. */
function jsonLines(text: string): JsonLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The line that says where it serves. */
export function serving(child: ReturnType<typeof startInkstone>['child']): Promise<JsonLine> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout!.on('data', (data) => {
      out += data;
      const line = out.split('\n').find((one) => one.includes('"serving"'));
      if (line) resolve(JSON.parse(line));
    });
    child.on('close', () => reject(new Error(`ended without serving: ${out}`)));
  });
}

/** A fresh folder that is removed after the tests of the file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Everything in a folder: path, size and hash of each file. */
export function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const full = join(folder, path);
      if (statSync(full).isDirectory()) return `${path}/`;
      return `${path} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`;
    });
}

const englishWords =
  'the whale sea ship captain and of to a in sailed under moon night wind stars water great old'.split(' ');
const chineseCharacters = [...'春风花月江山水云天人心日夜雨雪青白红绿长'];

const draw = <T>(items: readonly T[], count: number, rng: ReturnType<typeof createRng>): T[] =>
  Array.from({ length: count }, () => items[rng.integer(items.length)]);

/** English sentences of known words, the same for the same seed. */
export function englishText(sentences: number, seed = 1): string {
  const rng = createRng(seed);
  return Array.from({ length: sentences }, () => `${draw(englishWords, 12, rng).join(' ')}.`).join('\n');
}

/** Chinese couplets, one text each. */
export function chineseTexts(count: number, seed = 1): string[] {
  const rng = createRng(seed);
  const half = (): string => draw(chineseCharacters, 5, rng).join('');
  return Array.from({ length: count }, () => `${half()}，${half()}。\n${half()}，${half()}。`);
}

/** Writes `en.txt` (one text) and `zh.jsonl` (many) into a folder. */
export function writeTexts(folder: string): void {
  writeFileSync(join(folder, 'en.txt'), englishText(120));
  const records = chineseTexts(120).map((text) => JSON.stringify({ text }));
  writeFileSync(join(folder, 'zh.jsonl'), `${records.join('\n')}\n`);
}

/** Options of a model that trains in a blink. */
export const tiny = [
  ['--layers', '1'],
  ['--width', '16'],
  ['--heads', '2'],
  ['--context-length', '16'],
  ['--vocab-size', '300'],
].flat();

/** What a step of the trace must repeat exactly; the clock may differ. */
export interface TraceStep {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly lr: number;
  readonly tokens: number;
}

/** The loss trace of a run, from its metrics. */
export function traceOf(runFolder: string): TraceStep[] {
  return jsonLines(readFileSync(join(runFolder, 'metrics.jsonl'), 'utf8'))
    .filter((line) => line.type === 'step')
    .map((line) => {
      const { step, loss, gradNorm, lr, tokens } = line as unknown as TraceStep;
      return { step, loss, gradNorm, lr, tokens };
    });
}

export const HAN = /\p{Script=Han}/u;
