/** `inkstone probe bias|memory|security|fairness MODEL`: what a model does that it should not. */

import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { probeOptions } from '../probe-options.ts';
import { actionOf } from '../verbs.ts';

export type ProbeContext = CommandContext<typeof probeOptions>;

/** What a probe found: all of it, for machines, and lines for people. */
export interface ProbeResult {
  readonly report: object;
  readonly lines: readonly string[];
  /** What ended it too early, told after all of this. */
  readonly error?: unknown;
}

type Probe = (context: ProbeContext, model: string) => Promise<ProbeResult>;

const say = defineMessages({
  written: { en: (d: { path: string }) => `written to ${d.path}`, zh: (d) => `已写入 ${d.path}` },
});

const verbs: Readonly<Record<string, Probe>> = {
  bias: async (...about) => (await import('./probe-bias.ts')).bias(...about),
  memory: async (...about) => (await import('./probe-memory.ts')).memory(...about),
  security: async (...about) => (await import('./probe-security.ts')).security(...about),
  fairness: async (...about) => (await import('./probe-fairness.ts')).fairness(...about),
};

export async function run(context: ProbeContext): Promise<void> {
  const { args, options, terminal } = context;
  const probe = actionOf('probe', verbs, args);
  const [verb, model, extra] = args;
  if (model === undefined) {
    const example = `inkstone probe ${verb} runs/poems-2min`;
    throw fail('cli/missing-argument', { command: `probe ${verb}`, argument: '<model>', example });
  }
  if (extra !== undefined)
    throw fail('cli/too-many-arguments', { command: `probe ${verb}`, got: extra, takesData: true });
  const { report, lines, error } = await probe(context, model);
  terminal.endLive({ keep: false });
  terminal.json({ type: verb, ...report });
  for (const line of lines) terminal.print(line);
  const { out, seed } = options;
  if (out !== undefined) {
    await writeFileAtomic(out, `${JSON.stringify({ version: 1, probe: verb, seed, ...report }, null, 2)}\n`);
    terminal.print(say('written', { path: out }));
  }
  if (error !== undefined) throw error;
}

/** A file that a probe cannot do without. */
export function requiredData(verb: string, data: string | undefined): string {
  if (data === undefined) throw fail('cli/missing-value', { command: `probe ${verb}`, option: '--data' });
  return data;
}
