/** What the trainings of decoders and of encoders have in common, between their settings and their end. */

import { defineMessages } from '../language.ts';
import type { Tokenizer } from '../types.ts';
import type { CommandContext } from './command.ts';
import { inspectMachine } from './commands/doctor.ts';
import { loadDocuments, rulesFor, type SplitCorpus, splitCorpus } from './corpus.ts';
import { type CorpusPreparation, keptPreparation, preparationOf } from './corpus-options.ts';
import { type EnergyOptions, energyRates } from './energy.ts';
import { fail } from './errors.ts';
import { firstRunPreset } from './first-run.ts';
import type { trainOptions } from './option-tables.ts';
import { tellEnd, tellPlace } from './outcome.ts';
import { type TrainingWatch, watchTraining } from './progress.ts';
import { type Distillation, type TrainingPreset, trainingPreset } from './recipe.ts';
import type { EarlierRun, InitialWeights, RunLength } from './runs.ts';
import {
  earlierSettings,
  onlyGiven,
  type RunMaker,
  requireEarlier,
  type SettingOptions,
  type Settings,
  tuningSettings,
} from './settings.ts';
import { compactNumber } from './terminal.ts';
import { learnBpe, learnCharacters, readTokenizer, type TokenizerOrigin } from './tokenizers.ts';
import type { OpenTraining, TrainingOptions } from './training.ts';

export type TrainContext = CommandContext<typeof trainOptions>;

/** What reading the text of a training needs of a command. */
export type ReadingContext = Pick<CommandContext, 'terminal' | 'signal'> & {
  readonly options: CorpusPreparation &
    Partial<Pick<TrainContext['options'], 'tokenizer' | 'offline' | 'saveEvery' | 'evalEvery'>>;
};

const say = defineMessages({
  tokens: {
    en: (d: { vocab: number; tokens: string }) => `${d.tokens} tokens, vocabulary ${d.vocab}`,
    zh: (d) => `${d.tokens} 个词元，词表 ${d.vocab}`,
  },
});

/** Minutes of a training that is told no length. */
export const DEFAULT_MINUTES = 2;
/** Held-out losses of a short run; a longer one has one every so many seconds. */
const EVALUATIONS = 12;
const EVALUATION_SECONDS = 20;

const evaluationSeconds = ({ minutes }: RunLength): number =>
  minutes === undefined ? EVALUATION_SECONDS : Math.min(EVALUATION_SECONDS, (60 * minutes) / EVALUATIONS);

/** Refuses a preset beside a model that is there. */
function refusePreset({ init, preset }: TrainContext['options']): void {
  if (init === undefined || preset === undefined) return;
  const reason = { reason: 'the model is there already', zhReason: '模型已经存在' };
  throw fail('cli/conflict', { command: 'train', options: ['--init', '--preset'], ...reason });
}

/** The run that is there, and the model to begin with. */
interface Grounds<Model> {
  readonly earlier: EarlierRun<Model> | undefined;
  readonly start: { readonly config: RunMaker<Model>; readonly init: InitialWeights } | undefined;
  readonly teacher?: { readonly tokenizerMade: TokenizerOrigin; readonly distillation: Distillation };
}

/** How a kind of model makes settings of a preset. */
type PresetSettings<Shape> = (
  preset: TrainingPreset,
  options: SettingOptions,
  fallback: Pick<Settings, 'seed' | 'length'>,
) => Settings<Shape>;

/** A preset (by name, or sized for this machine) with the options over it; a run that is there keeps its own settings. */
export function chooseSettings<Model extends object, Shape extends object>(
  { options, given }: TrainContext,
  { earlier, start, teacher }: Grounds<Model>,
  ofPreset: PresetSettings<Shape>,
): Settings<Shape> | Settings<Omit<Model, 'vocabSize'>> {
  const flags = {
    ...onlyGiven(options, given),
    ...(teacher && { distillation: teacher.distillation }),
  };
  refusePreset(options);
  const init = start && { run: start.init.run, step: start.init.step, sha256: start.init.sha256 };
  if (earlier && !options.preset) return earlierSettings(earlier, flags, init);
  const minutes = options.minutes ?? DEFAULT_MINUTES;
  const length = { minutes };
  if (start && init) return tuningSettings(start, init, flags, { seed: options.seed, length });
  const preset = options.preset
    ? trainingPreset(options.preset)
    : firstRunPreset({ minutes, gflops: inspectMachine({ quick: true }).matmulGflops });
  const seed = earlier?.config.training.seed ?? options.seed;
  const made = ofPreset(preset, flags, { seed, length });
  const settings = teacher ? { ...made, tokenizer: teacher.tokenizerMade } : made;
  return earlier ? requireEarlier(earlier, settings) : settings;
}

/** How long the training is, and when it saves and is evaluated. */
export function timesOf(
  { saveEvery, evalEvery }: Pick<ReadingContext['options'], 'saveEvery' | 'evalEvery'>,
  length: RunLength,
): Pick<TrainingOptions, 'steps' | 'minutes' | 'saveEvery' | 'evaluateEvery'> {
  return {
    ...length,
    saveEvery: saveEvery ? { steps: saveEvery } : { seconds: 30 },
    evaluateEvery: evalEvery ? { steps: evalEvery } : { seconds: evaluationSeconds(length) },
  };
}

/** What a training begins beside: the run in its folder, the model it begins with, tokens that its own tokenizer must have. */
interface Beginning {
  readonly earlier: Pick<EarlierRun<unknown>, 'tokenizer' | 'config'> | undefined;
  readonly start: { readonly tokenizer: Tokenizer } | undefined;
  readonly special?: readonly string[];
}

/** Reads, cleans and splits the text and finds its tokenizer, telling what comes of it; then all that opens a run but its model. */
export async function readTrainingText<Model extends object>(
  context: ReadingContext,
  data: string,
  settings: Settings<Model>,
  from: Beginning,
) {
  const { options, terminal, signal } = context;
  const { recipe, seed, model, length, tokenizer: tokenizerMade } = settings;
  const prepare = preparationOf(options) ?? keptPreparation(from.earlier?.config.data.prepared);
  const loading = { terminal, signal, offline: options.offline, prepare };
  const corpus = await loadDocuments(data, loading, rulesFor(recipe));
  for (const line of corpus.report) terminal.print(line);
  const split = splitCorpus(corpus.documents);
  terminal.print(split.report);
  const tokenizer = await chooseTokenizer(context, settings, split, from);
  const about = { corpus: split, source: corpus.name, prepared: keptPreparation(prepare), signal };
  const training = { ...about, tokenizer, tokenizerMade, model, recipe, seed, ...timesOf(options, length) };
  return { known: corpus.known, split, tokenizer, training };
}

/** The tokenizer of a file, of the run that is there or that the training begins with, or a new one with `special` tokens. */
export function chooseTokenizer(
  context: ReadingContext,
  { tokenizer: made }: Pick<Settings, 'tokenizer'>,
  split: Pick<SplitCorpus, 'train' | 'heldOut'>,
  { earlier, start, special }: Beginning,
): Promise<Tokenizer> | Tokenizer {
  const { tokenizer: file } = context.options;
  if (made === 'given' && file !== undefined) return readTokenizer(file);
  const there = earlier ?? start;
  if (there) return there.tokenizer;
  // By characters, the held-out part must not hold one that is unknown.
  if (made === 'characters') return learnCharacters([...split.train, ...split.heldOut], special);
  return learnBpe(split.train, (made as { vocabSize: number }).vocabSize, context, special);
}

/** Trains to the end; what it came to, or the exit status of a run that did not get there. */
export async function runTraining(
  context: Pick<CommandContext, 'terminal' | 'again'> & { readonly options: EnergyOptions },
  training: OpenTraining<{ readonly vocabSize: number }>,
  watch?: TrainingWatch,
  command: 'train' | 'tune' = 'train',
) {
  const { terminal } = context;
  const { trainTokens, config } = training;
  const rates = energyRates(command, context.options);
  terminal.print(say('tokens', { tokens: compactNumber(trainTokens.length), vocab: config.vocabSize }));
  tellPlace(context, training);
  const finish = await watchTraining(training, terminal, { ...watch, rates });
  return { finish, status: tellEnd(command, context, finish, training.run.folder) };
}
