/** The command line: finds the command, checks its options, runs it, and turns errors into one line and a status. */

import { existsSync } from 'node:fs';
import { InkstoneError, nearest } from '../errors.ts';
import { defineMessages } from '../language.ts';
import { onLog } from '../log.ts';
import { checkArgs, checkVerb, type ParsedArgv, parseArgv } from './argv.ts';
import { type Command, withOptions } from './command.ts';
import { fail } from './errors.ts';
import { commandHelp, generalHelp } from './help.ts';
import { INTERRUPTED, listenForInterrupt } from './interrupt.ts';
import { printConfig, type RawValues, resolveOptions } from './options.ts';
import { sameAgain } from './shell-words.ts';
import { commands } from './table.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** Exit statuses: bad input is the user's to mend, a crash is ours. */
const STATUS = { ok: 0, crash: 1, badInput: 2 } as const;

const DEFAULT_CONFIG = 'inkstone.yaml';

const say = defineMessages({
  crash: {
    en: (d: { message: string }) =>
      `inkstone: unexpected error: ${d.message}; run again with --debug for details`,
    zh: (d) => `inkstone：意外错误：${d.message}；加上 --debug 可看详情`,
  },
  stopped: {
    en: (d: { command: string }) => `stopped; to begin again: ${d.command}`,
    zh: (d) => `已停止；重新开始请运行：${d.command}`,
  },
});

/** Runs one command line; returns the exit status. */
export async function main(
  argv: readonly string[],
  terminal: Terminal = createTerminal({ json: argv.includes('--json') }),
): Promise<number> {
  const debug = argv.includes('--debug');
  const stopLog = onLog(({ level, message }) => {
    if (level === 'warning' || debug) terminal.error(message);
  });
  try {
    return await dispatch(argv, terminal);
  } catch (error) {
    return await tellError(error, terminal, debug);
  } finally {
    terminal.endLive();
    stopLog();
  }
}

/** One line on the error stream, an object for machines, and the status. */
async function tellError(thrown: unknown, terminal: Terminal, debug: boolean): Promise<number> {
  terminal.endLive();
  const error = await inPlainWords(thrown);
  const known = error instanceof InkstoneError;
  const text = (error as Error)?.message ?? String(error);
  const message = (known ? text : say('crash', { message: text })).replace(/\s*\n\s*/g, ' ');
  terminal.json({ type: 'error', code: known ? error.code : 'crash', message });
  terminal.error(message);
  if (debug) terminal.error(String((thrown as Error)?.stack ?? thrown));
  return known ? STATUS.badInput : STATUS.crash;
}

/** What the system refused (a full disk, a missing right) is no crash: it is said like any other error. */
async function inPlainWords(error: unknown): Promise<unknown> {
  const { syscall, path } = (error ?? {}) as NodeJS.ErrnoException;
  if (error instanceof InkstoneError || !syscall || !path) return error;
  const { describeFileError } = await import('../io/index.ts');
  return describeFileError(error, path);
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined && terminal.canAsk) return runMenu(terminal);
  if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && !rest[0])) {
    return show(terminal, { type: 'help', text: generalHelp() });
  }
  if (name === 'help') return show(terminal, { type: 'help', text: commandHelp(await findCommand(rest[0])) });
  if (name === '--version' || name === '-v') {
    const { version } = await import('./version.ts');
    return show(terminal, { type: 'version', text: version() });
  }
  const row = await findCommand(name);
  const parsed = parseArgv(row, rest);
  if (parsed.flags.get('help')) return show(terminal, { type: 'help', text: commandHelp(row) });
  return runCommand(row, argv, parsed, terminal);
}

/** What is chosen from the menu is run as if it had been typed. */
async function runMenu(terminal: Terminal): Promise<number> {
  const { chooseCommand } = await import('./menu.ts');
  const argv = await chooseCommand(terminal);
  return argv === undefined ? STATUS.ok : dispatch(argv, terminal);
}

/** A page of text, or its object. */
function show(terminal: Terminal, page: { readonly type: string; readonly text: string }): number {
  terminal.print(page.text);
  terminal.json(page);
  return STATUS.ok;
}

async function findCommand(name: string): Promise<Command> {
  const row = commands.find((candidate) => candidate.name === name);
  if (row) return withOptions(row);
  const names = commands.map((candidate) => candidate.name);
  throw fail('cli/command', { name, near: nearest(name, names) });
}

async function runCommand(
  row: Command,
  argv: readonly string[],
  { args, flags }: ParsedArgv,
  terminal: Terminal,
): Promise<number> {
  const file = await readConfig(row, flags.get('config') as string | undefined);
  const { values, given } = resolveOptions(row.name, row.options, flags, file);
  if (flags.get('printConfig')) {
    return show(terminal, { type: 'config', text: printConfig(row.name, row.options, values) });
  }
  checkArgs(row, args);
  checkVerb(row, args, flags);
  const interrupt = listenForInterrupt();
  const { signal } = interrupt;
  const again = sameAgain(argv);
  try {
    const { run } = await row.load();
    const status = await run({ args, options: values as never, given, again, terminal, signal });
    return status ?? (signal.aborted ? INTERRUPTED : STATUS.ok);
  } catch (error) {
    if (!signal.aborted || (error as Error)?.name !== 'AbortError') throw error;
    terminal.endLive({ keep: false });
    terminal.print(say('stopped', { command: again }));
    return INTERRUPTED;
  } finally {
    interrupt.stop();
  }
}

/** The values of the file that was named, else of `inkstone.yaml` if there is one. */
async function readConfig(row: Command, path: string | undefined): Promise<RawValues> {
  if (path === undefined && !existsSync(DEFAULT_CONFIG)) return new Map();
  const { readConfig: read } = await import('./config-file.ts');
  const tables = commands.map(async ({ name, options }) => [name, await options()] as const);
  return read(row.name, new Map(await Promise.all(tables)), path ?? DEFAULT_CONFIG);
}
