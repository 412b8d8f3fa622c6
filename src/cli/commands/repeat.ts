/** `inkstone repeat measure FILE…`: the repetition of texts, with the definitions of the literature. */

import { basename } from 'node:path';
import { readTextFile } from '../../io/index.ts';
import { measureTexts, parseGenerations } from '../../repeat/index.ts';
import type { ContextOf } from '../command.ts';
import { fail } from '../errors.ts';
import { type NamedReport, repetitionTable } from '../repetition-table.ts';
import type { repeatCommand } from '../table.ts';

const verbs = ['measure'];

export async function run({ args, options, terminal }: ContextOf<typeof repeatCommand>): Promise<void> {
  const [verb, ...files] = args;
  if (!verbs.includes(verb)) {
    throw fail('cli/value', {
      command: 'repeat',
      option: 'verb',
      rule: 'measure',
      zhRule: '为 measure',
      got: verb,
    });
  }
  const unit = options.unit as 'auto' | 'word' | 'character';
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
