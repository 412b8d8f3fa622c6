/** `inkstone repeat`: the repetition of texts, with the definitions of the literature; the lab. */

import { measureTexts, type TokenUnit } from '../../repeat/index.ts';
import type { CommandContext, CommandModule } from '../command.ts';
import type { repeatOptions } from '../repeat-options.ts';
import { type NamedReport, repetitionTable } from '../repetition-table.ts';
import { readTexts } from '../texts.ts';
import { actionOf } from '../verbs.ts';

type Context = CommandContext<typeof repeatOptions>;

/** What the command can do; a verb of its own module is loaded when it is called. */
const verbs: Readonly<Record<string, CommandModule<typeof repeatOptions>['run']>> = {
  measure,
  detect: async (context) => (await import('./repeat-detect.ts')).run(context),
  clean: async (context) => (await import('./repeat-clean.ts')).run(context),
  audit: async (context) => (await import('./repeat-audit.ts')).run(context),
  lab: async (context) => (await import('./repeat-lab.ts')).run(context),
};

// biome-ignore lint/suspicious/noConfusingVoidType: as its verbs do
export async function run(context: Context): Promise<number | void> {
  return actionOf('repeat', verbs, context.args)(context);
}

/** `repeat measure FILE…` */
async function measure({ args, options, terminal }: Context): Promise<void> {
  const unit = options.unit as TokenUnit | 'auto';
  const reports: NamedReport[] = (await readTexts('repeat measure', args.slice(1), { lines: true })).map(
    ({ name, texts, prompts }) => ({
      name,
      report: measureTexts(texts, { unit, prompts, selfBleu: options.selfBleu }),
    }),
  );
  for (const { name, report } of reports) terminal.json({ name, ...report });
  for (const line of repetitionTable(reports)) terminal.print(line);
}
