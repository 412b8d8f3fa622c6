/** `inkstone start`: from a corpus of real poems to a model that writes, and the report on its repetition. */

import { existsSync } from 'node:fs';
import { defaultCorpus } from '../../data/index.ts';
import { defineMessages, type Language } from '../../language.ts';
import { decoderConfig, parameterCount } from '../../models/index.ts';
import { trainBpe } from '../../text/index.ts';
import { isRun, readRun } from '../../train/index.ts';
import type { TextDocument, Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { loadDocuments, type SplitCorpus, splitCorpus } from '../corpus.ts';
import { firstRunPreset } from '../first-run.ts';
import type { startOptions } from '../option-tables.ts';
import { type FinishEvent, watchTraining } from '../progress.ts';
import type { ModelShape, Recipe } from '../recipe.ts';
import { repetitionTable } from '../repetition-table.ts';
import { isFinished, loadRun, type RunConfig, tokenizerOfRun } from '../runs.ts';
import {
  beginningOf,
  compareWithPeople,
  decoderLabel,
  decoders,
  openingsFor,
  sampleWriter,
  writeTexts,
} from '../showcase.ts';
import { compactNumber, formatDuration, type Terminal } from '../terminal.ts';
import { prepareTraining, type Training } from '../training.ts';
import { describeMachine, inspectMachine, type MachineReport } from './doctor.ts';
import { resumeCommand } from './train.ts';

type Context = CommandContext<typeof startOptions>;

const say = defineMessages({
  machine: { en: () => '1. This machine', zh: () => '一、这台机器' },
  corpus: { en: () => '2. The text', zh: () => '二、文本' },
  tokenizer: { en: () => '3. The tokenizer', zh: () => '三、分词器' },
  model: { en: () => '4. The model learns', zh: () => '四、模型学习' },
  write: { en: () => '5. It writes', zh: () => '五、写作' },
  repetition: { en: () => '6. Does it repeat itself?', zh: () => '六、是否复读？' },
  next: { en: () => '7. What next', zh: () => '七、接下来' },
  merging: {
    en: (d: { done: number; total: number }) => `merging pairs: ${d.done} of ${d.total} tokens`,
    zh: (d) => `合并字节对：${d.done}/${d.total} 个词元`,
  },
  vocabulary: {
    en: (d: { size: number; perToken: string; seconds: string }) =>
      `byte-level BPE with ${d.size} tokens, ${d.perToken} characters a token (${d.seconds})`,
    zh: (d) => `字节级 BPE，${d.size} 个词元，平均每词元 ${d.perToken} 字（用时 ${d.seconds}）`,
  },
  size: {
    en: (d: {
      layers: number;
      width: number;
      context: number;
      parameters: string;
      minutes: number;
      gflops: string;
    }) =>
      `${d.minutes} min at ${d.gflops} GFLOP/s allow ${d.layers} layers of width ${d.width}, context ${d.context}: ${d.parameters} parameters`,
    zh: (d) =>
      `${d.minutes} 分钟、${d.gflops} GFLOP/s，宜用 ${d.layers} 层、宽 ${d.width}、上下文 ${d.context}：${d.parameters} 参数`,
  },
  resumed: {
    en: (d: { folder: string; step: number; seconds: string }) =>
      `going on with ${d.folder} from step ${d.step} (${d.seconds} done): weights, optimizer and place in the data restored`,
    zh: (d) =>
      `继续 ${d.folder}，从第 ${d.step} 步开始（已训练 ${d.seconds}）：权重、优化器状态与数据位置均已恢复`,
  },
  sample: {
    en: (d: { step: number; text: string; rep: string }) => `step ${d.step}, rep-4 ${d.rep} %: ${d.text}`,
    zh: (d) => `第 ${d.step} 步，rep-4 ${d.rep} %：${d.text}`,
  },
  learned: {
    en: (d: { bits: string; steps: number; seconds: string }) =>
      `held-out text: ${d.bits} bits per character after ${d.steps} steps (${d.seconds})`,
    zh: (d) => `留出文本：每字 ${d.bits} 比特，共 ${d.steps} 步（${d.seconds}）`,
  },
  stopped: {
    en: (d: { step: number; command: string }) =>
      `stopped and saved at step ${d.step}; to go on: ${d.command}`,
    zh: (d) => `已停止并保存在第 ${d.step} 步；继续请运行：${d.command}`,
  },
  diverged: {
    en: (d: { step: number; folder: string }) =>
      `start: the loss diverged at step ${d.step}; the last good checkpoint is kept in ${d.folder}; try another --seed`,
    zh: (d) => `开始：损失在第 ${d.step} 步发散；最后一个完好的检查点保存在 ${d.folder}；请换一个 --seed`,
  },
  saved: {
    en: (d: { folder: string }) => `The run lies in ${d.folder}`,
    zh: (d) => `训练记录在 ${d.folder}`,
  },
});

/** Held-out texts whose beginnings both decoders continue for the report. */
const REPORT_TEXTS = 60;
/** Held-out losses while training, spread over the time. */
const EVALUATIONS = 12;
/** A text is shown at these evaluations: soon, then at growing distances. */
const SAMPLE_AT = new Set([1, 2, 4, 8]);
const MAX_TOKENS = 96;
/** Enough text to train a tokenizer by; more changes nothing. */
const TOKENIZER_CHARACTERS = 4_000_000;

export async function run(context: Context): Promise<number> {
  const { options, terminal, signal } = context;
  const heading = (text: string) => terminal.print(`\n${text}`);

  heading(say('machine', {}));
  const machine = inspectMachine({ quick: true });
  terminal.json({ type: 'machine', ...machine });
  for (const line of describeMachine(machine)) terminal.print(line);

  heading(say('corpus', {}));
  const source = options.data ?? defaultCorpus[options.lang as Language];
  const corpus = await loadDocuments(source, { terminal, signal, offline: options.offline });
  const split = splitCorpus(corpus.documents, 0);
  for (const line of [...corpus.report, split.report]) terminal.print(`  ${line}`);
  terminal.json({
    type: 'corpus',
    name: corpus.name,
    cleaning: corpus.cleaning,
    duplicates: corpus.duplicates,
  });

  const label = corpus.known ?? 'mine';
  const place = await findFolder(context, label);
  const { tokenizer, training } = await prepare(context, { split, source: corpus.name, machine, place });
  try {
    const finish = await learn(context, training, tokenizer, openingsFor(corpus.known, split.heldOut)[0]);
    if (finish !== 0) return finish;
  } finally {
    await training.run.close();
  }
  await show(
    context,
    place.folder,
    split,
    openingsFor(corpus.known, split.heldOut),
    corpus.known !== undefined,
  );
  return 0;
}

interface Place {
  readonly folder: string;
  /** A run that is there already: its settings are kept. */
  readonly config: RunConfig | undefined;
  readonly tokenizer: Tokenizer | undefined;
}

/**
 * The folder of this run: the one asked for, else `runs/NAME-MINUTESmin`. An unfinished run is gone on with; beside a
 * finished one a new one is begun, with a number behind its name.
 */
async function findFolder({ options, given }: Context, label: string): Promise<Place> {
  const base = given.has('out') ? options.out! : `runs/${label}-${options.minutes}min`;
  for (let n = 1; ; n++) {
    const folder = n === 1 ? base : `${base}-${n}`;
    if (!existsSync(folder) || !(await isRun(folder)))
      return { folder, config: undefined, tokenizer: undefined };
    const run = await readRun(folder);
    if (given.has('out') || !isFinished(run)) {
      return { folder, config: run.config as RunConfig, tokenizer: tokenizerOfRun(run) };
    }
  }
}

async function prepare(
  context: Context,
  given: {
    readonly split: SplitCorpus;
    readonly source: string;
    readonly machine: MachineReport;
    readonly place: Place;
  },
): Promise<{ tokenizer: Tokenizer; training: Training }> {
  const { options, terminal, signal } = context;
  const { split, source, machine, place } = given;
  const { minutes } = options;
  terminal.print(`\n${say('tokenizer', {})}`);
  const preset = firstRunPreset({ minutes, gflops: machine.matmulGflops });
  const { model, recipe } = place.config ? settingsOf(place.config) : preset;
  const vocabSize = preset.tokenizer === 'characters' ? 0 : preset.tokenizer.vocabSize;
  const tokenizer = place.tokenizer ?? (await learnTokenizer(split.train, vocabSize, terminal, signal));

  terminal.print(`\n${say('model', {})}`);
  const config = decoderConfig({ ...model, vocabSize: tokenizer.vocabSize });
  const parameters = compactNumber(parameterCount(config));
  const gflops = machine.matmulGflops.toFixed(machine.matmulGflops < 10 ? 1 : 0);
  const { layers, width, contextLength } = config;
  terminal.print(`  ${say('size', { layers, width, context: contextLength, parameters, minutes, gflops })}`);
  const seconds = minutes * 60;
  const training = await prepareTraining({
    folder: place.folder,
    corpus: split,
    source,
    tokenizer,
    model,
    recipe,
    seed: place.config?.training.seed ?? options.seed,
    minutes: place.config?.training.minutes ?? minutes,
    saveEvery: { seconds: Math.max(5, seconds / 4) },
    evaluateEvery: { seconds: seconds / EVALUATIONS },
    signal,
  });
  const { place: at } = training.run;
  if (at) {
    const done = formatDuration(at.seconds);
    terminal.print(`  ${say('resumed', { folder: place.folder, step: at.step, seconds: done })}`);
  }
  return { tokenizer, training };
}

/** Model and recipe of a run that is gone on with. */
function settingsOf({ model, training }: RunConfig): { model: ModelShape; recipe: Recipe } {
  const { seed: _seed, steps: _steps, minutes: _minutes, ...recipe } = training;
  const { vocabSize: _vocabSize, ...shape } = model;
  return { model: shape, recipe };
}

async function learnTokenizer(
  documents: readonly TextDocument[],
  vocabSize: number,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Tokenizer> {
  const start = performance.now();
  const total = documents.reduce((sum, { text }) => sum + text.length, 0);
  const stride = Math.max(1, Math.ceil(total / TOKENIZER_CHARACTERS));
  const texts = documents.filter((_, i) => i % stride === 0).map(({ text }) => text);
  const tokenizer = await trainBpe(texts, {
    vocabSize,
    onProgress: ({ phase, done, total: all }) => {
      if (phase === 'merge') terminal.live(say('merging', { done, total: all! }));
    },
    signal,
  });
  terminal.endLive({ keep: false });
  const sample = texts.slice(0, 500);
  const tokens = sample.reduce((sum, text) => sum + tokenizer.encode(text).length, 0);
  const perToken = (sample.reduce((sum, text) => sum + text.length, 0) / tokens).toFixed(2);
  const seconds = formatDuration((performance.now() - start) / 1000);
  terminal.print(`  ${say('vocabulary', { size: tokenizer.vocabSize, perToken, seconds })}`);
  return tokenizer;
}

/** Trains with a text now and then; the exit status, 0 when the model is ready. */
async function learn(
  { terminal }: Context,
  training: Training,
  tokenizer: Tokenizer,
  opening: string,
): Promise<number> {
  let evaluations = 0;
  const write = sampleWriter(training, tokenizer);
  const finish: FinishEvent & { bitsPerCharacter?: number } = await watchTraining(training, terminal, {
    async onEvaluation({ step }) {
      if (!SAMPLE_AT.has(++evaluations)) return;
      const { text, rep4 } = await write(opening, step);
      terminal.json({ type: 'sample', step, text, rep4 });
      terminal.print(`  ${say('sample', { step, text: text.replaceAll('\n', ' '), rep: rep4.toFixed(0) })}`);
    },
  });
  const { reason, step, seconds, bitsPerCharacter } = finish;
  terminal.json({ ...finish, folder: training.run.folder });
  if (reason === 'diverged') {
    process.stderr.write(`${say('diverged', { step, folder: training.run.folder })}\n`);
    return 1;
  }
  if (reason === 'aborted') {
    terminal.print(say('stopped', { step, command: resumeCommand() }));
    return 130;
  }
  const bits = bitsPerCharacter!.toFixed(2);
  terminal.print(`  ${say('learned', { bits, steps: step, seconds: formatDuration(seconds) })}`);
  return 0;
}

/** Poems, the repetition report, and what to try next. */
async function show(
  { terminal, signal, options }: Context,
  folder: string,
  split: SplitCorpus,
  openings: readonly string[],
  isKnown: boolean,
): Promise<void> {
  const { writer } = await loadRun(folder);
  const settings = { maxTokens: MAX_TOKENS, seed: options.seed, signal };

  terminal.print(`\n${say('write', {})}`);
  const pieces = await Promise.all([
    writeTexts(writer, openings, { ...settings, ...decoders.greedy }),
    writeTexts(writer, openings, { ...settings, ...decoders.nucleus }),
  ]);
  openings.forEach((opening, i) => {
    terminal.print(`  ${opening}`);
    (['greedy', 'nucleus'] as const).forEach((name, column) => {
      const text = pieces[column][i] ?? '';
      terminal.json({ type: 'text', opening, decoder: name, text });
      terminal.print(`    ${decoderLabel[name]()}: ${text.replaceAll('\n', ' ')}`);
    });
  });

  terminal.print(`\n${say('repetition', {})}`);
  const human = split.heldOut.slice(0, REPORT_TEXTS).map(({ text }) => text.slice(0, 4 * MAX_TOKENS));
  const prompts = human.map(beginningOf);
  const greedy = await writeTexts(writer, prompts, { ...settings, ...decoders.greedy });
  const nucleus = await writeTexts(writer, prompts, { ...settings, ...decoders.nucleus });
  if (signal.aborted) return;
  const verse = isKnown && options.lang === 'zh';
  const { reports, sentences } = compareWithPeople({ greedy, nucleus }, human, { verse });
  for (const { name, report } of reports) terminal.json({ type: 'repetition', name, ...report });
  for (const line of repetitionTable(reports)) terminal.print(`  ${line}`);
  for (const sentence of sentences) terminal.print(`  ${sentence}`);

  terminal.print(`\n${say('next', {})}`);
  terminal.print(`  ${say('saved', { folder })}`);
  const commands = [
    `npx inkstone generate ${folder} --prompt ${JSON.stringify(openings[0])} --top-p 0.9`,
    `npx inkstone generate ${folder} --prompt ${JSON.stringify(openings[1])} --strategy greedy --repetition-penalty 1.3`,
    `npm start -- --minutes ${options.minutes * 3}${options.lang === 'en' ? ' --lang en' : ''}`,
  ];
  for (const command of commands) terminal.print(`  ${command}`);
  terminal.json({ type: 'done', folder, commands });
}
