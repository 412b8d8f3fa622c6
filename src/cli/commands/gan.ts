/** `inkstone gan train | measure`: a writer trained against a critic; what that gives beside maximum likelihood alone. */

import { join } from 'node:path';
import { type AdversarialEvent, measureWriter, type WriterMeasures } from '../../gan/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { failGan } from '../gan-errors.ts';
import type { ganOptions } from '../gan-options.ts';
import { columnsOf, measureRow } from '../gan-table.ts';
import { BEFORE, type GanOptions, type OpenGan, openGan, writerOf } from '../gan-training.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { openModel } from '../models.ts';
import { refuseGiven } from '../options.ts';
import { defaultFolder } from '../runs.ts';
import { quoteWord } from '../shell-words.ts';
import { formatDuration, formatTable } from '../terminal.ts';
import { actionOf } from '../verbs.ts';
import { measureGan } from './gan-measure.ts';

export type GanContext = CommandContext<typeof ganOptions>;

const say = defineMessages({
  texts: {
    en: (d: { real: number; heldOut: number; length: number; name: string; cut: number; leftOut: number }) =>
      `${d.name}: ${d.real} texts to learn from, ${d.heldOut} held out, at most ${d.length} tokens each${d.cut ? `; ${d.cut} are longer and were cut` : ''}${d.leftOut ? `; ${d.leftOut} are left out, nothing of them is to be written` : ''}`,
    zh: (d) =>
      `${d.name}：${d.real} 篇用于学习，${d.heldOut} 篇留出，每篇至多 ${d.length} 个词元${d.cut ? `；${d.cut} 篇较长，已截断` : ''}${d.leftOut ? `；略去 ${d.leftOut} 篇，其中没有可续写的部分` : ''}`,
  },
  likelihoodLive: {
    en: (d: { percent: string; nll: string }) => `maximum likelihood: ${d.percent}%, held-out ${d.nll}`,
    zh: (d) => `最大似然：${d.percent}%，留出 ${d.nll}`,
  },
  likelihood: {
    en: (d: { epochs: number; nll: string }) =>
      `maximum likelihood: best after ${d.epochs} passes, held-out loss ${d.nll} nats/token`,
    zh: (d) => `最大似然：第 ${d.epochs} 遍最好，留出损失 ${d.nll} 奈特/词元`,
  },
  resumed: {
    en: (d: { folder: string; round: number; of: number }) =>
      `going on with ${d.folder} after round ${d.round} of ${d.of}`,
    zh: (d) => `继续 ${d.folder}：已完成 ${d.round}/${d.of} 轮`,
  },
  live: {
    en: (d: { round: number; of: number; critic: string; writer: string; eta: string }) =>
      `round ${d.round}/${d.of} critic ${d.critic} writer ${d.writer} eta ${d.eta}`,
    zh: (d) => `第 ${d.round}/${d.of} 轮 判别器 ${d.critic} 生成器 ${d.writer} 剩余 ${d.eta}`,
  },
  evaluation: {
    en: (d: { round: number; figures: string; mark: string }) => `  round ${d.round}: ${d.figures}${d.mark}`,
    zh: (d) => `  第 ${d.round} 轮：${d.figures}${d.mark}`,
  },
  collapsed: { en: () => ', collapsed', zh: () => '，已坍缩' },
  best: { en: () => ', the best so far', zh: () => '，目前最好' },
  stopped: {
    en: (d: { round: number; command: string }) =>
      `stopped and saved after round ${d.round}; to go on: ${d.command}`,
    zh: (d) => `已停止并保存在第 ${d.round} 轮后；继续请运行：${d.command}`,
  },
  ended: {
    en: (d: { reason: 'collapsed' | 'diverged'; round: number }) =>
      `${d.reason === 'collapsed' ? 'the writer collapsed: its texts have become much more alike' : 'the training diverged'}; ended after round ${d.round}`,
    zh: (d) =>
      `${d.reason === 'collapsed' ? '生成器坍缩：所写文本变得彼此雷同' : '训练发散'}；在第 ${d.round} 轮后结束`,
  },
  kept: {
    en: (d: { round: number }) =>
      d.round > 0
        ? `kept: the writer after round ${d.round}, the best at the measurements that had not collapsed`
        : 'kept: the writer as it was before; no measurement was better',
    zh: (d) =>
      d.round > 0
        ? `保留第 ${d.round} 轮后的生成器：未坍缩的度量中最好的一次`
        : '保留对抗训练之前的生成器：没有一次度量更好',
  },
  fresh: { en: () => 'measured on texts drawn anew:', zh: () => '在重新抽取的文本上度量：' },
  before: { en: () => 'maximum likelihood', zh: () => '最大似然' },
  after: { en: () => 'adversarial', zh: () => '对抗' },
  next: {
    en: (d: { measure: string; write: string }) =>
      `beside maximum likelihood at other temperatures: ${d.measure}\nlet it write: ${d.write}`,
    zh: (d) => `与其他温度下的最大似然对比：${d.measure}\n让它写作：${d.write}`,
  },
});

export async function run(context: GanContext): Promise<number> {
  const { args } = context;
  const act = actionOf('gan', { train: trainGan, measure: measureGan }, args);
  const most = args[0] === 'train' ? 1 : 2;
  if (args.length > most) {
    const takesData = args[0] === 'train';
    throw fail('cli/too-many-arguments', { command: `gan ${args[0]}`, got: args[most], takesData });
  }
  return act(context);
}

const ORACLE_EPOCHS = 20;
/** Of maximum likelihood; against a critic a lower one is needed (docs/LOG.md). */
const LIKELIHOOD_LR = 0.005;
const WIDTHS = [1, 2, 3, 4, 5];
const CRITIC_EMBEDDING = 64;

/** Options that the others leave without effect. */
function refuseIdle({ options, given }: GanContext): void {
  const { oracle, method, answers } = options;
  const refuse = (beside: string, names: readonly string[], reason: string, zhReason: string) =>
    refuseGiven(given, names, { command: 'gan train', beside, reason, zhReason });
  if (oracle)
    refuse(
      '--oracle',
      ['data', 'init', 'answers', 'textColumn'],
      'it brings texts and a writer',
      '它自带文本与生成器',
    );
  else {
    const words = ['vocabSize', 'width', 'texts'];
    refuse('--data', words, 'it is for --oracle', '它只用于 --oracle');
  }
  if (answers) refuse('--answers', ['prefix', 'textColumn'], 'the first side is given', '前一半即为给定部分');
  if (method === 'policy') refuse('--method policy', ['softness'], 'nothing is softened', '没有软化抽样');
  else refuse('--method straight-through', ['rollouts'], 'nothing is tried', '不做推演');
}

/** What the options come to. */
function planOf(context: GanContext): GanOptions {
  refuseIdle(context);
  const { options, terminal, signal } = context;
  const { oracle, data, init, seed, length, prefix, answers, textColumn, lr, batchSize } = options;
  if (!oracle && (data === undefined || init === undefined)) throw failGan('cli/gan-source', {});
  if (prefix >= length) throw failGan('cli/gan-prefix', { prefix, length });
  const { vocabSize, width, texts, rounds, rollouts, warmup, criticSteps, criticLr, loss, method } = options;
  return {
    folder: options.out ?? (oracle ? 'runs/oracle-gan' : defaultFolder(data!, '-gan')),
    ...(!oracle && { init }),
    texts: {
      ...{ length, prefix },
      ...(oracle
        ? { oracle: { vocabSize, width, seed, texts } }
        : { source: data, ...(answers && { answers }), ...(textColumn !== undefined && { textColumn }) }),
    },
    likelihood: { epochs: options.epochs ?? (oracle ? ORACLE_EPOCHS : 0), batchSize, lr: LIKELIHOOD_LR },
    critic: {
      ...{ embedding: CRITIC_EMBEDDING, filters: options.filters, widths: WIDTHS.filter((n) => n <= length) },
      ...{ dropout: options.dropout, spectralNorm: options.spectralNorm === true },
    },
    adversarial: {
      ...{ method, loss, rollouts, temperature: options.softness },
      ...(options.gradientPenalty !== undefined && { gradientPenalty: options.gradientPenalty }),
      ...(options.weightClip !== undefined && { weightClip: options.weightClip }),
      ...{ warmup, rounds, criticSteps, batchSize, lr, criticLr, evaluateEvery: options.evalEvery, seed },
    },
    samples: options.samples,
    loading: { terminal, signal, offline: options.offline },
    onLikelihood: (share, nll) =>
      terminal.live(
        say('likelihoodLive', { percent: (100 * share).toFixed(0), nll: nll?.toFixed(3) ?? '–' }),
      ),
  };
}

async function trainGan(context: GanContext): Promise<number> {
  const { terminal } = context;
  const plan = planOf(context);
  const open = await openGan(plan);
  terminal.endLive({ keep: false });
  const { texts, likelihood } = open;
  const [real, heldOut] = [texts.real.count, texts.heldOut.count];
  const { name, cut, leftOut } = texts;
  const counts = { real, heldOut, length: texts.real.length, name, cut, leftOut };
  terminal.json({ type: 'texts', ...counts });
  terminal.print(say('texts', counts));
  if (likelihood) {
    terminal.json({ type: 'likelihood', ...likelihood });
    const { epochs, heldOutNll } = likelihood;
    terminal.print(say('likelihood', { epochs, nll: heldOutNll.toFixed(3) }));
  }
  try {
    return await learn(context, plan, open);
  } finally {
    await open.run.close();
  }
}

async function learn(context: GanContext, plan: GanOptions, open: OpenGan): Promise<number> {
  const { terminal, again } = context;
  const { folder, adversarial } = plan;
  const total = adversarial.warmup + adversarial.rounds;
  const { place } = open.run;
  if (place) {
    terminal.json({ type: 'resume', folder, step: place.step, isFinished: place.step >= total });
    terminal.print(say('resumed', { folder, round: place.step, of: total }));
  }
  let finish: Extract<AdversarialEvent, { type: 'finish' }> | undefined;
  for await (const event of open.events()) {
    if (event.type === 'finish') finish = event;
    else tell(event, total, context);
  }
  terminal.endLive();
  const { reason, round, bestRound } = finish!;
  if (reason === 'aborted') {
    terminal.json({ type: 'finish', reason, round, bestRound, folder });
    terminal.print(say('stopped', { round, command: again }));
    return INTERRUPTED;
  }
  // The best was chosen by its figures: told are others, of texts that were not chosen by.
  const before = await writerOf(await openModel(join(folder, BEFORE)));
  const yardstick = { ...open.texts, samples: plan.samples, seed: adversarial.seed + 1 };
  const figures = {
    before: measureWriter(before, yardstick),
    after: measureWriter(open.writer, yardstick),
  };
  terminal.json({ type: 'finish', reason, round, bestRound, folder, ...figures });
  if (reason !== 'done') terminal.print(say('ended', { reason, round }));
  terminal.print(say('kept', { round: bestRound }));
  terminal.print(say('fresh', {}));
  const rows = [
    columnsOf(figures.before),
    measureRow(say('before', {}), figures.before),
    measureRow(say('after', {}), figures.after),
  ];
  for (const line of ['', ...formatTable(rows).map((one) => `  ${one}`), '']) terminal.print(line);
  const run = quoteWord(folder);
  const prompt = plan.texts.oracle ? ' --prompt 一' : '';
  const next = { measure: `npx inkstone gan measure ${run}`, write: `npx inkstone generate ${run}${prompt}` };
  for (const line of say('next', next).split('\n')) terminal.print(line);
  return reason === 'diverged' ? 1 : 0;
}

function tell(
  event: Exclude<AdversarialEvent, { type: 'finish' }>,
  of: number,
  { terminal }: GanContext,
): void {
  terminal.json(event);
  if (event.type === 'round') {
    const { round, criticLoss, reward, writerLoss, etaSeconds } = event;
    const writer = (reward ?? writerLoss)?.toFixed(3) ?? '–';
    const eta = formatDuration(etaSeconds);
    terminal.live(say('live', { round, of, critic: criticLoss.toFixed(3), writer, eta }));
  }
  if (event.type === 'evaluation') {
    const mark = event.isCollapsed
      ? say('collapsed', {})
      : event.isBest && event.round > 0
        ? say('best', {})
        : '';
    terminal.print(say('evaluation', { round: event.round, figures: inWords(event), mark }));
  }
}

/** Column names and figures, one behind the other. */
function inWords(measures: WriterMeasures): string {
  const [names, figures] = [columnsOf(measures), measureRow('', measures)];
  return names
    .map((name, i) => (i === 0 ? '' : `${name} ${figures[i]}`))
    .slice(1)
    .join(', ');
}
