/** The command line: finds the command, checks its options, runs it, and turns errors into one line and a status. */

import { parseArgs } from 'node:util';
import { InkstoneError, nearest } from '../errors.ts';
import { defineMessages } from '../language.ts';
import type { CommandRow, OptionTable } from './command.ts';
import { fail } from './errors.ts';
import { commandHelp, generalHelp } from './help.ts';
import { globalOptions } from './option-tables.ts';
import { flagOf, printConfig, type RawValues, readConfig, resolveOptions } from './options.ts';
import { commands } from './table.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** Exit statuses: bad input is the user's to mend, a crash is ours. */
const STATUS = { ok: 0, crash: 1, badInput: 2, interrupted: 130 } as const;

const say = defineMessages({
  crash: {
    en: (d: { message: string }) =>
      `inkstone: unexpected error: ${d.message}; run again with --debug for details`,
    zh: (d) => `inkstone：意外错误：${d.message}；加上 --debug 可看详情`,
  },
});

/** Runs one command line; returns the exit status. */
export async function main(argv: readonly string[], terminal?: Terminal): Promise<number> {
  const debug = argv.includes('--debug');
  const shown = terminal ?? createTerminal({ json: argv.includes('--json') });
  try {
    return await dispatch(argv, shown);
  } catch (error) {
    shown.endLive();
    const known = error instanceof InkstoneError;
    const message = known
      ? error.message
      : say('crash', { message: (error as Error)?.message ?? String(error) });
    shown.json({ type: 'error', code: known ? error.code : 'crash', message });
    process.stderr.write(`${message}\n`);
    if (debug) process.stderr.write(`${(error as Error)?.stack ?? error}\n`);
    return known ? STATUS.badInput : STATUS.crash;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const topic = name === 'help' ? commands.find((row) => row.name === rest[0]) : undefined;
    process.stdout.write(`${topic ? commandHelp(topic) : generalHelp()}\n`);
    return STATUS.ok;
  }
  if (name === '--version' || name === '-v') {
    const { version } = await import('./version.ts');
    process.stdout.write(`${version()}\n`);
    return STATUS.ok;
  }
  const row = commands.find((candidate) => candidate.name === name);
  if (!row) {
    const near = nearest(
      name,
      commands.map((candidate) => candidate.name),
    );
    throw fail('cli/command', { name, near });
  }
  const { args, flags } = parseArgv(row, rest);
  if (flags.get('help')) {
    process.stdout.write(`${commandHelp(row)}\n`);
    return STATUS.ok;
  }
  return runCommand(row, args, flags, terminal);
}

async function runCommand(
  row: CommandRow,
  args: string[],
  flags: RawValues,
  terminal: Terminal,
): Promise<number> {
  const tables = new Map(commands.map((command) => [command.name, command.options]));
  const file = readConfig(row.name, row.options, tables, flags.get('config') as string | undefined);
  const { values, given } = resolveOptions(row.name, row.options, flags, file);
  if (flags.get('printConfig')) {
    process.stdout.write(`${printConfig(row.name, row.options, values)}\n`);
    return STATUS.ok;
  }
  checkArgs(row, args);
  const interrupt = listenForInterrupt();
  try {
    const { run } = await row.load();
    const status = await run({
      args,
      options: values as never,
      given,
      terminal,
      signal: interrupt.signal,
    });
    if (interrupt.signal.aborted) return STATUS.interrupted;
    return status ?? STATUS.ok;
  } finally {
    interrupt.stop();
    terminal.endLive();
  }
}

/** The first Ctrl-C asks the command to save and stop; the second ends the process at once. */
function listenForInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(STATUS.interrupted);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** Splits a command line into positional arguments and flags: `--name value`, `--name=value`, `--no-name`, `--`. */
function parseArgv(row: CommandRow, argv: readonly string[]): { args: string[]; flags: RawValues } {
  const table: OptionTable = { ...row.options, ...globalOptions };
  const byFlag = new Map(Object.keys(table).map((name) => [flagOf(name), name]));
  const { tokens } = parseArgs({
    args: argv.map((word) => (word === '-h' ? '--help' : word)),
    options: Object.fromEntries(
      [...byFlag].map(([flag, name]) => [
        flag.slice(2),
        { type: table[name].type === 'boolean' ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const args: string[] = [];
  const flags: RawValues = new Map();
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const flag = token.rawName;
    const name = byFlag.get(flag);
    const negated = flag.startsWith('--no-') ? byFlag.get(`--${flag.slice(5)}`) : undefined;
    if (name && table[name].type === 'boolean') flags.set(name, token.value ?? true);
    else if (name) {
      if (token.value === undefined || (!token.inlineValue && byFlag.has(token.value))) {
        throw fail('cli/missing-value', { command: row.name, option: flag });
      }
      flags.set(name, token.value);
    } else if (negated && table[negated].type === 'boolean') flags.set(negated, false);
    else throw fail('cli/option', { command: row.name, option: flag, near: nearest(flag, byFlag.keys()) });
  }
  return { args, flags };
}

/** `<name>` must be there, `[name]` may, and `…` takes any number. */
function checkArgs(row: CommandRow, args: readonly string[]): void {
  const wanted = (row.args ?? '').split(' ').filter(Boolean);
  const required = wanted.filter((arg) => arg.startsWith('<'));
  if (args.length < required.length) {
    throw fail('cli/missing-argument', {
      command: row.name,
      argument: required[args.length],
      example: row.example,
    });
  }
  if (args.length > wanted.length && !wanted.some((arg) => arg.includes('…'))) {
    throw fail('cli/too-many-arguments', { command: row.name, got: args[wanted.length] });
  }
}
