/** `inkstone.yaml`: one file for every command, with keys that all share and a section for each command. */

import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { nearest } from '../errors.ts';
import type { OptionTable } from './command.ts';
import { fail } from './errors.ts';
import type { RawValues } from './options.ts';

/**
 * Reads the values for one command: keys at the top are shared by every command that knows them, a section named
 * after a command is its own and comes first. A key that nobody knows is an error with its line, in every section.
 */
export function readConfig(
  command: string,
  commands: ReadonlyMap<string, OptionTable>,
  file: string,
): RawValues {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const problem = document.errors[0];
  if (problem) throw fail('cli/config-file', { file, reason: problem.message.split('\n')[0] });
  if (document.contents === null) return new Map();
  if (!isMap(document.contents)) throw fail('cli/config-file', { file, reason: 'no mapping' });

  const table = commands.get(command)!;
  const everyKey = [...commands.values()].flatMap((options) => Object.keys(options));
  const shared: RawValues = new Map();
  const own: RawValues = new Map();

  const nameOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key);
  const lineOf = ({ key }: Pair): number => lines.linePos((key as { range?: [number] }).range?.[0] ?? 0).line;
  const requireKnown = (
    pair: Pair,
    owner: string,
    known: readonly string[],
    sections: readonly string[] = [],
  ) => {
    const key = nameOf(pair);
    if (known.includes(key)) return;
    const near = nearestKey(key, [...known, ...sections]);
    throw fail('cli/config-key', { command: owner, key, file, line: lineOf(pair), near });
  };
  const take = (pair: Pair, into: RawValues): void => {
    const key = nameOf(pair);
    if (!(key in table) || pair.value === null) return;
    const value = isScalar(pair.value) ? pair.value.value : undefined;
    if (value === null) return;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw fail('cli/config-value', { command, key, file, line: lineOf(pair) });
    }
    into.set(key, value);
  };
  const visitSection = (owner: string, section: YAMLMap): void => {
    for (const pair of section.items) {
      requireKnown(pair, owner, Object.keys(commands.get(owner)!));
      if (owner === command) take(pair, own);
    }
  };

  for (const pair of document.contents.items) {
    const name = nameOf(pair);
    // NOTE A name can be both: `tokenizer: characters` is a key of `train`, `tokenizer:` with keys below it a section.
    const isSection = commands.has(name) && (isMap(pair.value) || isNothing(pair.value));
    if (!isSection) {
      requireKnown(
        pair,
        command,
        everyKey,
        [...commands.keys()].filter((section) => section !== name),
      );
      take(pair, shared);
    } else if (isMap(pair.value)) visitSection(name, pair.value);
  }
  return new Map([...shared, ...own]);
}

const isNothing = (value: unknown): boolean => value === null || (isScalar(value) && value.value === null);

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fail('cli/config-file', { file, reason: (error as NodeJS.ErrnoException).code ?? 'unreadable' });
  }
}

/** The key that was meant: one that is spelt alike, or one that is a word of it (`lr_rate` → `lr`). */
function nearestKey(key: string, known: readonly string[]): string | undefined {
  const words = key.split(/[-_.]/);
  return nearest(key, known) ?? known.find((name) => words.includes(name));
}
