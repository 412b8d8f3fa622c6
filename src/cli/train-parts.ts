/** What the trainings of decoders and of encoders have in common, between their settings and their end. */

import { existsSync } from 'node:fs';
import type { CorpusName } from '../data/index.ts';
import { defineMessages } from '../language.ts';
import { firstBeforeOthers, fromFirst } from '../parallel/index.ts';
import { measureKernels } from '../tensor/index.ts';
import type { TextDocument, Tokenizer } from '../types.ts';
import type { CommandContext } from './command.ts';
import { type LoadOptions, loadDocuments, rulesFor, type SplitCorpus, splitCorpus } from './corpus.ts';
import { type CorpusPreparation, keptPreparation, preparationOf } from './corpus-options.ts';
import { type EnergyOptions, energyRates } from './energy.ts';
import { fail } from './errors.ts';
import { firstRunPreset } from './first-run.ts';
import type { KeptReading } from './kept-reading.ts';
import { tellLanguages, watchLanguages } from './language-scores.ts';
import {
  joinLanguages,
  type LanguageSource,
  type LanguageTexts,
  languagesOf,
  readLanguages,
  tokenizerTexts,
} from './languages.ts';
import { tellEnd, tellPlace } from './outcome.ts';
import { requireOtherText, secretSeed, tellPrivacy } from './privacy.ts';
import { type TrainingWatch, watchTraining } from './progress.ts';
import { type Ranks, tellRanks } from './ranks.ts';
import {
  type Distillation,
  isTunebook,
  type ModelShape,
  type Privacy,
  privatePreset,
  type TrainingPreset,
  trainingPreset,
  tunePreset,
} from './recipe.ts';
import type { EarlierRun, InitialRun, InitialWeights, RunConfig, RunLength } from './runs.ts';
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
import type { trainOptions } from './train-options.ts';
import type { OpenTraining, TrainingOptions } from './training.ts';

export type TrainContext = CommandContext<typeof trainOptions> & {
  /** Where several processes train together. */
  readonly ranks?: Ranks;
};

/** What reading the text of a training needs of a command. */
export type ReadingContext = Pick<TrainContext, 'terminal' | 'signal' | 'ranks'> & {
  /** Where text that was read before is taken from. */
  readonly kept?: KeptReading | undefined;
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
/** Steps of a private one. */
const PRIVATE_STEPS = 500;
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
  readonly privacy?: Privacy;
  readonly teacher?: { readonly tokenizerMade: TokenizerOrigin; readonly distillation: Distillation };
}

/** How a kind of model makes settings of a preset. */
type PresetSettings<Shape> = (
  preset: TrainingPreset,
  options: SettingOptions,
  fallback: Pick<Settings, 'seed' | 'length'>,
) => Settings<Shape>;

/** A preset by what the machine does in so many minutes. */
function sizedPreset(minutes: number, data: string | undefined): TrainingPreset {
  const sized = firstRunPreset({ minutes, gflops: measureKernels({ quick: true }).matmulGflops });
  return isTunebook(data) ? tunePreset(sized) : sized;
}

/** A preset (by name, or sized for this machine) with the options over it; a run that is there keeps its own settings. */
export function chooseSettings<Model extends object, Shape extends object>(
  { options, given }: TrainContext,
  { earlier, start, teacher, privacy }: Grounds<Model>,
  ofPreset: PresetSettings<Shape>,
): Settings<Shape> | Settings<Omit<Model, 'vocabSize'>> {
  const flags = {
    ...onlyGiven(options, given),
    ...(teacher && { distillation: teacher.distillation }),
    ...(privacy && { privacy }),
  };
  refusePreset(options);
  const init = start && { run: start.init.run, step: start.init.step, sha256: start.init.sha256 };
  if (earlier && !options.preset) return earlierSettings(earlier, flags, init);
  const minutes = options.minutes ?? DEFAULT_MINUTES;
  const length = privacy ? { steps: PRIVATE_STEPS } : { minutes };
  const fresh = privacy && !given.has('seed') ? secretSeed() : options.seed;
  if (start && init) return tuningSettings(start, init, flags, { seed: fresh, length });
  const preset = options.preset ? trainingPreset(options.preset) : sizedPreset(minutes, options.data);
  const seed = earlier?.config.training.seed ?? fresh;
  const made = ofPreset(privacy ? privatePreset(preset) : preset, flags, { seed, length });
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
  readonly start:
    | { readonly tokenizer: Tokenizer; readonly config?: object; readonly init?: InitialRun }
    | undefined;
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
  const loading = { terminal, signal, offline: options.offline, prepare, kept: context.kept };
  const rules = rulesFor(recipe);
  const languages = await languagesOf(data, recipe.mixTemperature);
  const { prefix } = model as Partial<ModelShape>;
  const other = recipe.privacy ? '--private' : prefix ? '--objective prefix' : recipe.fim && '--fim';
  if (languages && other) {
    const reason = { reason: 'its rows are of one text', zhReason: '它的样本出自同一份文本' };
    throw fail('cli/conflict', { command: 'train', options: [`--data ${data}`, other], ...reason });
  }
  const reading = () =>
    languages
      ? readMixture(data, languages, loading, rules, recipe.mixTemperature)
      : readCorpus(data, loading, rules);
  const communicator = context.ranks?.communicator;
  // What is fetched is fetched once: ranks on one machine would write the same file.
  const isThere = (languages ?? [{ source: data }]).every(({ source }) => existsSync(source));
  const read = (await fromFirst(communicator, isThere))
    ? await reading()
    : await firstBeforeOthers(communicator, reading);
  const { known, split, source } = read;
  if (recipe.privacy && from.start?.init) {
    requireOtherText(from.start.config as RunConfig, from.start.init.run, split);
  }
  const tokenizer = await chooseTokenizer(context, settings, { ...split, sample: read.sample }, from);
  const about = {
    corpus: split,
    languages: read.languages,
    source,
    prepared: keptPreparation(prepare),
    ranks: context.ranks,
    signal,
  };
  const training = { ...about, tokenizer, tokenizerMade, model, recipe, seed, ...timesOf(options, length) };
  return { known, split, tokenizer, training };
}

/** What is read of `--data`. */
interface ReadText {
  readonly known?: CorpusName;
  readonly split: SplitCorpus;
  readonly source: string;
  readonly languages?: readonly LanguageTexts[];
  /** The texts by which merges are learned, where that is not all that is learned from. */
  readonly sample?: readonly TextDocument[];
}

type Rules = ReturnType<typeof rulesFor>;

async function readCorpus(data: string, loading: LoadOptions, rules: Rules): Promise<ReadText> {
  const { terminal } = loading;
  const { name, known, documents, report } = await loadDocuments(data, loading, rules);
  for (const line of report) terminal.print(line);
  const split = splitCorpus(documents);
  terminal.print(split.report);
  return { known, split, source: name };
}

async function readMixture(
  source: string,
  named: readonly LanguageSource[],
  loading: LoadOptions,
  rules: Rules,
  mixTemperature = 1,
): Promise<ReadText> {
  const languages = await readLanguages(named, loading, rules);
  const sample = tokenizerTexts(languages, mixTemperature);
  return { split: joinLanguages(languages), source, languages, sample };
}

/** The tokenizer of a file, of the run that is there or that the training begins with, or a new one with `special` tokens. */
export function chooseTokenizer(
  context: ReadingContext,
  { tokenizer: made }: Pick<Settings, 'tokenizer'>,
  split: Pick<SplitCorpus, 'train' | 'heldOut'> & Pick<ReadText, 'sample'>,
  { earlier, start, special }: Beginning,
): Promise<Tokenizer> | Tokenizer {
  const { tokenizer: file } = context.options;
  if (made === 'given' && file !== undefined) return readTokenizer(file);
  const there = earlier ?? start;
  if (there) return there.tokenizer;
  // By characters, the held-out part must not hold one that is unknown.
  if (made === 'characters') return learnCharacters([...split.train, ...split.heldOut], special);
  return learnBpe(split.sample ?? split.train, (made as { vocabSize: number }).vocabSize, context, special);
}

/** Trains to the end; what it came to, or the exit status of a run that did not get there. */
export async function runTraining(
  context: Pick<TrainContext, 'terminal' | 'again' | 'ranks'> & { readonly options: EnergyOptions },
  training: OpenTraining<{ readonly vocabSize: number }>,
  watch?: TrainingWatch,
  command: 'train' | 'tune' = 'train',
) {
  const { terminal } = context;
  const { trainTokens, config } = training;
  const rates = energyRates(command, context.options);
  terminal.print(say('tokens', { tokens: compactNumber(trainTokens.length), vocab: config.vocabSize }));
  if (training.privacy) tellPrivacy(terminal, training.privacy, training.run.config as RunConfig);
  if (training.ranks) tellRanks(terminal, training.ranks);
  tellPlace(context, training);
  const languages = watchLanguages(training, terminal);
  // One rank is enough to write samples.
  const watched = context.ranks?.communicator.rank ? undefined : watch;
  const finish = await watchTraining(training, terminal, {
    ...watched,
    rates,
    async onEvaluation(event) {
      await languages.onEvaluation?.(event);
      await watched?.onEvaluation?.(event);
    },
  });
  tellLanguages(terminal, finish.languages);
  return { finish, status: tellEnd(command, context, finish, training.run.folder) };
}
