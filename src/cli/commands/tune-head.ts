/** `inkstone tune head RUN --task …`: a trained model learns to answer a question about texts; scores on examples it has not seen. */

import { resolve } from 'node:path';
import { askHead, type HeadExample, type HeadModel, type HeadTask } from '../../adapt/index.ts';
import { defineMessages } from '../../language.ts';
import { energyRates } from '../energy.ts';
import { fail } from '../errors.ts';
import type { BodyParams } from '../head-base.ts';
import { type HeadContext, type HeadPlan, lengthOf, planHead } from '../head-plan.ts';
import { type HeadScores, headBaselines, printScores, scoreAnswers } from '../head-scores.ts';
import { openHeadTraining } from '../head-training.ts';
import { flagOf } from '../options.ts';
import { tellEnd, tellPlace } from '../outcome.ts';
import { watchTraining } from '../progress.ts';
import { defaultFolder } from '../runs.ts';
import { quoteWord } from '../shell-words.ts';
import { compactNumber } from '../terminal.ts';
import { compareTransfer } from './tune-transfer.ts';

const say = defineMessages({
  begin: {
    en: (d: { train: number; test: number; trained: string; all: string }) =>
      `${d.train} examples to learn from, ${d.test} to test on; ${d.trained} numbers are trained of ${d.all}`,
    zh: (d) => `${d.train} 个样例用于学习，${d.test} 个用于检验；训练 ${d.all} 个数中的 ${d.trained} 个`,
  },
  labels: {
    en: (d: { labels: string }) => `labels: ${d.labels}`,
    zh: (d) => `标签：${d.labels}`,
  },
  testing: { en: (d: { percent: string }) => `testing ${d.percent}%`, zh: (d) => `检验 ${d.percent}%` },
  baselines: { en: () => 'baselines', zh: () => '基线' },
  model: { en: () => 'this model', zh: () => '本模型' },
  kept: {
    en: (d: { out: string; command: string }) => `the run is in ${d.out}; to ask it: ${d.command}`,
    zh: (d) => `训练记录在 ${d.out}；使用：${d.command}`,
  },
});

export async function tuneHead(context: HeadContext): Promise<number> {
  const { args, options } = context;
  const path = args[1];
  if (path === undefined) {
    const example = 'inkstone tune head runs/masked --task classify --data reviews.csv';
    throw fail('cli/missing-argument', { command: 'tune head', argument: '<run>', example });
  }
  for (const [name, value] of [
    ['--task', options.task],
    ['--data', options.data],
  ] as const) {
    if (value === undefined) throw fail('cli/missing-value', { command: 'tune head', option: name });
  }
  refuseConflicts(context);
  const plan = await planHead(context, path);
  return options.transfer === undefined ? learn(context, path, plan) : compareTransfer(context, plan);
}

/** Options that say the same in two ways, or undo each other. */
function refuseConflicts({ given }: HeadContext): void {
  if (given.has('draws') && !given.has('transfer')) {
    throw fail('cli/needs-option', { command: 'tune head', option: '--draws', needed: '--transfer' });
  }
  const length = { reason: 'each says how long the training is', zhReason: '两者都规定了训练长度' };
  const adapter = {
    reason: 'an adapter changes what is under the head',
    zhReason: '适配器会改变头以下的部分',
  };
  const memory = { reason: 'a comparison leaves no run behind', zhReason: '比较不留下训练记录' };
  const pairs = [
    ['steps', 'minutes', length],
    ['steps', 'epochs', length],
    ['minutes', 'epochs', length],
    ['test', 'heldOut', { reason: 'each says what is tested on', zhReason: '两者都规定了用什么检验' }],
    ['transfer', 'saveEvery', memory],
    ['transfer', 'evalEvery', memory],
    ['headOnly', 'rank', adapter],
    ['headOnly', 'alpha', adapter],
    ['headOnly', 'targets', adapter],
  ] as const;
  const found = pairs.find(([one, other]) => given.has(one) && given.has(other));
  if (!found) return;
  const [one, other, reason] = found;
  throw fail('cli/conflict', { command: 'tune head', options: [flagOf(one), flagOf(other)], ...reason });
}

async function learn(context: HeadContext, path: string, plan: HeadPlan): Promise<number> {
  const { options, terminal, signal } = context;
  const { base, config, train, test, recipe, maxTokens } = plan;
  const { seed, saveEvery, evalEvery, secondColumn } = options;
  const data = options.data!;
  const out = options.out ?? defaultFolder(data, `-${config.task}`);
  if (resolve(out) === resolve(path)) throw fail('cli/out-same', { command: 'tune', out });
  const training = await openHeadTraining({
    ...plan,
    params: base.params,
    examples: train,
    heldOut: test,
    seed,
    length: lengthOf(options, train.length, recipe.batchSize),
    signal,
    folder: out,
    source: data,
    setup: {
      ...config,
      on: base.body.kind,
      maxTokens,
      prefixIds: base.prefixIds,
      ...(secondColumn && { secondColumn }),
    },
    saveEvery,
    evalEvery,
  });
  try {
    const { trained, all } = training.head.numbers;
    const counts = { train: train.length, test: test.length };
    terminal.print(say('begin', { ...counts, trained: compactNumber(trained), all: compactNumber(all) }));
    if (config.labels) terminal.print(say('labels', { labels: shortList(config.labels) }));
    tellPlace(context, training);
    const finish = await watchTraining(training, terminal, { rates: energyRates('tune', options) });
    const status = tellEnd('tune', context, finish, out);
    if (status !== 0) return status;
    const scores = await testHead(context, training.head.model(), test);
    terminal.live(say('baselines', {}));
    const baselines = await headBaselines(config, plan, { seed, signal });
    terminal.endLive({ keep: false });
    terminal.json({
      type: 'head',
      task: config.task,
      base: path,
      out,
      ...counts,
      trained,
      parameters: all,
      scores,
      baselines,
    });
    printScores(terminal, [...baselines, { name: say('model', {}), scores }]);
    terminal.print(say('kept', { out, command: exampleOf(config.task, out) }));
    return 0;
  } finally {
    await training.run.close();
  }
}

/** Asks a head about examples, with a live line, and scores the answers. */
async function testHead(
  { terminal, signal }: HeadContext,
  model: HeadModel<BodyParams>,
  examples: readonly HeadExample[],
): Promise<HeadScores> {
  const onProgress = (share: number) => terminal.live(say('testing', { percent: (100 * share).toFixed(0) }));
  const answers = await askHead(model, examples, { signal, onProgress });
  terminal.endLive({ keep: false });
  return scoreAnswers(model.config, examples, answers);
}

const SHOWN_LABELS = 12;
const shortList = (labels: readonly string[]): string =>
  [...labels.slice(0, SHOWN_LABELS), ...(labels.length > SHOWN_LABELS ? ['…'] : [])].join(', ');

function exampleOf(task: HeadTask, out: string): string {
  const rest = task === 'span' ? ' --question …' : task === 'pair' ? ' --second …' : '';
  return `npx inkstone predict ${quoteWord(out)} --text …${rest}`;
}
