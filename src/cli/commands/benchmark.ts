/** `inkstone benchmark RUN…`: tasks that are put to models, local ones or endpoints, behind any number of examples. */

import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import {
  type BenchmarkItem,
  type BenchmarkModel,
  type BenchmarkResult,
  type BenchmarkTask,
  benchmarkTask,
  localBenchmarkModel,
  remoteBenchmarkModel,
  runBenchmark,
} from '../../eval/index.ts';
import { readRecords, writeFileAtomic } from '../../io/index.ts';
import { defineMessages } from '../../language.ts';
import { createRemoteModel } from '../../remote/index.ts';
import type { CommandContext } from '../command.ts';
import { readTextFile } from '../corpus.ts';
import { fail } from '../errors.ts';
import type { benchmarkOptions } from '../eval-options.ts';
import { loadModel } from '../models.ts';
import { listOf } from '../options.ts';
import { tellSkipped } from '../outcome.ts';
import { readRemote } from '../remotes.ts';
import { etaSince, formatTable } from '../terminal.ts';

type Context = CommandContext<typeof benchmarkOptions>;

const say = defineMessages({
  begin: {
    en: (d: { name: string; type: string; items: number }) => `${d.name}: ${d.items} items, ${d.type}`,
    zh: (d) => `${d.name}：${d.items} 条，${d.type}`,
  },
  live: {
    en: (d: { model: string; task: string; shots: number; done: number; total: number; eta: string }) =>
      `${d.model} ${d.task} ${d.shots}-shot ${d.done}/${d.total} eta ${d.eta}`,
    zh: (d) => `${d.model} ${d.task} ${d.shots} 个示例 ${d.done}/${d.total} 剩余 ${d.eta}`,
  },
  head: { en: () => 'task|shots|model|score|value|± error', zh: () => '任务|示例|模型|指标|数值|± 标准误' },
  cut: {
    en: (d: { task: string; shots: number; cut: number; items: number; model: string }) =>
      `${d.task}, ${d.shots} shots: ${d.cut} of ${d.items} prompts are longer than the context of ${d.model} and lost their beginning`,
    zh: (d) =>
      `${d.task}，${d.shots} 个示例：${d.items} 条中有 ${d.cut} 条提示超出 ${d.model} 的上下文，开头被截去`,
  },
  written: { en: (d: { path: string }) => `written to ${d.path}`, zh: (d) => `已写入 ${d.path}` },
});

interface ReadyTask {
  readonly task: BenchmarkTask;
  readonly items: readonly BenchmarkItem[];
  readonly examples?: readonly BenchmarkItem[];
}

export async function run(context: Context): Promise<void> {
  const { args, options, terminal, signal } = context;
  const { seed, out } = options;
  if (!options.tasks) throw fail('cli/missing-value', { command: 'benchmark', option: '--tasks' });
  const shots = shotsOf(options.shots);
  const tasks: ReadyTask[] = [];
  for (const path of listOf(options.tasks)) tasks.push(await readTask(path, context));
  const results: BenchmarkResult[] = [];
  for (const path of args) {
    const model = await openBenchmarkModel(path, context);
    for (const { task, items, examples } of tasks) {
      for (const k of task.type === 'perplexity' ? [0] : shots) {
        const start = performance.now();
        const onProgress = (done: number, total: number): void => {
          const eta = etaSince(start, done / total);
          terminal.live(say('live', { model: path, task: task.name, shots: k, done, total, eta }));
        };
        const result = await runBenchmark(model, task, items, {
          shots: k,
          seed,
          examples,
          signal,
          onProgress,
        });
        results.push(result);
        terminal.json({ type: 'result', ...result });
      }
    }
  }
  terminal.endLive({ keep: false });
  for (const line of linesOf(results)) terminal.print(line);
  if (out === undefined) return;
  await writeFileAtomic(out, `${JSON.stringify({ version: 1, seed, results }, null, 2)}\n`);
  terminal.print(say('written', { path: out }));
}

/** Examples at most: more fit into no context here. */
const MOST_SHOTS = 100;

function shotsOf(text: string): number[] {
  return listOf(text).map((part) => {
    const value = Number(part);
    if (part !== '' && Number.isInteger(value) && value >= 0 && value <= MOST_SHOTS) return value;
    const rule = `whole numbers from 0 to ${MOST_SHOTS}, joined by commas`;
    const zhRule = `为以逗号连接的 0 到 ${MOST_SHOTS} 的整数`;
    throw fail('cli/value', { command: 'benchmark', option: '--shots', rule, zhRule, got: text });
  });
}

async function readTask(path: string, { options, terminal, signal }: Context): Promise<ReadyTask> {
  const task = benchmarkTask(parsed(await readTextFile(path), path), path);
  const itemsOf = async (file: string): Promise<BenchmarkItem[]> => {
    const items: BenchmarkItem[] = [];
    for await (const record of readRecords(join(dirname(path), file), { signal })) items.push(record);
    return items;
  };
  const all = await itemsOf(task.data);
  const items = all.slice(0, options.limit);
  terminal.print(say('begin', { name: task.name, type: task.type, items: items.length }));
  const examples = 'examples' in task && task.examples !== undefined ? await itemsOf(task.examples) : all;
  return { task, items, examples };
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw fail('cli/config-file', { file: path, reason: (error as Error).message.split('\n')[0] }, error);
  }
}

/** A run, a model file, or `NAME=URL#MODEL`. */
export async function openBenchmarkModel(
  path: string,
  { terminal }: Pick<Context, 'terminal'>,
): Promise<BenchmarkModel> {
  if (path.includes('://')) {
    const { id, ...endpoint } = readRemote(path);
    return remoteBenchmarkModel(id, createRemoteModel(endpoint));
  }
  const opened = await loadModel(path);
  tellSkipped(terminal, opened);
  return localBenchmarkModel(path, opened.model, opened.tokenizer, opened.prefixIds);
}

/** Figures from here on are of word perplexities, whose digits after the point say nothing. */
const LARGE = 1000;

function shown(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value < LARGE ? value.toFixed(4) : value.toPrecision(4);
}

/** The table, and what did not fit. */
function linesOf(results: readonly BenchmarkResult[]): string[] {
  const rows = results.flatMap(({ task, shots, model, scores }) =>
    Object.entries(scores).map(([name, { value, error }]) => [
      task,
      String(shots),
      model,
      name,
      ...[value, error].map(shown),
    ]),
  );
  const table = formatTable([say('head', {}).split('|'), ...rows]).map((line) => `  ${line}`);
  const cut = results.filter((result) => result.cut > 0).map((result) => say('cut', result));
  return ['', ...table, '', ...cut];
}
