/** `inkstone domain test MODEL… --kit KIT`: the kit's test put to models, with what guessing gets and how sure the figure is. */

import { type BenchmarkModel, runBenchmark, wilsonInterval } from '../../eval/index.ts';
import { writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { failDomain } from '../domain-errors.ts';
import { type KitTask, kitTasks } from '../domain-tasks.ts';
import { readKitFiles } from '../kits.ts';
import { formatTable } from '../terminal.ts';
import { openBenchmarkModel } from './benchmark.ts';
import { type DomainContext, kitOf } from './domain.ts';

const say = defineMessages({
  live: {
    en: (d: { model: string; task: string; done: number; total: number }) =>
      `${d.model} ${d.task} ${d.done}/${d.total}`,
    zh: (d) => `${d.model} ${d.task} ${d.done}/${d.total}`,
  },
  head: {
    en: () => 'model|part|items|right|95 % interval|guessing|',
    zh: () => '模型|部分|题数|答对|95 % 区间|瞎猜|',
  },
  above: { en: () => 'above guessing', zh: () => '高于瞎猜' },
  numbered: {
    en: (d: { model: string }) =>
      `${d.model} tells no likelihoods: choices are listed, and it writes a number`,
    zh: (d) => `${d.model} 不给出概率：列出选项，由它写编号`,
  },
  cut: {
    en: (d: { task: string; cut: number; items: number }) =>
      `${d.task}: ${d.cut} of ${d.items} prompts did not fit and lost their beginning`,
    zh: (d) => `${d.task}：${d.items} 条提示中有 ${d.cut} 条放不下，开头被截去`,
  },
  written: { en: (d: { path: string }) => `written to ${d.path}`, zh: (d) => `已写入 ${d.path}` },
});

interface Scored {
  readonly model: string;
  readonly task: string;
  readonly part: KitTask['part'];
  readonly language: KitTask['language'];
  readonly items: number;
  readonly cut: number;
  readonly right: number;
  /** 95 %, Wilson's. */
  readonly interval: readonly [low: number, high: number];
  readonly chance: number;
  readonly isAboveChance: boolean;
}

export async function test(context: DomainContext): Promise<void> {
  const { args, options, terminal, signal } = context;
  const { language, limit, seed, shots, out } = options;
  const kits = await readKitFiles(kitOf(context));
  const languages = language === 'both' ? (['en', 'zh'] as const) : [language];
  const results: Scored[] = [];
  for (const path of args.slice(1)) {
    const model = await openBenchmarkModel(path, context);
    const isNumbered = model.likelihoods === undefined;
    if (isNumbered) terminal.print(say('numbered', { model: model.name }));
    for (const kit of kits) {
      const tasks = languages.flatMap((one) => kitTasks(kit, one, { isNumbered, seed, limit }));
      if (tasks.length === 0) throw failDomain('cli/kit-questions', { kit: kit.name });
      for (const one of tasks) {
        const { task } = one;
        const onProgress = (done: number, total: number): void =>
          terminal.live(say('live', { model: model.name, task: task.name, done, total }));
        const scored = await scoreOf(model, one, { shots, seed, signal, onProgress });
        results.push(scored);
        terminal.json({ type: 'result', ...scored });
      }
    }
  }
  terminal.endLive({ keep: false });
  for (const line of linesOf(results)) terminal.print(line);
  if (out === undefined) return;
  await writeFileAtomic(out, `${JSON.stringify({ version: 1, seed, shots, results }, null, 2)}\n`);
  terminal.print(say('written', { path: out }));
}

async function scoreOf(
  model: BenchmarkModel,
  { task, items, part, language, chance }: KitTask,
  options: Parameters<typeof runBenchmark>[3],
): Promise<Scored> {
  const { scores, cut } = await runBenchmark(model, task, items, options);
  const { value } = scores.acc ?? scores['exact-match'];
  const { low, high } = wilsonInterval(Math.round(value * items.length), items.length);
  const about = { model: model.name, task: task.name, part, language, items: items.length, cut };
  return { ...about, right: value, interval: [low, high], chance, isAboveChance: low > chance };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function linesOf(results: readonly Scored[]): string[] {
  const rows = results.map(({ model, task, items, right, interval: [low, high], chance, isAboveChance }) => [
    ...[model, task, String(items), percent(right), `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)} %`],
    ...[percent(chance), isAboveChance ? say('above', {}) : ''],
  ]);
  const table = formatTable([say('head', {}).split('|'), ...rows]).map((line) => `  ${line}`);
  return ['', ...table, '', ...results.filter(({ cut }) => cut > 0).map((one) => say('cut', one))];
}
