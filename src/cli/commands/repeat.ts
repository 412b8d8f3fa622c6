/** `inkstone repeat`: the repetition of texts, with the definitions of the literature; the lab. */

import { basename } from 'node:path';
import { nearest } from '../../errors.ts';
import { measureTexts, parseGenerations } from '../../repeat/index.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { repeatOptions } from '../option-tables.ts';
import { type NamedReport, repetitionTable } from '../repetition-table.ts';

type Context = CommandContext<typeof repeatOptions>;

/** What the command can do; a verb of its own module is loaded when it is called. */
const verbs: Readonly<Record<string, (context: Context) => Promise<void>>> = {
  measure,
  lab: async (context) => (await import('./repeat-lab.ts')).run(context),
};

export async function run(context: Context): Promise<void> {
  const [verb] = context.args;
  if (Object.hasOwn(verbs, verb)) return verbs[verb](context);
  const known = Object.keys(verbs);
  throw fail('cli/value', {
    command: 'repeat',
    option: 'verb',
    rule: known.join(', '),
    zhRule: `为 ${known.join('、')}`,
    got: verb,
    near: nearest(verb, known),
  });
}

/** `repeat measure FILE…` */
async function measure({ args, options, terminal }: Context): Promise<void> {
  const [, ...files] = args;
  const unit = options.unit as 'auto' | 'words' | 'characters';
  const reports: NamedReport[] = [];
  for (const file of files) {
    const { runs } = parseGenerations(await readTextFile(file), file);
    runs.forEach((texts, run) => {
      const name = runs.length > 1 ? `${basename(file)}#${run}` : basename(file);
      reports.push({ name, report: measureTexts(texts, { unit }) });
    });
  }
  for (const { name, report } of reports) terminal.json({ name, ...report });
  for (const line of repetitionTable(reports)) terminal.print(line);
}
