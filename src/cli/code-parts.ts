/** What the verbs of `inkstone code` have in common. */

import type { CodeWriter } from '../apps/index.ts';
import { codeWriter } from '../serve/index.ts';
import type { codeOptions } from './code-options.ts';
import type { CommandContext } from './command.ts';
import { fail } from './errors.ts';
import { openServedModel } from './writers.ts';

export type CodeContext = CommandContext<typeof codeOptions>;

/** The model that writes, for as long as `work` goes on. */
export async function withWriter<Result>(
  { options }: CodeContext,
  work: (writer: CodeWriter) => Promise<Result>,
): Promise<Result> {
  const { model, scope, close } = await openServedModel(options.model!);
  try {
    return await work(codeWriter(model, { ...scope, contextTokens: options.contextTokens }));
  } finally {
    close();
  }
}

/** The file or the words behind the verb. @throws where there are none */
export function subjectOf({ args: [verb, subject] }: CodeContext, argument: string): string {
  if (subject !== undefined) return subject;
  const example = `inkstone code ${verb} ${argument} --model runs/code`;
  throw fail('cli/missing-argument', { command: `code ${verb}`, argument, example });
}
