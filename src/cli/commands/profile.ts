/** `inkstone profile`: where the time of a training step or of a generated token goes, kernel by kernel, beside the machine's limits. */

import { defineMessages } from '../../language.ts';
import {
  decoderConfig,
  isRecurrentConfig,
  preset,
  presetNames,
  recurrentConfig,
} from '../../models/index.ts';
import {
  backend,
  type MachineLimits,
  measureKernels,
  type ProfileRow,
  profileKernels,
  withKernels,
} from '../../tensor/index.ts';
import { isRun } from '../../train/index.ts';
import type { CommandContext } from '../command.ts';
import { fail } from '../errors.ts';
import type { profileOptions } from '../profile-options.ts';
import { createGenerator, createStepper } from '../profiling.ts';
import { trainingPresets } from '../recipe.ts';
import { readWriterRun, type WriterConfig } from '../runs.ts';
import { formatTable } from '../terminal.ts';

type Context = CommandContext<typeof profileOptions>;

const say = defineMessages({
  limits: {
    en: (d: { kernels: string; threads: number; flops: string; bytes: string }) =>
      `${d.kernels} kernels on ${d.threads} threads; limits here: ${d.flops} GFLOP/s, ${d.bytes} GB/s`,
    zh: (d) => `${d.kernels} 内核，${d.threads} 线程；本机上限：${d.flops} GFLOP/s，${d.bytes} GB/s`,
  },
  training: {
    en: (d: { ms: string; rate: string; outside: string }) =>
      `one training step: ${d.ms} ms, ${d.rate} tokens/s; ${d.outside} % of it outside the kernels`,
    zh: (d) => `一次训练步：${d.ms} 毫秒，每秒 ${d.rate} 词元；其中 ${d.outside} % 在内核之外`,
  },
  generation: {
    en: (d: { ms: string; rate: string; outside: string }) =>
      `one step of generation: ${d.ms} ms, ${d.rate} tokens/s; ${d.outside} % of it outside the kernels`,
    zh: (d) => `一次生成步：${d.ms} 毫秒，每秒 ${d.rate} 词元；其中 ${d.outside} % 在内核之外`,
  },
  kernel: { en: () => 'kernel', zh: () => '内核' },
  calls: { en: () => 'calls', zh: () => '次数' },
  time: { en: () => 'ms', zh: () => '毫秒' },
  share: { en: () => '% of step', zh: () => '占比 %' },
  bound: { en: () => '% of limit', zh: () => '达上限 %' },
  compute: { en: () => 'compute', zh: () => '计算' },
  memory: { en: () => 'memory', zh: () => '内存' },
  rest: {
    en: (d: { count: number; ms: string }) => `and ${d.count} more with ${d.ms} ms together`,
    zh: (d) => `另有 ${d.count} 项，合计 ${d.ms} 毫秒`,
  },
});

/** Rows shown to people; `--json` gives all. */
const ROWS = 24;
const WARM_UP = 2;

/** What is measured: one step of work and how many tokens it stands for. */
interface Subject {
  readonly work: () => Promise<void> | void;
  readonly tokens: number;
}

export async function run(context: Context): Promise<void> {
  const { options, terminal, signal } = context;
  const { path, threads, kernels } = backend();
  const limits = measureLimits(options.precision);
  const { work, tokens } = await subjectOf(context);
  for (let i = 0; i < WARM_UP; i++) await work();

  const profile = profileKernels(kernels);
  const start = performance.now();
  let steps = 0;
  while (steps < options.steps && !signal.aborted) {
    await withKernels(profile.kernels, work);
    steps++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ms = (performance.now() - start) / steps;
  const rows = profile.rows(limits);
  const inside = rows.reduce((sum, row) => sum + row.ms, 0) / steps;
  const summary = { ms, tokensPerSecond: (tokens * 1000) / ms, shareOutside: Math.max(0, 1 - inside / ms) };
  terminal.json({ type: 'profile', kernels: path, threads, limits, steps, ...summary });
  for (const row of rows) terminal.json({ type: 'kernel', ...row, shareOfStep: row.ms / steps / ms });

  const giga = (value: number | undefined) => (value === undefined ? '–' : (value / 1e9).toFixed(0));
  terminal.print(
    say('limits', {
      kernels: path,
      threads,
      flops: giga(limits?.flopsPerSecond),
      bytes: giga(limits?.bytesPerSecond),
    }),
  );
  terminal.print(
    say(options.generate ? 'generation' : 'training', {
      ms: ms.toFixed(1),
      rate: summary.tokensPerSecond.toFixed(0),
      outside: (100 * summary.shareOutside).toFixed(0),
    }),
  );
  for (const line of describeRows(rows, steps, ms)) terminal.print(line);
}

/** A preset by name or a run folder, as work on random tokens: speed does not depend on what the weights say. */
async function subjectOf({ args, options }: Context): Promise<Subject> {
  const { config, batchSize } = await modelOf(args[0] ?? 'poem');
  const { precision, generate } = options;
  if (generate) {
    const texts = options.batch ?? 1;
    const prompt = Math.floor(config.contextLength / 2);
    return { work: createGenerator(config, { texts, prompt, weights: precision }), tokens: texts };
  }
  const rows = options.batch ?? batchSize;
  const length = Math.min(options.context ?? config.contextLength, config.contextLength);
  return { work: createStepper({ config, batchSize: rows, length, precision }), tokens: rows * length };
}

async function modelOf(name: string): Promise<{ config: WriterConfig; batchSize: number }> {
  if (await isRun(name)) {
    const { config } = await readWriterRun(name);
    const { model } = config;
    const checked = isRecurrentConfig(model) ? recurrentConfig(model) : decoderConfig(model);
    return { config: checked, batchSize: config.training.batchSize };
  }
  if (!(presetNames as readonly string[]).includes(name)) {
    throw fail('cli/profile-subject', { name, known: presetNames });
  }
  const recipe = Object.hasOwn(trainingPresets, name)
    ? trainingPresets[name as keyof typeof trainingPresets].recipe
    : undefined;
  return { config: preset(name), batchSize: recipe?.batchSize ?? 4 };
}

function measureLimits(precision: 'f32' | 'bf16'): MachineLimits | undefined {
  const { peakGflops, peakBf16Gflops, readGBs } = measureKernels();
  const peak = precision === 'bf16' ? peakBf16Gflops : peakGflops;
  if (peak === undefined || readGBs === undefined) return undefined;
  return { flopsPerSecond: peak * 1e9, bytesPerSecond: readGBs * 1e9 };
}

function describeRows(rows: readonly ProfileRow[], steps: number, stepMs: number): string[] {
  const head = [
    say('kernel', {}),
    say('calls', {}),
    say('time', {}),
    say('share', {}),
    'GFLOP/s',
    'GB/s',
    say('bound', {}),
  ];
  const shown = rows.slice(0, ROWS);
  const cells = shown.map((row) => [
    `${row.kernel} ${row.label}`.trim(),
    (row.calls / steps).toFixed(0),
    (row.ms / steps).toFixed(2),
    ((100 * row.ms) / steps / stepMs).toFixed(1),
    row.gflopsPerSecond.toFixed(1),
    row.gigabytesPerSecond.toFixed(1),
    Number.isNaN(row.shareOfBound) ? '–' : `${(100 * row.shareOfBound).toFixed(0)} ${say(row.bound, {})}`,
  ]);
  const lines = formatTable([head, ...cells]);
  const rest = rows.slice(ROWS);
  if (rest.length === 0) return lines;
  const ms = rest.reduce((sum, row) => sum + row.ms, 0) / steps;
  return [...lines, say('rest', { count: rest.length, ms: ms.toFixed(2) })];
}
