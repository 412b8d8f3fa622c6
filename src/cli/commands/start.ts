/** `inkstone start`: from a corpus of real poems to a model that writes, and the report on its repetition. */

import { dirname } from 'node:path';
import { defaultCorpus } from '../../data/index.ts';
import { defineMessages, type Language } from '../../language.ts';
import { createLanguageModel, decoderConfig, parameterCount } from '../../models/index.ts';
import { differingKeys } from '../../train/index.ts';
import type { Tokenizer } from '../../types.ts';
import type { CommandContext } from '../command.ts';
import { type LoadedCorpus, loadDocuments, type SplitCorpus, splitCorpus } from '../corpus.ts';
import { keptPreparation, preparationOf } from '../corpus-options.ts';
import { fail } from '../errors.ts';
import { firstRunPreset } from '../first-run.ts';
import { INTERRUPTED } from '../interrupt.ts';
import { describeMachine, inspectMachine, type MachineReport } from '../machine.ts';
import { loadModel } from '../models.ts';
import { tellEnd, tellPlace } from '../outcome.ts';
import { watchTraining } from '../progress.ts';
import { repetitionTable } from '../repetition-table.ts';
import { defaultFolder, type EarlierRun, findEarlierRun, isFinished } from '../runs.ts';
import { studioOptions } from '../serve-options.ts';
import { earlierSettings, onlyGiven, presetSettings, type Settings } from '../settings.ts';
import { quoteWord } from '../shell-words.ts';
import {
  beginningOf,
  compareGuarded,
  compareWithPeople,
  decoderLabel,
  decoders,
  describeGuarded,
  humanTexts,
  openingsFor,
  writeTexts,
} from '../showcase.ts';
import type { startOptions } from '../start-options.ts';
import { compactNumber, formatDuration } from '../terminal.ts';
import { learnBpe } from '../tokenizers.ts';
import { prepareTraining, type Training } from '../training.ts';
import { watchSamples } from '../training-samples.ts';
import { serveRuns } from './serve.ts';

type Context = CommandContext<typeof startOptions>;

const say = defineMessages({
  machine: { en: () => '1. This machine', zh: () => '一、这台机器' },
  corpus: { en: () => '2. The text', zh: () => '二、文本' },
  tokenizer: { en: () => '3. The tokenizer', zh: () => '三、分词器' },
  model: { en: () => '4. The model learns', zh: () => '四、模型学习' },
  write: { en: () => '5. It writes', zh: () => '五、写作' },
  repetition: { en: () => '6. Does it repeat itself?', zh: () => '六、是否复读？' },
  next: { en: () => '7. What next', zh: () => '七、接下来' },
  serve: { en: () => '8. It answers', zh: () => '八、对外服务' },
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
  learned: {
    en: (d: { bits: string; steps: number; seconds: string }) =>
      `held-out text: ${d.bits} bits per character after ${d.steps} steps (${d.seconds})`,
    zh: (d) => `留出文本：每字 ${d.bits} 比特，共 ${d.steps} 步（${d.seconds}）`,
  },
  saved: {
    en: (d: { folder: string }) => `The run lies in ${d.folder}`,
    zh: (d) => `训练记录在 ${d.folder}`,
  },
});

/** Held-out texts whose beginnings all decoders continue for the report. */
const REPORT_TEXTS = 60;
/** Held-out losses while training, spread over the time. */
const EVALUATIONS = 12;
const MAX_TOKENS = 96;

export async function run(context: Context): Promise<number> {
  const { options, given, terminal, signal } = context;
  if (given.has('data') && given.has('lang')) {
    const reason = { reason: '--lang chooses a ready corpus', zhReason: '--lang 用于选择现成语料' };
    throw fail('cli/conflict', { command: 'start', options: ['--data', '--lang'], ...reason });
  }
  const { folder, status } = await makeModel(context);
  if (status !== 0 || !options.serve) return status;
  terminal.print(`\n${say('serve', {})}`);
  await serveRuns([folder], terminal, signal, {
    port: options.port,
    orAnyPort: !given.has('port'),
    keys: [],
    origins: [],
    assistant: { folder: studioOptions.assistant.default, tools: undefined },
    tutor: studioOptions.tutor.default,
    studio: true,
    runs: dirname(folder),
    state: options.state,
    isStateGiven: given.has('state'),
  });
  return 0;
}

/** From the text to the report. The text is let go when this ends: what is served afterwards does not need it. */
async function makeModel(context: Context): Promise<{ readonly folder: string; readonly status: number }> {
  const { options, terminal, signal } = context;
  const heading = (text: string) => terminal.print(`\n${text}`);

  heading(say('machine', {}));
  const machine = inspectMachine({ quick: true });
  terminal.json({ type: 'machine', ...machine });
  for (const line of describeMachine(machine)) terminal.print(line);

  heading(say('corpus', {}));
  const source = options.data ?? defaultCorpus[options.lang as Language];
  const loading = { terminal, signal, offline: options.offline, prepare: preparationOf(options) };
  const corpus = await loadDocuments(source, loading);
  const split = splitCorpus(corpus.documents);
  for (const line of [...corpus.report, split.report]) terminal.print(`  ${line}`);
  terminal.json({
    type: 'corpus',
    name: corpus.name,
    cleaning: corpus.cleaning,
    ...corpus.deduplication,
    ...(corpus.overlap && { overlap: corpus.overlap }),
  });

  const place = await findPlace(context, corpus);
  const { folder } = place;
  const settings = chooseSettings(context, machine, place.earlier);
  const openings = openingsFor(corpus.known, split.heldOut);

  heading(say('tokenizer', {}));
  const tokenizer =
    place.earlier?.tokenizer ??
    (await learnBpe(split.train, (settings.tokenizer as { vocabSize: number }).vocabSize, context));

  heading(say('model', {}));
  terminal.print(`  ${describeSize(settings, tokenizer, machine)}`);
  const training = await prepare(context, { place, settings, tokenizer, split, source: corpus.name });
  try {
    const status = await learn(context, training, tokenizer, openings[0]);
    if (status !== 0) return { folder, status };
  } finally {
    await training.run.close();
  }
  await show(context, { folder, corpus, split, openings });
  return { folder, status: signal.aborted ? INTERRUPTED : 0 };
}

interface Place {
  readonly folder: string;
  /** A run that is there already: its settings are kept. */
  readonly earlier: EarlierRun | undefined;
}

/**
 * The folder of this run: the one asked for, else `runs/NAME-MINUTESmin`. An unfinished run on this text is gone on with;
 * beside any other a new one is begun, with a number behind its name.
 */
async function findPlace({ options, given }: Context, corpus: LoadedCorpus): Promise<Place> {
  if (options.out !== undefined) return { folder: options.out, earlier: await findEarlierRun(options.out) };
  const base = defaultFolder(corpus.known ?? corpus.name, `-${options.minutes}min`);
  for (let n = 1; ; n++) {
    const folder = n === 1 ? base : `${base}-${n}`;
    const earlier = await findEarlierRun(folder);
    if (!earlier) return { folder, earlier };
    const { data, training } = earlier.config;
    const isPreparedAlike =
      differingKeys(data.prepared ?? {}, keptPreparation(preparationOf(options)) ?? {}).length === 0;
    const isSeedWanted = !given.has('seed') || training.seed === options.seed;
    const isSame = data.source === corpus.name && isPreparedAlike && isSeedWanted;
    if (isSame && !isFinished(earlier)) return { folder, earlier };
  }
}

/** What the minutes allow on this machine; a run that is there keeps its own settings. */
function chooseSettings(
  { options, given }: Context,
  machine: MachineReport,
  earlier: EarlierRun | undefined,
) {
  const { minutes, seed } = options;
  if (earlier) return earlierSettings(earlier, onlyGiven({ minutes, seed }, given));
  const preset = firstRunPreset({ minutes, gflops: machine.matmulGflops });
  return presetSettings(preset, {}, { seed, length: { minutes } });
}

function describeSize({ model, length }: Settings, tokenizer: Tokenizer, machine: MachineReport): string {
  const config = decoderConfig({ ...model, vocabSize: tokenizer.vocabSize });
  const { layers, width, contextLength: context } = config;
  const gflops = machine.matmulGflops.toFixed(machine.matmulGflops < 10 ? 1 : 0);
  const parameters = compactNumber(parameterCount(config));
  return say('size', { layers, width, context, parameters, minutes: length.minutes ?? 0, gflops });
}

async function prepare(
  { options, signal }: Context,
  run: {
    readonly place: Place;
    readonly settings: Settings;
    readonly tokenizer: Tokenizer;
    readonly split: SplitCorpus;
    readonly source: string;
  },
): Promise<Training> {
  const { model, recipe, seed, length, tokenizer: tokenizerMade } = run.settings;
  const seconds = options.minutes * 60;
  return prepareTraining({
    folder: run.place.folder,
    corpus: run.split,
    source: run.source,
    prepared: keptPreparation(preparationOf(options)),
    tokenizer: run.tokenizer,
    tokenizerMade,
    model,
    recipe,
    seed,
    ...length,
    saveEvery: { seconds: Math.max(5, seconds / 4) },
    evaluateEvery: { seconds: seconds / EVALUATIONS },
    signal,
  });
}

/** Trains with a text now and then; the exit status, 0 when the model is ready. */
async function learn(
  context: Context,
  training: Training,
  tokenizer: Tokenizer,
  opening: string,
): Promise<number> {
  const { terminal } = context;
  tellPlace(context, training);
  const model = createLanguageModel(training.params, training.config);
  const samples = watchSamples(training, model, tokenizer, opening, terminal);
  const finish = await watchTraining(training, terminal, samples);
  const status = tellEnd('start', context, finish, training.run.folder);
  if (status !== 0) return status;
  const { step, seconds, bitsPerCharacter } = finish;
  const bits = bitsPerCharacter!.toFixed(2);
  terminal.print(`  ${say('learned', { bits, steps: step, seconds: formatDuration(seconds) })}`);
  return 0;
}

/** Poems, the repetition report, and what to try next. */
async function show(
  { terminal, signal, options }: Context,
  made: {
    readonly folder: string;
    readonly corpus: LoadedCorpus;
    readonly split: SplitCorpus;
    readonly openings: readonly string[];
  },
): Promise<void> {
  const { folder, corpus, split, openings } = made;
  const { writer } = await loadModel(folder);
  const settings = { maxTokens: MAX_TOKENS, seed: options.seed, signal };

  terminal.print(`\n${say('write', {})}`);
  const pieces = {
    greedy: await writeTexts(writer, openings, { ...settings, ...decoders.greedy }),
    nucleus: await writeTexts(writer, openings, { ...settings, ...decoders.nucleus }),
  };
  if (signal.aborted) return;
  openings.forEach((opening, i) => {
    terminal.print(`  ${opening}`);
    for (const decoder of ['greedy', 'nucleus'] as const) {
      const { text } = pieces[decoder][i];
      terminal.json({ type: 'text', opening, decoder, text });
      terminal.print(`    ${decoderLabel[decoder]()}: ${text.replaceAll('\n', ' ')}`);
    }
  });

  terminal.print(`\n${say('repetition', {})}`);
  const human = humanTexts(split.heldOut, { count: REPORT_TEXTS, maxCharacters: 4 * MAX_TOKENS });
  const prompts = human.map(beginningOf);
  const greedy = await writeTexts(writer, prompts, { ...settings, ...decoders.greedy });
  const guarded = await writeTexts(writer, prompts, { ...settings, ...decoders.guarded });
  const nucleus = await writeTexts(writer, prompts, { ...settings, ...decoders.nucleus });
  if (signal.aborted) return;
  const found = compareGuarded(greedy, guarded);
  const verse = corpus.known === 'poems' || corpus.known === 'tang';
  const textsOf = (written: readonly { readonly text: string }[]) => written.map(({ text }) => text);
  const written = { greedy: textsOf(greedy), guarded: textsOf(guarded), nucleus: textsOf(nucleus) };
  const { reports, sentences } = compareWithPeople(written, human, { verse });
  for (const { name, report } of reports) terminal.json({ type: 'repetition', name, ...report });
  for (const line of repetitionTable(reports)) terminal.print(`  ${line}`);
  terminal.json({ type: 'guard', ...found });
  for (const sentence of [...sentences, ...describeGuarded(found)]) terminal.print(`  ${sentence}`);

  terminal.print(`\n${say('next', {})}`);
  terminal.print(`  ${say('saved', { folder })}`);
  const commands = [
    `npx inkstone generate ${quoteWord(folder)} --prompt ${quoteWord(openings[0])} --top-p 0.9`,
    `npx inkstone generate ${quoteWord(folder)} --prompt ${quoteWord(openings.at(-1)!)} --strategy greedy --guard`,
    `npm start -- --minutes ${Number((3 * options.minutes).toPrecision(6))}${sourceFlag(options)}`,
  ];
  for (const command of commands) terminal.print(`  ${command}`);
  terminal.json({ type: 'done', folder, commands });
}

/** The option that names the same text again, where it is not the default. */
function sourceFlag({ data, lang }: Context['options']): string {
  if (data !== undefined) return ` --data ${quoteWord(data)}`;
  return lang === 'en' ? ' --lang en' : '';
}
