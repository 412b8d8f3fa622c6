/** Option values, checked: the same names, rules and errors for flags and for `inkstone.yaml`. */

import { nearest } from '../errors.ts';
import { language } from '../language.ts';
import type { OptionRow, OptionTable } from './command.ts';
import { fail } from './errors.ts';

export type RawValue = string | number | boolean;
export type RawValues = Map<string, RawValue>;

/** `heldOut` → `--held-out`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The parts of a value that are joined by commas of either width. */
export const listOf = (text: string): string[] => text.split(/[,，]/).map((part) => part.trim());

/** Refuses the first of `names` that was given: beside what else is asked for it has no effect. */
export function refuseGiven(
  given: ReadonlySet<string>,
  names: readonly string[],
  why: {
    readonly command: string;
    readonly beside: string;
    readonly reason: string;
    readonly zhReason: string;
  },
): void {
  const found = names.find((name) => given.has(name));
  if (found === undefined) return;
  const { command, beside, ...reason } = why;
  throw fail('cli/conflict', { command, options: [beside, flagOf(found)], ...reason });
}

/** Checks one value against its row and gives it its type. */
export function checkValue(command: string, shown: string, row: OptionRow, raw: RawValue): RawValue {
  const refuse = (rule: string, zhRule: string, near?: string) =>
    fail('cli/value', { command, option: shown, rule, zhRule, got: String(raw), near });
  if (row.type === 'boolean') {
    if (typeof raw === 'boolean') return raw;
    if (raw === 'true' || raw === 'false') return raw === 'true';
    throw refuse('true or false', '为 true 或 false');
  }
  if (row.type === 'number') {
    const value = typeof raw === 'string' && raw.trim() !== '' ? Number(raw) : raw;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw refuse('a number', '为数字');
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
): { values: Record<string, RawValue | undefined>; given: Set<string> } {
  const values: Record<string, RawValue | undefined> = {};
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
