/** `inkstone privacy compare`: the same training at several ε, and what each costs in bits per character. */

import { join } from 'node:path';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { fail } from '../errors.ts';
import { tellEnd } from '../outcome.ts';
import type { PrivacyPlan } from '../privacy.ts';
import { watchTraining } from '../progress.ts';
import { type Privacy, privatePreset, trainingPreset } from '../recipe.ts';
import { defaultFolder } from '../runs.ts';
import { onlyGiven, presetSettings, type SettingOptions } from '../settings.ts';
import { formatTable } from '../terminal.ts';
import { readTrainingText } from '../train-parts.ts';
import { prepareTraining } from '../training.ts';
import type { PrivacyContext } from './privacy.ts';

const say = defineMessages({
  training: {
    en: (d: { epsilon: string; i: number; of: number }) => `${d.i} of ${d.of}: ε ${d.epsilon}`,
    zh: (d) => `第 ${d.i}/${d.of} 次：ε ${d.epsilon}`,
  },
  none: { en: () => 'none', zh: () => '无' },
  head: {
    en: () => 'ε|noise|held-out nats/token|bits/char|seconds',
    zh: () => 'ε|噪声|留出损失（奈特/词元）|比特/字|秒',
  },
  about: {
    en: (d: { unit: PrivacyPlan['unit']; examples: number; steps: number; delta: string }) =>
      `${d.steps} steps each; protected: each of ${d.examples} ${{ document: 'documents', piece: 'pieces of text' }[d.unit]}, δ ${d.delta}`,
    zh: (d) =>
      `每次 ${d.steps} 步；保护 ${d.examples} ${{ document: '篇文本', piece: '个片段' }[d.unit]}中的每一个，δ ${d.delta}`,
  },
  keep: {
    en: (d: { path: string }) =>
      `written: ${d.path}; the models beside it are for comparing, not to be given away: their noise comes from a known seed`,
    zh: (d) => `已写入：${d.path}；旁边的模型只供比较，不可外传：其噪声来自已知的种子`,
  },
});

/** One training of the table. */
interface Row {
  /** As asked; none for a training that is not private. */
  readonly epsilon?: number;
  readonly noise?: number;
  readonly heldOutLoss: number;
  readonly bitsPerCharacter?: number;
  readonly seconds: number;
}

export async function comparePrivacy(context: PrivacyContext): Promise<number> {
  const { options, terminal, signal } = context;
  const { data, seed, steps } = options;
  if (!data) throw fail('cli/missing-value', { command: 'privacy compare', option: '--data' });
  const asked = epsilonsOf(options.epsilons);
  const folder = options.out ?? defaultFolder(data, '-privacy');
  const settings = (privacy: Privacy | undefined) => {
    const flags = { ...onlyGiven(options, context.given), steps, privacy } as SettingOptions;
    return presetSettings(privatePreset(trainingPreset(options.preset)), flags, { seed, length: { steps } });
  };
  const { privateClip: clip, privateDelta: delta, privateUnit: unit } = options;
  const wanted = (epsilon: number | undefined): Privacy | undefined =>
    epsilon === undefined
      ? undefined
      : { epsilon, clip, ...(delta !== undefined && { delta }), ...(unit !== undefined && { unit }) };
  const text = await readTrainingText(context, data, settings(undefined), {
    earlier: undefined,
    start: undefined,
  });
  const rows: Row[] = [];
  let plan: PrivacyPlan | undefined;
  for (const [i, epsilon] of asked.entries()) {
    signal.throwIfAborted();
    terminal.print(say('training', { epsilon: nameOf(epsilon), i: i + 1, of: asked.length }));
    const { model, recipe } = settings(wanted(epsilon));
    const at = join(folder, epsilon === undefined ? 'none' : `epsilon-${epsilon}`);
    const training = await prepareTraining({ ...text.training, folder: at, model, recipe });
    try {
      const finish = await watchTraining(training, terminal);
      const status = tellEnd('privacy', context, finish, at);
      if (status !== 0) return status;
      const { heldOutLoss, bitsPerCharacter, seconds } = finish;
      plan = training.privacy ?? plan;
      const noise = training.privacy && { noise: training.privacy.noise };
      rows.push({ epsilon, ...noise, heldOutLoss: heldOutLoss!, bitsPerCharacter, seconds });
    } finally {
      await training.run.close();
    }
  }
  return tell(context, rows, plan, join(folder, 'privacy.json'));
}

async function tell(
  { terminal, options: { steps } }: PrivacyContext,
  rows: readonly Row[],
  plan: PrivacyPlan | undefined,
  path: string,
): Promise<number> {
  const report = {
    steps,
    ...(plan && { unit: plan.unit, examples: plan.examples, delta: plan.delta }),
    rows,
  };
  await writeFileAtomic(path, `${JSON.stringify(report, null, 2)}\n`);
  terminal.json({ type: 'privacy-table', ...report, path });
  const lines = rows.map(({ epsilon, noise, heldOutLoss, bitsPerCharacter, seconds }) => [
    nameOf(epsilon),
    noise?.toFixed(3) ?? '–',
    heldOutLoss.toFixed(4),
    bitsPerCharacter?.toFixed(3) ?? '–',
    seconds.toFixed(0),
  ]);
  for (const line of formatTable([say('head', {}).split('|'), ...lines])) terminal.print(line);
  if (plan) terminal.print(say('about', { ...plan, delta: plan.delta.toPrecision(2) }));
  terminal.print(say('keep', { path }));
  return 0;
}

const nameOf = (epsilon: number | undefined): string =>
  epsilon === undefined ? say('none', {}) : String(epsilon);

const NONE = 'none';

/** `none,8,1`: each once, none standing for a training that is not private. */
function epsilonsOf(list: string): (number | undefined)[] {
  const names = list.split(',').map((name) => name.trim());
  const values = names.map((name) => (name === NONE ? undefined : Number(name)));
  const isGood = values.every((value) => value === undefined || (value > 0 && value < Infinity));
  if (isGood && new Set(values).size === values.length) return values;
  throw fail('cli/value', {
    command: 'privacy compare',
    option: '--epsilons',
    rule: 'positive numbers, each once, and none',
    zhRule: '为不重复的正数，可含 none',
    got: list,
  });
}
