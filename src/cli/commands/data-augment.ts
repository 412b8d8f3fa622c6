/** `inkstone data augment FILE`: each record, then new ones with small changes of its text and all other fields as they were. */

import { type Augmentation, augmentations, augmenter, parseSynonyms } from '../../data/index.ts';
import { nearest } from '../../errors.ts';
import { defineMessages } from '../../language.ts';
import { createRng } from '../../rng.ts';
import type { CommandContext } from '../command.ts';
import type { dataOptions } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import { checkRewriting, type Rewriting, rewriteRecords } from '../rewriting.ts';
import { readTextFile } from '../text-file.ts';

type Context = CommandContext<typeof dataOptions>;

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

export async function augment(context: Context, path: string): Promise<void> {
  checkRewriting(context, 'augment', path);
  const { rate, copies, seed } = context.options;
  const synonyms = context.options.synonyms
    ? parseSynonyms(await readTextFile(context.options.synonyms), context.options.synonyms)
    : undefined;
  const change = augmenter({ rate, copies, synonyms, methods: methodsOf(context.options.methods) });
  tellAugmented(
    context,
    await rewriteRecords(path, context, (text, number) => [
      text,
      ...change(text, createRng(seed).split(number)),
    ]),
  );
}

/** Says how many records were made of how many, with an example. */
export function tellAugmented({ options, terminal }: Context, { example, ...counts }: Rewriting): void {
  const file = options.out;
  terminal.json({ type: 'augmented', file, ...counts });
  terminal.print(say('written', { file, ...counts }));
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
