/** A command line taken apart: positional arguments and flags, checked against a command's row. */

import { parseArgs } from 'node:util';
import { nearest } from '../errors.ts';
import type { Command, OptionTable } from './command.ts';
import { fail } from './errors.ts';
import { globalOptions } from './global-options.ts';
import { checkValue, flagOf, type RawValues } from './options.ts';

export interface ParsedArgv {
  readonly args: readonly string[];
  readonly flags: RawValues;
}

/** Splits into positional arguments and flags: `--name value`, `--name=value`, `--no-name`, `--`. */
export function parseArgv(row: Command, argv: readonly string[]): ParsedArgv {
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
    if (name && table[name].type === 'boolean') {
      flags.set(name, checkValue(row.name, flag, table[name], token.value ?? true));
    } else if (name) {
      if (token.value === undefined || (!token.inlineValue && byFlag.has(token.value))) {
        throw fail('cli/missing-value', { command: row.name, option: flag });
      }
      flags.set(name, token.value);
    } else if (negated && table[negated].type === 'boolean') flags.set(negated, false);
    else if (negated && table[negated].canBeNone) flags.set(negated, '');
    else throw fail('cli/option', { command: row.name, option: flag, near: nearest(flag, byFlag.keys()) });
  }
  return { args, flags };
}

/** An option that the verb does not read is refused, not ignored. In a file it may stand: that serves every verb. */
export function checkVerb(row: Command, [verb]: readonly string[], flags: RawValues): void {
  // An unknown verb is for the command to name.
  if (!row.args?.split(/[<>|]/).includes(verb)) return;
  for (const name of flags.keys()) {
    const verbs = row.options[name]?.verbs;
    if (!verbs || verbs.includes(verb)) continue;
    throw fail('cli/other-verb', { command: row.name, verb, option: flagOf(name), verbs });
  }
}

/** `<name>` must be there, `[name]` may, and `…` takes any number. */
export function checkArgs(row: Command, args: readonly string[]): void {
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
    const got = args[wanted.length];
    throw fail('cli/too-many-arguments', { command: row.name, got, takesData: 'data' in row.options });
  }
}
