/** Turns flags and `inkstone.yaml` into checked option values: the same names, rules and errors for both. */

import { existsSync, readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { nearest } from '../errors.ts';
import { language } from '../language.ts';
import type { OptionRow, OptionTable } from './command.ts';
import { fail } from './errors.ts';

export type RawValues = Map<string, string | number | boolean>;

/** `heldOut` → `--held-out`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Checks one value against its row and gives it its type. */
function checkValue(command: string, shown: string, row: OptionRow, raw: string | number | boolean) {
  const refuse = (rule: string, zhRule: string, near?: string) =>
    fail('cli/value', { command, option: shown, rule, zhRule, got: String(raw), near });
  if (row.type === 'boolean') {
    if (typeof raw === 'boolean') return raw;
    if (raw === 'true' || raw === 'false') return raw === 'true';
    throw refuse('true or false', '为 true 或 false');
  }
  if (row.type === 'number') {
    const value = typeof raw === 'number' ? raw : raw === '' ? Number.NaN : Number(raw);
    if (typeof raw === 'boolean' || !Number.isFinite(value)) throw refuse('a number', '为数字');
    if (row.rule && !row.rule.test(value)) throw refuse(row.rule.words.en, row.rule.words.zh);
    return value;
  }
  const value = String(raw);
  if (row.choices && !row.choices.includes(value)) {
    throw refuse(
      `one of ${row.choices.join(', ')}`,
      `为 ${row.choices.join('、')} 之一`,
      nearest(value, row.choices),
    );
  }
  return value;
}

/** Flags before file, file before defaults. Every value is checked, also those of the file. */
export function resolveOptions(
  command: string,
  table: OptionTable,
  flags: RawValues,
  file: RawValues,
): { values: Record<string, string | number | boolean | undefined>; given: Set<string> } {
  const values: Record<string, string | number | boolean | undefined> = {};
  const given = new Set<string>();
  for (const [name, row] of Object.entries(table)) {
    const raw = flags.get(name) ?? file.get(name);
    if (raw === undefined) {
      values[name] = row.default;
      continue;
    }
    given.add(name);
    values[name] = checkValue(command, flags.has(name) ? flagOf(name) : name, row, raw);
  }
  return { values, given };
}

const DEFAULT_CONFIG = 'inkstone.yaml';

/**
 * Reads the values for one command: keys at the top are shared by every command that knows them, a section named
 * after a command is its own. `known` lists every key of every command: a key nobody knows is an error with its line.
 */
export function readConfig(
  command: string,
  table: OptionTable,
  commands: ReadonlyMap<string, OptionTable>,
  path: string | undefined,
): RawValues {
  const file = path ?? DEFAULT_CONFIG;
  const values: RawValues = new Map();
  if (!path && !existsSync(file)) return values;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fail('cli/config-file', { file, reason: (error as NodeJS.ErrnoException).code ?? 'unreadable' });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length)
    throw fail('cli/config-file', { file, reason: document.errors[0].message.split('\n')[0] });
  if (document.contents === null) return values;
  if (!isMap(document.contents)) throw fail('cli/config-file', { file, reason: 'no mapping' });
  const everyKey = new Set([...commands.values()].flatMap((options) => Object.keys(options)));
  const take = (map: Node | null, known: ReadonlySet<string>, owner: string): void => {
    if (!isMap(map)) return;
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : String(key);
      if (map === document.contents && commands.has(name) && isMap(value)) {
        const own = new Set(Object.keys(commands.get(name)!));
        if (name === command) take(value, own, name);
        continue;
      }
      if (!known.has(name)) {
        const line = lines.linePos((key as Node).range?.[0] ?? 0).line;
        throw fail('cli/config-key', { command: owner, key: name, file, line, near: nearest(name, known) });
      }
      if (name in table && isScalar(value)) values.set(name, value.value as string | number | boolean);
    }
  };
  take(document.contents, everyKey, command);
  return values;
}

/** The whole configuration as YAML, with each key's words and type above it. */
export function printConfig(
  command: string,
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): string {
  const lines = [`${command}:`];
  for (const [name, row] of Object.entries(table)) {
    const kind = row.choices ? row.choices.join(' | ') : row.type;
    lines.push(`  # ${row.doc[language()]} (${kind})`);
    const value = values[name];
    lines.push(value === undefined ? `  # ${name}:` : `  ${name}: ${JSON.stringify(value)}`);
  }
  return lines.join('\n');
}
