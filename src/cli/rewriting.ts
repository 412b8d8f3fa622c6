/** Files of records that are written anew with other texts: all other fields stay as they were. */

import { resolve } from 'node:path';
import { readRecords, textFieldOf, writeFileAtomic } from '../io/index.ts';
import type { CommandContext } from './command.ts';
import { corpusOptions, type dataOptions } from './corpus-options.ts';
import { fail } from './errors.ts';
import { flagOf } from './options.ts';

type Context = CommandContext<typeof dataOptions>;

/** Verbs of `data` that read a corpus. */
const CORPUS_VERBS = ['preview', 'stats', 'diversity', 'save'];

/** It works on records with all their fields, not on a corpus: nothing is cleaned, and nothing written over what is read. */
export function checkRewriting({ options, given }: Context, verb: string, path: string): void {
  const { textColumn: _, ...cleaning } = corpusOptions;
  const useless = [...Object.keys(cleaning), 'offline'].find((name) => given.has(name));
  if (useless)
    throw fail('cli/other-verb', { command: 'data', verb, option: flagOf(useless), verbs: CORPUS_VERBS });
  if (resolve(options.out) !== resolve(path)) return;
  const rule = { rule: 'another file than the one that is read', zhRule: '为不同于输入的文件' };
  throw fail('cli/value', { command: `data ${verb}`, option: '--out', ...rule, got: options.out });
}

/** Of what was written. */
export interface Rewriting {
  readonly records: number;
  /** Records beyond those that were read. */
  readonly made: number;
  /** Records of which nothing else was made. */
  readonly unchanged: number;
  readonly example?: { readonly before: string; readonly after: string };
}

const SHOWN = 80;

/** Writes, for each record, one with each of the texts that `textsFor` makes of its own. */
export async function rewriteRecords(
  path: string,
  { options, signal }: Context,
  textsFor: (text: string, number: number) => readonly string[],
): Promise<Rewriting> {
  const { out, textColumn } = options;
  const counts = { records: 0, made: 0, unchanged: 0 };
  let example: Rewriting['example'];
  await writeFileAtomic(out, async (sink) => {
    for await (const record of readRecords(path, { signal })) {
      signal.throwIfAborted();
      const { fields } = record;
      const textField = textFieldOf(record, { textColumn });
      const text = fields[textField] as string;
      const texts = textsFor(text, counts.records++);
      counts.made += texts.length - 1;
      const changed = texts.find((one) => one !== text);
      if (changed === undefined) counts.unchanged++;
      else example ??= { before: text.slice(0, SHOWN), after: changed.slice(0, SHOWN) };
      for (const next of texts)
        await sink.write(Buffer.from(`${JSON.stringify({ ...fields, [textField]: next })}\n`));
    }
  });
  return { ...counts, ...(example && { example }) };
}
