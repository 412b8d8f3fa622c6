/** `inkstone data augment FILE`: each record, then new ones with small changes of its text and all other fields as they were. */

import { resolve } from 'node:path';
import { type Augmentation, augmentations, augmenter, parseSynonyms } from '../../data/index.ts';
import { nearest } from '../../errors.ts';
import { readRecords, textFieldOf, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { createRng } from '../../rng.ts';
import type { CommandContext } from '../command.ts';
import { corpusOptions, type dataOptions } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import { flagOf } from '../options.ts';
import { readTextFile } from '../text-file.ts';

const say = defineMessages({
  written: {
    en: (d: { file: string; records: number; made: number; unchanged: number }) =>
      `${d.file}: ${d.records} records and ${d.made} made from them${d.unchanged ? `; ${d.unchanged} had nothing to change` : ''}`,
    zh: (d) =>
      `${d.file}：原有 ${d.records} 条，新生成 ${d.made} 条${d.unchanged ? `；${d.unchanged} 条没有可改动之处` : ''}`,
  },
  example: {
    en: (d: { before: string; after: string }) => `  for example "${d.before}" → "${d.after}"`,
    zh: (d) => `  例如“${d.before}”→“${d.after}”`,
  },
});

const SHOWN = 80;

export async function augment(
  { options, given, terminal, signal }: CommandContext<typeof dataOptions>,
  path: string,
): Promise<void> {
  // It works on records with all their fields, not on a corpus: nothing is cleaned.
  const { textColumn: _, ...cleaning } = corpusOptions;
  const useless = [...Object.keys(cleaning), 'offline'].find((name) => given.has(name));
  if (useless) {
    const verbs = ['preview', 'stats', 'diversity', 'save'];
    throw fail('cli/other-verb', { command: 'data', verb: 'augment', option: flagOf(useless), verbs });
  }
  const { out, rate, copies, seed, textColumn } = options;
  if (resolve(out) === resolve(path)) {
    const rule = { rule: 'another file than the one that is read', zhRule: '为不同于输入的文件' };
    throw fail('cli/value', { command: 'data augment', option: '--out', ...rule, got: out });
  }
  const synonyms = options.synonyms
    ? parseSynonyms(await readTextFile(options.synonyms), options.synonyms)
    : undefined;
  const change = augmenter({ rate, copies, synonyms, methods: methodsOf(options.methods) });
  const counts = { records: 0, made: 0, unchanged: 0 };
  let example: { before: string; after: string } | undefined;
  await writeFileAtomic(out, async (sink) => {
    const write = (fields: object) => sink.write(Buffer.from(`${JSON.stringify(fields)}\n`));
    for await (const record of readRecords(path, { signal })) {
      signal.throwIfAborted();
      const { fields } = record;
      const textField = textFieldOf(record, { textColumn });
      const text = fields[textField] as string;
      const made = change(text, createRng(seed).split(counts.records++));
      counts.made += made.length;
      if (made.length === 0) counts.unchanged++;
      else example ??= { before: text.slice(0, SHOWN), after: made[0].slice(0, SHOWN) };
      await write(fields);
      for (const next of made) await write({ ...fields, [textField]: next });
    }
  });
  terminal.json({ type: 'augmented', file: out, ...counts });
  terminal.print(say('written', { file: out, ...counts }));
  if (example) terminal.print(say('example', example));
}

function methodsOf(names: string | undefined): readonly Augmentation[] | undefined {
  return names?.split(',').map((name) => {
    const method = name.trim();
    if (augmentations.includes(method as Augmentation)) return method as Augmentation;
    const known = augmentations.join(', ');
    throw fail('cli/value', {
      command: 'data augment',
      option: '--methods',
      rule: `some of ${known}`,
      zhRule: `取自 ${known}`,
      got: names,
      near: nearest(method, augmentations),
    });
  });
}
