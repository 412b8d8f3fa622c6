/** `inkstone tune full | lora | prefix | … RUN`: a trained model learns other text; what it forgets of its own is measured. */

import { join, resolve } from 'node:path';
import { type AdapterBase, saveAdapter } from '../../adapt/index.ts';
import { defineMessages } from '../../language.ts';
import { adapterBase } from '../adapters.ts';
import { readAnswers } from '../answers.ts';
import { fail } from '../errors.ts';
import { openModel, requireDecoder } from '../models.ts';
import { tellSkipped } from '../outcome.ts';
import { defaultFolder, findTuningRun, type Tuning } from '../runs.ts';
import { quoteWord } from '../shell-words.ts';
import { compactNumber, formatBytes, formatTable } from '../terminal.ts';
import { readTrainingText, runTraining } from '../train-parts.ts';
import {
  type OldTexts,
  readOldTexts,
  readTuneBase,
  type TuneContext,
  tuneSettings,
  tuningOf,
  withReplay,
} from '../tune-base.ts';
import { type Measured, type OpenTuning, prepareTuning } from '../tuning.ts';

type Context = TuneContext;

const say = defineMessages({
  begin: {
    en: (d: { path: string; trained: string; parameters: string; percent: string }) =>
      `${d.path}: ${d.trained} numbers are trained, the model has ${d.parameters} (${d.percent} %)`,
    zh: (d) => `${d.path}：训练 ${d.trained} 个数，模型有 ${d.parameters} 个参数（${d.percent} %）`,
  },
  replay: {
    en: (d: { count: number; name: string }) =>
      `${d.count} documents of ${d.name} come along, against forgetting`,
    zh: (d) => `另取 ${d.name} 的 ${d.count} 篇一同学习，以防遗忘`,
  },
  head: { en: () => 'held-out loss, nats/token|before|after', zh: () => '留出损失，奈特/词元|之前|之后' },
  new: { en: (d: { name: string }) => `the new text, ${d.name}`, zh: (d) => `新文本 ${d.name}` },
  old: { en: (d: { name: string }) => `the old text, ${d.name}`, zh: (d) => `旧文本 ${d.name}` },
  model: { en: (d: { out: string }) => `the run is in ${d.out}`, zh: (d) => `训练记录在 ${d.out}` },
  adapter: {
    en: (d: { out: string; size: string }) => `the adapter is in ${d.out}: ${d.size}`,
    zh: (d) => `适配器在 ${d.out}：${d.size}`,
  },
  next: { en: (d: { command: string }) => `let it write: ${d.command}`, zh: (d) => `让它写作：${d.command}` },
});

/** In the folder of an adapter: the run that trains it. */
export const TRAINING = 'training';

export async function tuneWeights(context: Context): Promise<number> {
  return (await tuneOnce(context)).status;
}

/** What a tuning came to. */
export interface Tuned {
  readonly method: Tuning['method'];
  readonly out: string;
  readonly trained: number;
  readonly parameters: number;
  readonly share: number;
  /** Held-out losses, nats per token. */
  readonly before: Losses;
  readonly after: Losses;
  readonly steps: number;
  /** Of training, all threads together, where that is known. */
  readonly processorSeconds?: number;
  /** Of the adapter; of a model its numbers in f32. */
  readonly bytes: number;
}

interface Losses {
  readonly new: number;
  readonly old?: number;
}

/** Trains, keeps, tells. There is nothing to tell of a training that did not get to its end. */
export async function tuneOnce(
  context: Context,
): Promise<{ readonly status: number; readonly tuned?: Tuned }> {
  const work = await begin(context);
  try {
    return await learn(context, work);
  } finally {
    await work.open.training.run.close();
  }
}

interface Work {
  readonly open: OpenTuning;
  readonly old: OldTexts | undefined;
  readonly out: string;
  /** The model, as its adapters belong to it. */
  readonly base: AdapterBase;
  /** Of the new text. */
  readonly name: string;
  readonly tuning: Tuning;
}

/** Reads all and opens the run. NOTE a frame of its own: weights that blocks stand in for are free when it ends. */
async function begin(context: Context): Promise<Work> {
  const { args, options, terminal } = context;
  const [method, path] = args as readonly [Tuning['method'], string];
  if (!options.data) throw fail('cli/missing-value', { command: 'tune', option: '--data' });
  const out = options.out ?? defaultFolder(options.data, `-${method}`);
  if (resolve(out) === resolve(path)) throw fail('cli/out-same', { command: 'tune', out });
  const folder = method === 'full' ? out : join(out, TRAINING);
  const stored = requireDecoder('tune', await openModel(path));
  if (stored.run) tellSkipped(terminal, stored.run.run);
  const earlier = await findTuningRun(folder);
  const tuning = tuningOf(context, method, earlier);
  const base = await readTuneBase(stored, tuning, context);
  const settings = tuneSettings(context, base, method, earlier);
  const old = await readOldTexts(context, stored, tuning);
  const text = tuning.answers
    ? await readAnswers(context, options.data, settings, stored)
    : await readTrainingText(context, options.data, settings, { earlier, start: stored });
  const { seed, init } = settings;
  const { corpus, count } = withReplay(text.split, old?.train ?? [], tuning.replay ?? 0, seed);
  if (count > 0) terminal.print(say('replay', { count, name: old!.name }));
  // All of a model that is trained further is what `train --init` does: its run can be gone on with there.
  const isPlain = method === 'full' && Object.keys(tuning).length === 1;
  const training = { ...text.training, corpus, folder, init, ...(!isPlain && { tuning }) };
  return {
    open: await prepareTuning(training, base.params, tuning, old?.train),
    base: adapterBase(path, base.config, base.params),
    ...{ old, out, name: text.training.source, tuning },
  };
}

async function learn(
  context: Context,
  { open, old, out, base, name, tuning }: Work,
): ReturnType<typeof tuneOnce> {
  const { args, terminal } = context;
  const [, path] = args;
  const { method } = tuning;
  const { training, trained, parameters, adapter } = open;
  const share = trained / parameters;
  const words = { trained: compactNumber(trained), parameters: compactNumber(parameters) };
  terminal.print(say('begin', { path, ...words, percent: (100 * share).toFixed(2) }));
  const onOld = old && (await open.lossOn(old.heldOut));
  const lossOnOld = async (of?: Measured) => onOld && { old: (await onOld(of)).loss };
  const before = { new: await open.heldOutLoss('base'), ...(await lossOnOld('base')) };
  const { finish, status } = await runTraining(context, training, {}, 'tune');
  if (finish.reason === 'diverged') return { status };
  const saved = adapter && (await saveAdapter(out, adapter(), base));
  if (status !== 0) return { status };
  const after = { new: finish.heldOutLoss!, ...(await lossOnOld()) };
  const { step: steps, energy } = finish;
  const bytes = saved ?? 4 * parameters;
  const spent = energy && energy.processorSeconds > 0 && { processorSeconds: energy.processorSeconds };
  const tuned = { method, out, trained, parameters, share, before, after, steps, ...spent, bytes };
  terminal.json({ type: 'tuned', base: path, ...tuned });
  const row = (title: string, side: 'new' | 'old') => [
    title,
    ...[before, after].map((losses) => losses[side]!.toFixed(4)),
  ];
  const rows = [
    row(say('new', { name }), 'new'),
    ...(old ? [row(say('old', { name: old.name }), 'old')] : []),
  ];
  const table = formatTable([say('head', {}).split('|'), ...rows]);
  for (const line of ['', ...table.map((line) => `  ${line}`), '']) terminal.print(line);
  terminal.print(adapter ? say('adapter', { out, size: formatBytes(bytes) }) : say('model', { out }));
  const kept = tuning.weights ? ['--weights', tuning.weights] : [];
  const written = adapter ? [path, '--adapter', out, ...kept] : [out];
  terminal.print(say('next', { command: `npx inkstone generate ${written.map(quoteWord).join(' ')}` }));
  return { status: 0, tuned };
}
