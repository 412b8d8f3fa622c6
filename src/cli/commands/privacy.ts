/** `inkstone privacy`: what ε a private training comes to, and what it costs in quality. */

import { defineMessages } from '../../language.ts';
import { epsilonOf, noiseFor } from '../../train/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { refuseGiven } from '../options.ts';
import { usualDelta } from '../privacy.ts';
import type { privacyCommandOptions } from '../privacy-command-options.ts';
import { formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';

export type PrivacyContext = CommandContext<typeof privacyCommandOptions>;

const say = defineMessages({
  chance: {
    en: (d: { examples: number; rate: string; delta: string; noise: string }) =>
      `${d.examples} examples, each with probability ${d.rate} in a step, noise ${d.noise}, δ ${d.delta}`,
    zh: (d) => `${d.examples} 个样本，每步各以概率 ${d.rate} 被抽中，噪声 ${d.noise}，δ ${d.delta}`,
  },
  head: { en: () => 'steps|ε|ε by the older conversion', zh: () => '步数|ε|旧换算的 ε' },
  means: {
    en: (d: { factor: string }) =>
      `whether one example was there changes the probability of no outcome by more than a factor of ${d.factor} (e^ε), but for δ`,
    zh: (d) => `有无某一个样本，任何结果的概率至多相差 ${d.factor} 倍（e^ε），例外概率为 δ`,
  },
});

const verbs: { readonly [verb: string]: (context: PrivacyContext) => Promise<number> } = {
  cost: async (context) => tellCost(context),
  compare: async (context) => (await import('./privacy-compare.ts')).comparePrivacy(context),
};

export async function run(context: PrivacyContext): Promise<number> {
  const [verb, more] = context.args;
  const action = actionOf('privacy', verbs, context.args);
  if (more !== undefined) {
    throw fail('cli/too-many-arguments', {
      command: `privacy ${verb}`,
      got: more,
      takesData: verb === 'compare',
    });
  }
  return action(context);
}

/** Shares of the steps at which ε is told. */
const SHARES = [0.1, 0.25, 0.5, 1];

function tellCost({ options, given, terminal }: PrivacyContext): number {
  const { examples, steps, batchSize } = options;
  const command = 'privacy cost';
  if (examples === undefined) throw fail('cli/missing-value', { command, option: '--examples' });
  if (options.epsilon !== undefined) {
    refuseGiven(given, ['noise'], {
      command,
      beside: '--epsilon',
      reason: 'the noise follows from ε, or ε from the noise',
      zhReason: '噪声由 ε 决定，或 ε 由噪声决定',
    });
  } else if (options.noise === undefined) {
    throw fail('cli/missing-value', { command, option: '--epsilon|--noise' });
  }
  const rate = Math.min(1, batchSize / examples);
  const delta = options.privateDelta ?? usualDelta(examples);
  const noise = options.noise ?? noiseFor({ epsilon: options.epsilon!, delta, rate, steps });
  const rows = [...new Set(SHARES.map((share) => Math.ceil(share * steps)))].map((done) => {
    const account = [{ rate, noise, steps: done }];
    const { epsilon, order } = epsilonOf(account, delta);
    return {
      steps: done,
      epsilon,
      order,
      older: epsilonOf(account, delta, { conversion: 'mironov' }).epsilon,
    };
  });
  const words = { examples, rate: rate.toPrecision(3), delta: delta.toPrecision(2), noise: noise.toFixed(4) };
  terminal.json({ type: 'privacy-cost', examples, rate, noise, delta, rows });
  terminal.print(say('chance', words));
  const lines = rows.map((row) => [String(row.steps), row.epsilon.toFixed(3), row.older.toFixed(3)]);
  for (const line of formatTable([say('head', {}).split('|'), ...lines])) terminal.print(`  ${line}`);
  terminal.print(say('means', { factor: Math.exp(rows.at(-1)!.epsilon).toPrecision(3) }));
  return 0;
}
