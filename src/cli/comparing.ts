/** A comparison of models on the command line: what is asked for, and where it is while it goes on. */

import { type ComparedModel, type CompareReport, compareModels } from '../eval/index.ts';
import { defineMessages, language } from '../language.ts';
import { labelIn } from '../plots/index.ts';
import type { TokenUnit } from '../repeat/index.ts';
import type { CommandContext } from './command.ts';
import type { compareOptions } from './compare-options.ts';

const say = defineMessages({
  stage: {
    en: (d: { done: number; total: number; stage: string }) => `compare ${d.done}/${d.total} ${d.stage}`,
    zh: (d) => `比较 ${d.done}/${d.total} ${d.stage}`,
  },
});

type Options = Pick<
  CommandContext<typeof compareOptions>['options'],
  'strategies' | 'documents' | 'prompts' | 'length' | 'unit' | 'seed'
>;

/** Compares models on texts as the options say. */
export async function compareAsAsked(
  models: readonly ComparedModel[],
  heldOut: readonly string[],
  { options, terminal, signal }: Pick<CommandContext, 'terminal' | 'signal'> & { readonly options: Options },
): Promise<CompareReport> {
  let report: CompareReport | undefined;
  for await (const event of compareModels({
    models,
    heldOut,
    strategies: options.strategies?.split(';').map((spec) => spec.trim()),
    documents: options.documents,
    prompts: options.prompts,
    length: options.length,
    unit: options.unit as TokenUnit | 'auto',
    seed: options.seed,
    signal,
  })) {
    if (event.type === 'report') report = event.report;
    else {
      const { done, total } = event;
      terminal.json({ type: 'progress', stage: labelIn(event.stage, 'en'), done, total });
      terminal.live(say('stage', { done, total, stage: labelIn(event.stage, language()) }));
    }
  }
  terminal.endLive({ keep: false });
  return report!;
}
