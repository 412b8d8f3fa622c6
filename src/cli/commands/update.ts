/**
 * `inkstone update RUN --data NEW`: new text is learned by a candidate, which becomes the run's newest checkpoint if it knows the new better
 * and has forgotten nothing. Statuses: 0 promoted, rolled back, or nothing to do; 3 refused; 130 stopped; 2 and 1 as everywhere.
 */

import { readdir } from 'node:fs/promises';
import { lockFolder, pruneCheckpoints } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { readRunConfig } from '../../train/index.ts';
import { fail } from '../errors.ts';
import { refuseGiven } from '../options.ts';
import { tellEnd, tellSkipped } from '../outcome.ts';
import { watchTraining } from '../progress.ts';
import { quoteWord } from '../shell-words.ts';
import { formatTable } from '../terminal.ts';
import {
  type Candidate,
  compareMeasures,
  forgottenShare,
  judge,
  openCandidate,
  refuse,
} from '../update-candidate.ts';
import {
  type MeasuredText,
  promote,
  readUpdates,
  rollBack,
  trainingFolderOf,
  type Update,
  type UpdateRecord,
} from '../updates.ts';
import {
  type NothingToDo,
  openUpdatedRun,
  planUpdate,
  type UpdateContext,
  type UpdatedRun,
  type UpdatePlan,
} from '../updating.ts';

/** The exit status of an update that was not taken. */
const REFUSED = 3;

const say = defineMessages({
  fresh: {
    en: (d: { fresh: number; documents: number; name: string }) =>
      `${d.fresh} of ${d.documents} documents of ${d.name} are new to the run`,
    zh: (d) => `${d.name} 的 ${d.documents} 篇中有 ${d.fresh} 篇是新的`,
  },
  'nothing-new': {
    en: (d: NothingToDo) =>
      `nothing new in ${d.name}: each of its ${d.documents} documents was learned before, or refused (--again tries those once more)`,
    zh: (d) => `${d.name} 没有新内容：${d.documents} 篇均已学过，或曾被拒绝（可用 --again 再试）`,
  },
  'too-little': {
    en: (d: NothingToDo) =>
      `${d.fresh} new documents in ${d.name} are too little to judge by: what is held out of them must fill a context; they wait for more`,
    zh: (d) => `${d.name} 的 ${d.fresh} 篇新内容太少，无法判断：其留出部分须能填满一个上下文；待积累更多再学`,
  },
  plan: {
    en: (d: { run: string; step: number; length: string; replayed: number; texts: number }) =>
      `${d.run}, from step ${d.step}: ${d.length}, with ${d.replayed} pieces of ${d.texts} older texts among the new`,
    zh: (d) =>
      `${d.run}，从第 ${d.step} 步起：${d.length}，新文本中掺入 ${d.texts} 份旧文本的 ${d.replayed} 段`,
  },
  steps: { en: (d: { steps: number }) => `${d.steps} steps`, zh: (d) => `${d.steps} 步` },
  minutes: { en: (d: { minutes: number }) => `${d.minutes} minutes`, zh: (d) => `${d.minutes} 分钟` },
  begun: { en: (d: { name: string }) => `update ${d.name}`, zh: (d) => `更新 ${d.name}` },
  resumed: {
    en: (d: { name: string; step: number }) => `going on with update ${d.name} at step ${d.step}`,
    zh: (d) => `继续更新 ${d.name}，已到第 ${d.step} 步`,
  },
  head: {
    en: () => 'held-out loss, bits/char|before|after|best so far|change',
    zh: () => '留出损失，比特/字|之前|之后|历来最好|变化',
  },
  new: { en: (d: { name: string }) => `new: ${d.name}`, zh: (d) => `新：${d.name}` },
  old: { en: (d: { name: string }) => `old: ${d.name}`, zh: (d) => `旧：${d.name}` },
  rep: {
    en: (d: { before: string; after: string }) =>
      `greedy samples repeat ${d.before} % of their 4-grams before, ${d.after} % after`,
    zh: (d) => `贪心样例的四元组重复率：之前 ${d.before} %，之后 ${d.after} %`,
  },
  promoted: {
    en: (d: { name: string; run: string; step: number; command: string }) =>
      `promoted: ${d.run} is now at step ${d.step}; a server that is running takes it in within seconds; to take it back: ${d.command}`,
    zh: (d) => `已采用：${d.run} 现为第 ${d.step} 步；运行中的服务几秒内即改用；撤回请运行：${d.command}`,
  },
  forgot: {
    en: (d: { text: string; percent: string; limit: string; run: string; folder: string }) =>
      `refused: ${d.text} got ${d.percent} % worse than at its best, and --forget allows ${d.limit} %; ${d.run} is as it was, the candidate is in ${d.folder}`,
    zh: (d) =>
      `已拒绝：${d.text} 比最好时差了 ${d.percent} %，而 --forget 只允许 ${d.limit} %；${d.run} 保持原样，候选模型在 ${d.folder}`,
  },
  'not-learned': {
    en: (d: { text: string; run: string; folder: string }) =>
      `refused: ${d.text} is not known better than before; ${d.run} is as it was, the candidate is in ${d.folder}`,
    zh: (d) => `已拒绝：${d.text} 并未比之前学得更好；${d.run} 保持原样，候选模型在 ${d.folder}`,
  },
  diverged: {
    en: (d: { run: string; folder: string }) =>
      `refused: the loss diverged, try a smaller --lr with --again; ${d.run} is as it was, the training is in ${d.folder}`,
    zh: (d) => `已拒绝：损失发散，请减小 --lr 并加 --again 再试；${d.run} 保持原样，训练记录在 ${d.folder}`,
  },
  rolledBack: {
    en: (d: { name: string; run: string; step: number; folder: string }) =>
      `update ${d.name} is taken back: ${d.run} is at step ${d.step} again; what it had learned is in ${d.folder}`,
    zh: (d) => `已撤回更新 ${d.name}：${d.run} 回到第 ${d.step} 步；其所学保留在 ${d.folder}`,
  },
  none: { en: (d: { run: string }) => `${d.run} was never updated`, zh: (d) => `${d.run} 从未更新过` },
  listHead: {
    en: () => 'update|outcome|documents|step|new text, bits/char|worst older text|from',
    zh: () => '更新|结果|篇数|步|新文本，比特/字|最差的旧文本|来源',
  },
  training: { en: () => 'broken off', zh: () => '中断' },
  taken: { en: () => 'promoted', zh: () => '已采用' },
  refused: { en: () => 'refused', zh: () => '已拒绝' },
  backed: { en: () => 'rolled back', zh: () => '已撤回' },
});

export async function run(context: UpdateContext): Promise<number> {
  const { args, given, options, terminal } = context;
  const [folder, more] = args;
  const command = 'update';
  if (folder === undefined) {
    const example = 'inkstone update runs/poems-2min --data new-poems';
    throw fail('cli/missing-argument', { command, argument: '<run>', example });
  }
  if (more !== undefined) throw fail('cli/too-many-arguments', { command, got: more, takesData: true });
  if (options.rollback) {
    const reason = { reason: 'it takes an update back and does no more', zhReason: '它只撤回更新' };
    refuseGiven(given, ['list', 'data', 'dryRun'], { command, beside: '--rollback', ...reason });
  }
  // A folder that is no run is not locked.
  await readRunConfig(folder);
  if (options.list) return list(context, folder);
  if (!options.rollback && !options.data) throw fail('cli/missing-value', { command, option: '--data' });
  const lock = await lockFolder(folder, 'run');
  try {
    const updated = await openUpdatedRun(folder);
    tellSkipped(terminal, updated.earlier.run);
    return await (options.rollback ? takeBack(context, folder) : takeIn(context, updated, options.data!));
  } finally {
    await lock.release();
  }
}

async function takeIn(context: UpdateContext, run: UpdatedRun, data: string): Promise<number> {
  const { options, terminal } = context;
  const plan: UpdatePlan | NothingToDo = (await isEmptyFolder(data))
    ? { outcome: 'nothing-new', name: data, documents: 0, fresh: 0 }
    : await planUpdate(context, run, data);
  if ('outcome' in plan) {
    terminal.json({ type: 'update', ...plan });
    terminal.print(say(plan.outcome, plan));
    return 0;
  }
  tellPlan(context, run, plan);
  if (options.dryRun) return 0;
  const candidate = await openCandidate(context, run, plan);
  try {
    return await learn(context, run, plan, candidate);
  } finally {
    await candidate.open.training.run.close();
  }
}

/** Where new files are dropped there may be none yet. */
async function isEmptyFolder(data: string): Promise<boolean> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true }).catch(() => undefined);
  return entries?.every((entry) => entry.isDirectory() || entry.name.startsWith('.')) ?? false;
}

function tellPlan({ terminal, options }: UpdateContext, run: UpdatedRun, plan: UpdatePlan): void {
  const { loaded, documents, split, old, base, length, replayed } = plan;
  for (const line of loaded.report) terminal.print(line);
  const { step } = base.init;
  const fresh = documents.length;
  terminal.json({
    ...{ type: options.dryRun ? 'dry-run' : 'update-begin', run: run.folder, step, data: loaded.name },
    ...{ documents: loaded.documents.length, fresh, replayed, ...length },
    old: old.map(({ name }) => name),
  });
  terminal.print(say('fresh', { fresh, documents: loaded.documents.length, name: loaded.name }));
  terminal.print(split.report);
  const words = length.steps === undefined ? say('minutes', length) : say('steps', length);
  terminal.print(say('plan', { run: run.folder, step, length: words, replayed, texts: old.length }));
}

async function learn(
  context: UpdateContext,
  run: UpdatedRun,
  plan: UpdatePlan,
  { update, open, isResumed, before, measure }: Candidate,
): Promise<number> {
  const { options, terminal } = context;
  const { name } = update;
  const step = open.training.run.place?.step ?? 0;
  terminal.print(isResumed ? say('resumed', { name, step }) : say('begun', { name }));
  const finish = await watchTraining(open.training, terminal);
  const folder = trainingFolderOf(update);
  if (finish.reason === 'aborted') return tellEnd('tune', context, finish, folder);
  if (finish.reason === 'diverged')
    return tellUpdate(context, run, await refuse(update, { reason: 'diverged' }));
  const measured = compareMeasures(plan, before, await measure(), run.updates);
  const reason = judge(measured, options.forget);
  if (reason) {
    await pruneCheckpoints(folder, 1);
    const refused = await refuse(update, { reason, ...(reason !== 'diverged' && { measured }) });
    return tellUpdate(context, run, refused);
  }
  return tellUpdate(context, run, await promote(run.folder, { ...update, measured }, options.keep));
}

const inPercent = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;

function tellUpdate({ options, terminal }: UpdateContext, { folder }: UpdatedRun, update: Update): number {
  const { name, state, measured, reason, step } = update;
  terminal.json({ type: 'update', outcome: state, update: name, run: folder, step, reason, ...measured });
  if (measured) tellMeasured(terminal, measured);
  const place = { run: folder, folder: trainingFolderOf(update) };
  if (state === 'promoted') {
    const command = `npx inkstone update ${quoteWord(folder)} --rollback`;
    terminal.print(say('promoted', { name, run: folder, step: step!, command }));
    return 0;
  }
  if (reason === 'forgot') {
    const worst = worstOf(measured!);
    const percent = (100 * forgottenShare(worst)).toFixed(1);
    terminal.print(
      say('forgot', { text: worst.text, percent, limit: String(100 * options.forget), ...place }),
    );
  } else if (reason === 'not-learned')
    terminal.print(say('not-learned', { text: measured!.fresh.text, ...place }));
  else terminal.print(say('diverged', place));
  return REFUSED;
}

type Measured = NonNullable<UpdateRecord['measured']>;

const worstOf = ({ old }: Measured): MeasuredText =>
  old.reduce((worst, text) => (forgottenShare(text) > forgottenShare(worst) ? text : worst));

function tellMeasured(terminal: UpdateContext['terminal'], { fresh, old, rep4 }: Measured): void {
  const row = (title: string, { before, best, after }: MeasuredText): string[] => [
    title,
    ...[before, after, best].map((bits) => bits.toFixed(4)),
    inPercent(after / best - 1),
  ];
  const rows = [
    row(say('new', { name: fresh.text }), fresh),
    ...old.map((text) => row(say('old', { name: text.text }), text)),
  ];
  const table = formatTable([say('head', {}).split('|'), ...rows]);
  for (const line of ['', ...table.map((line) => `  ${line}`), '']) terminal.print(line);
  if (rep4) terminal.print(say('rep', { before: rep4.before.toFixed(1), after: rep4.after.toFixed(1) }));
}

async function takeBack({ terminal }: UpdateContext, run: string): Promise<number> {
  const { name, folder, from: step } = await rollBack(run);
  terminal.json({ type: 'update', outcome: 'rolled-back', update: name, run, step, folder });
  terminal.print(say('rolledBack', { name, run, step, folder }));
  return 0;
}

const stateWords: { readonly [S in Update['state']]: () => string } = {
  training: () => say('training', {}),
  promoting: () => say('training', {}),
  promoted: () => say('taken', {}),
  refused: () => say('refused', {}),
  'rolling-back': () => say('backed', {}),
  'rolled-back': () => say('backed', {}),
};

async function list({ terminal }: UpdateContext, run: string): Promise<number> {
  const updates = await readUpdates(run);
  terminal.json({ type: 'updates', run, updates });
  if (updates.length === 0) {
    terminal.print(say('none', { run }));
    return 0;
  }
  const rows = updates.map(({ name, state, documents, step, measured, source }) => {
    const { fresh } = measured ?? {};
    const worst = measured && worstOf(measured);
    return [
      ...[name, stateWords[state](), String(documents), step === undefined ? '–' : String(step)],
      fresh ? `${fresh.before.toFixed(3)} → ${fresh.after.toFixed(3)}` : '–',
      worst ? `${worst.text} ${inPercent(forgottenShare(worst))}` : '–',
      source,
    ];
  });
  for (const line of formatTable([say('listHead', {}).split('|'), ...rows])) terminal.print(line);
  return 0;
}
