/** `inkstone repeat measure FILE…`: the repetition of texts, with the definitions of the literature. */

import { basename } from 'node:path';
import { nearest } from '../../errors.ts';
import { measureTexts, parseGenerations } from '../../repeat/index.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { repeatOptions } from '../option-tables.ts';
import { type NamedReport, repetitionTable } from '../repetition-table.ts';

const verbs = ['measure'];

export async function run({ args, options, terminal }: CommandContext<typeof repeatOptions>): Promise<void> {
  const [verb, ...files] = args;
  if (!verbs.includes(verb)) {
    throw fail('cli/value', {
      command: 'repeat',
      option: 'verb',
      rule: 'measure',
      zhRule: '为 measure',
      got: verb,
      near: nearest(verb, verbs),
    });
  }
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
