/** Cures as they are written: `unlikelihood:1+ditto`. */

import { nearest } from '../errors.ts';
import { type ArgumentRow, type CureName, cureTable, type Words } from './cure-table.ts';
import type { CurableModel, Cure } from './cures.ts';
import { fail } from './errors.ts';

/** A cure with its arguments, defaults filled in. */
export interface ParsedCure {
  readonly name: CureName;
  readonly args: Readonly<Record<string, number | string>>;
}

/**
 * Reads `name:argument:…`, several joined by `+`. @throws `train/cure`, `train/cure-argument`, `train/cure-arguments`,
 * `train/cure-twice`.
 */
export function parseCures(spec: string): ParsedCure[] {
  const cures = spec.split('+').map(parseCure);
  cures.forEach(({ name }, i) => {
    if (cures.findIndex((other) => other.name === name) < i) throw fail('train/cure-twice', { cure: name });
  });
  return cures;
}

function parseCure(spec: string): ParsedCure {
  const [name, ...given] = spec.trim().split(':');
  if (!Object.hasOwn(cureTable, name)) {
    const known = Object.keys(cureTable);
    throw fail('train/cure', { name, known, near: nearest(name, known) });
  }
  const rows = Object.entries(cureTable[name as CureName].args);
  if (given.length > rows.length) {
    throw fail('train/cure-arguments', { cure: name, usage: usageOf(name as CureName), got: given.length });
  }
  const args = rows.map(([argument, row], i) => [argument, parseArgument(name, argument, row, given[i])]);
  return { name: name as CureName, args: Object.fromEntries(args) };
}

function parseArgument(cure: string, argument: string, row: ArgumentRow, got: string | undefined) {
  if (got === undefined || got === '') return row.default;
  if (row.words?.includes(got)) return got;
  const value = Number(got);
  if (row.test?.(value) && Number.isFinite(value)) return value;
  const words = row.words ?? [];
  const either = (rule: string | undefined, or: string, comma: string, before: string) =>
    [...(rule ? [rule] : []), ...(words.length ? [`${rule ? '' : before}${words.join(comma)}`] : [])].join(
      or,
    );
  throw fail('train/cure-argument', {
    cure,
    argument,
    rule: either(row.rule?.en, ' or ', ', ', words.length > 1 ? 'one of ' : ''),
    zhRule: either(row.rule?.zh, '，或 ', '、', '为 '),
    got,
  });
}

/** The full form with every argument: what a run's settings keep. */
export function formatCures(spec: string): string {
  return parseCures(spec)
    .map(({ name, args }) => [name, ...Object.values(args)].join(':'))
    .join('+');
}

/** `name:argument:…` as it may be written. */
const usageOf = (name: CureName): string => [name, ...Object.keys(cureTable[name].args)].join(':');

/** Every cure with how it is written and what it does: for help texts. */
export function cureDocs(): readonly { readonly usage: string; readonly doc: Words }[] {
  return (Object.keys(cureTable) as CureName[]).map((name) => ({
    usage: usageOf(name),
    doc: cureTable[name].doc,
  }));
}

/** A parsed cure, ready to act. @throws `train/cure-context` when the model's context is too short for it. */
export function createCure(
  { name, args }: ParsedCure,
  model: Pick<CurableModel<never>, 'contextLength'>,
): Cure {
  return cureTable[name].create(args, model);
}
