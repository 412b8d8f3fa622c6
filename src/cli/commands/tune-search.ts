/** `inkstone tune search`: the settings with which a method learns best, by trying them. */

import { join } from 'node:path';
import { formatSpace, rankTrials, type SearchStrategy, search, type Trial } from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import { type Objective, openObjective } from '../objectives.ts';
import { quoteWord } from '../shell-words.ts';
import { etaSince, formatTable } from '../terminal.ts';
import { openTrials } from '../trials.ts';
import type { tuneOptions } from '../tune-options.ts';

type Context = CommandContext<typeof tuneOptions>;

const say = defineMessages({
  begin: {
    en: (d: { method: string; trials: number; space: string; score: string; strategy: string }) =>
      `${d.method}: ${d.trials} trials, ${d.strategy}, by ${d.score}, over ${d.space}`,
    zh: (d) => `${d.method}：试 ${d.trials} 组，${d.strategy}，以${d.score}为准，范围 ${d.space}`,
  },
  accuracy: {
    en: (d: { folds: number }) => `accuracy in ${d.folds}-fold cross-validation`,
    zh: (d) => ` ${d.folds} 折交叉验证的准确率`,
  },
  'macro-f1': {
    en: (d: { folds: number }) => `macro F1 in ${d.folds}-fold cross-validation`,
    zh: (d) => ` ${d.folds} 折交叉验证的宏平均 F1 `,
  },
  loss: { en: () => 'held-out loss in nats a token', zh: () => '留出损失（奈特/词元）' },
  resumed: {
    en: (d: { path: string; done: number }) => `going on with ${d.path}: ${d.done} trials are there`,
    zh: (d) => `继续 ${d.path}：已有 ${d.done} 组`,
  },
  live: {
    en: (d: LiveLine) =>
      `trial ${d.trial}/${d.total} ${d.percent}% ${d.settings}; best so far ${d.best} eta ${d.eta}`,
    zh: (d) => `第 ${d.trial}/${d.total} 组 ${d.percent}% ${d.settings}；目前最好 ${d.best} 剩余 ${d.eta}`,
  },
  head: { en: () => 'trial|score|deviation|seconds', zh: () => '序号|得分|标准差|秒' },
  failures: {
    en: (d: { count: number; reason: string }) => `${d.count} trials came to nothing, such as: ${d.reason}`,
    zh: (d) => `${d.count} 组没有结果，例如：${d.reason}`,
  },
  best: {
    en: (d: { settings: string; score: string; path: string }) =>
      `best: ${d.settings}, ${d.score}; written to ${d.path}`,
    zh: (d) => `最好：${d.settings}，${d.score}；已写入 ${d.path}`,
  },
  lucky: {
    en: () =>
      'its score is the best of many and so a little too good; test it on texts that had no part in this',
    zh: () => '它是众多得分中最高的，因而略偏乐观；请用未参与搜索的文本检验',
  },
  next: {
    en: (d: { command: string }) => `to learn with them: ${d.command}`,
    zh: (d) => `用这组设置训练：${d.command}`,
  },
  header: {
    en: (d: { data: string; seed: number }) =>
      `# Settings found by inkstone tune search on ${d.data}, seed ${d.seed}.`,
    zh: (d) => `# 由 inkstone tune search 在 ${d.data} 上找到的设置，种子 ${d.seed}。`,
  },
});

interface LiveLine {
  readonly trial: number;
  readonly total: number;
  readonly percent: string;
  readonly settings: string;
  readonly best: string;
  readonly eta: string;
}

/** Rows of the table for people. */
const SHOWN = 8;
const DEFAULT_OUT = 'search';

export async function searchSettings(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  if (args.length > 1)
    throw fail('cli/too-many-arguments', { command: 'tune search', got: args[1], takesData: true });
  if (!options.data) throw fail('cli/missing-value', { command: 'tune search', option: '--data' });
  const { method, trials: total, seed, out = DEFAULT_OUT } = options;
  const strategy = options.strategy as SearchStrategy;
  const objective = await openObjective(context);
  const { space, goal } = objective;
  const shape = formatSpace(space);
  const path = join(out, 'trials.jsonl');
  // A grid depends on how many trials there will be; the others can be made longer.
  const task = {
    ...objective.task,
    strategy,
    space: shape,
    ...(strategy === 'grid' && { trials: total }),
  };
  const { earlier, file } = await openTrials(path, task);
  const trials = [...earlier];
  try {
    terminal.json({
      type: 'search-start',
      method,
      strategy,
      goal,
      trials: total,
      space: shape,
      done: trials.length,
    });
    const words = { method, strategy, trials: total, space: shape, score: scoreWords(options) };
    terminal.print(say('begin', words));
    if (trials.length > 0) terminal.print(`  ${say('resumed', { path, done: trials.length })}`);
    const start = performance.now();
    const tell = (settings: Trial['settings'], share: number): void => {
      const done = trials.length - earlier.length + share;
      terminal.live(
        say('live', {
          trial: trials.length + 1,
          total,
          settings: settingsWords(settings),
          percent: (100 * share).toFixed(0),
          best: shown(rankTrials(trials, goal)[0]?.score),
          eta: etaSince(start, done / (total - earlier.length)),
        }),
      );
    };
    const measure = (settings: Trial['settings'], index: number) => {
      tell(settings, 0);
      const onProgress = (share: number) => tell(settings, share);
      return objective.measure(settings, join(out, `trial-${index}`), onProgress);
    };
    for await (const trial of search(space, measure, {
      strategy,
      trials: total,
      goal,
      seed,
      earlier,
      signal,
    })) {
      await file.append(trial);
      await file.sync();
      trials.push(trial);
      terminal.json({ type: 'trial', ...trial });
    }
  } finally {
    await file.close();
    terminal.endLive({ keep: false });
  }
  await tellResult(context, objective, trials, out);
}

const scoreWords = ({ method, score, folds }: Context['options']): string =>
  method === 'language-model' ? say('loss', {}) : say(score as 'accuracy' | 'macro-f1', { folds });

/** Shows the best trials, and writes the best as a file for `--config`. */
async function tellResult(
  { options, terminal }: Context,
  { goal, command, fixed }: Objective,
  trials: readonly Trial[],
  out: string,
): Promise<void> {
  const ranking = rankTrials(trials, goal);
  const failures = trials.flatMap(({ failed }) => failed ?? []);
  if (ranking.length === 0) throw fail('cli/search-failed', { trials: trials.length, reason: failures[0] });
  const [best] = ranking;
  const names = Object.keys(best.settings);
  const rows = ranking
    .slice(0, SHOWN)
    .map(({ index, score, deviation, seconds, settings }) => [
      String(index + 1),
      ...[score, deviation].map(shown),
      seconds.toFixed(1),
      ...names.map((name) => String(settings[name])),
    ]);
  const table = formatTable([[...say('head', {}).split('|'), ...names], ...rows]);
  for (const line of ['', ...table.map((line) => `  ${line}`), '']) terminal.print(line);
  if (failures.length > 0) terminal.print(say('failures', { count: failures.length, reason: failures[0] }));
  const path = join(out, 'best.yaml');
  const { data, seed } = options;
  const lines = Object.entries({ ...fixed, ...best.settings }).map(
    ([name, value]) => `  ${name}: ${JSON.stringify(value)}`,
  );
  const header = say('header', { data: data!, seed });
  await writeFileAtomic(path, [header, `${command}:`, ...lines, ''].join('\n'));
  terminal.json({ type: 'search-result', best, trials: trials.length, failed: failures.length, path });
  terminal.print(say('best', { settings: settingsWords(best.settings), score: shown(best.score), path }));
  terminal.print(say('lucky', {}));
  const verb = command === 'classify' ? 'classify train' : 'train';
  const next = `npx inkstone ${verb} --data ${quoteWord(data!)} --config ${quoteWord(path)}`;
  terminal.print(say('next', { command: next }));
}

const shown = (score: number | undefined): string => (score === undefined ? '–' : score.toFixed(4));

const settingsWords = (settings: Trial['settings']): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
