/**
 * `inkstone gan measure RUN`: the writer that was trained against a critic beside maximum likelihood at several temperatures, which is the
 * comparison that text GANs have to stand (Caccia et al., "Language GANs falling short", ICLR 2020).
 */

import { join } from 'node:path';
import { measureTexts, measureWriter, quality, type WriterMeasures } from '../../gan/index.ts';
import { defineMessages } from '../../language.ts';
import { readRunConfig } from '../../train/index.ts';
import { fail } from '../errors.ts';
import { failGan } from '../gan-errors.ts';
import { columnsOf, measureRow } from '../gan-table.ts';
import { ganTexts } from '../gan-texts.ts';
import { BEFORE, writerOf } from '../gan-training.ts';
import { openModel } from '../models.ts';
import { refuseGiven } from '../options.ts';
import type { RunConfig } from '../runs.ts';
import { formatTable } from '../terminal.ts';
import type { GanContext } from './gan.ts';

const say = defineMessages({
  measuring: { en: (d: { name: string }) => `measuring ${d.name}`, zh: (d) => `正在度量${d.name}` },
  real: { en: () => 'real, learned from', zh: () => '真实（学习用）' },
  before: {
    en: (d: { temperature: number }) => `likelihood, temperature ${d.temperature}`,
    zh: (d) => `最大似然，温度 ${d.temperature}`,
  },
  after: { en: () => 'adversarial', zh: () => '对抗' },
  beaten: {
    en: (d: { temperatures: string }) =>
      `maximum likelihood at temperature ${d.temperatures} writes at least as well and at least as diversely: the temperature alone does what the critic did`,
    zh: (d) => `最大似然在温度 ${d.temperatures} 下写得不差，且同样多样：仅调温度即可达到对抗训练的效果`,
  },
  unbeaten: {
    en: () =>
      'at none of these temperatures does maximum likelihood write as well and as diversely: the critic gave something that they do not',
    zh: () => '在所列温度下，最大似然都不能写得同样好且同样多样：对抗训练带来了温度给不了的东西',
  },
});

interface Measured {
  readonly temperature: number;
  readonly measures: WriterMeasures;
}

/** Temperatures of `before` at which it is nowhere worse: in quality, and in how little its texts are alike. */
export function dominating(before: readonly Measured[], after: WriterMeasures): number[] {
  return before
    .filter(({ measures }) => quality(measures) >= quality(after) && measures.selfBleu <= after.selfBleu)
    .map(({ temperature }) => temperature);
}

function temperaturesOf(list: string): number[] {
  const temperatures = list.split(',').map(Number);
  if (temperatures.every((one) => one > 0 && one <= 10)) return temperatures;
  const [rule, zhRule] = [
    'numbers above 0 and up to 10, with commas between',
    '为大于 0、不超过 10 的数，以逗号分隔',
  ];
  throw fail('cli/value', { command: 'gan measure', option: '--temperatures', rule, zhRule, got: list });
}

export async function measureGan({ args, options, given, terminal, signal }: GanContext): Promise<number> {
  const [, folder] = args;
  if (folder === undefined) {
    const example = 'inkstone gan measure runs/oracle-gan';
    throw fail('cli/missing-argument', { command: 'gan measure', argument: '<run>', example });
  }
  const temperatures = temperaturesOf(options.temperatures);
  const { gan } = (await readRunConfig(folder)) as RunConfig;
  if (!gan?.adversarial) throw failGan('cli/gan-run', { folder });
  if (gan.texts.oracle) {
    const [reason, zhReason] = [
      'it was trained on an oracle, which brings texts',
      '它以真相模型训练，自带文本',
    ];
    refuseGiven(given, ['data'], { command: 'gan measure', beside: folder, reason, zhReason });
  }
  const stored = await openModel(folder);
  if (!stored.run?.run.place) throw failGan('cli/gan-unfinished', { folder });
  const settings = options.data === undefined ? gan.texts : { ...gan.texts, source: options.data };
  const texts = await ganTexts(settings, stored, { terminal, signal, offline: options.offline });
  const { samples } = options;
  const seed = given.has('seed') ? options.seed : gan.adversarial.seed;
  // Other draws than those by which the best writer was chosen.
  const yardstick = { ...texts, samples, seed: seed + 2 };
  const next = async (name: string): Promise<void> => {
    terminal.live(say('measuring', { name }));
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
  await next(say('real', {}));
  const { real } = texts;
  const count = Math.min(samples, real.count);
  const some = { ...real, ids: real.ids.subarray(0, count * real.length), count };
  const truth = measureTexts(some, yardstick);
  terminal.json({ type: 'measured', writer: 'real', ...truth });
  const before = await writerOf(await openModel(join(folder, BEFORE)));
  const swept: Measured[] = [];
  for (const temperature of temperatures) {
    await next(say('before', { temperature }));
    const measures = measureWriter(before, yardstick, temperature);
    swept.push({ temperature, measures });
    terminal.json({ type: 'measured', writer: 'likelihood', temperature, ...measures });
  }
  await next(say('after', {}));
  const after = measureWriter(await writerOf(stored), yardstick);
  terminal.endLive({ keep: false });
  const better = dominating(swept, after);
  terminal.json({ type: 'measured', writer: 'adversarial', temperature: 1, ...after });
  terminal.json({ type: 'verdict', dominatedAt: better });
  const rows = [
    columnsOf(after),
    measureRow(say('real', {}), truth),
    ...swept.map(({ temperature, measures }) => measureRow(say('before', { temperature }), measures)),
    measureRow(say('after', {}), after),
  ];
  for (const line of ['', ...formatTable(rows).map((one) => `  ${one}`), '']) terminal.print(line);
  terminal.print(better.length ? say('beaten', { temperatures: better.join(', ') }) : say('unbeaten', {}));
  return 0;
}
