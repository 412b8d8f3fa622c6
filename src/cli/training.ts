/** One training from clean documents to a saved run: what `start` and `train` share. */

import {
  answerCount,
  answerRows,
  type Batch,
  type Batches,
  batchRows,
  countCharacters,
  cutRows,
  documentRows,
  infillRows,
  middleRows,
  prefixRows,
  type RowSource,
  sequenceRows,
  type TokenArray,
  type TokenCorpus,
  tokenArray,
  tokenizeDocuments,
} from '../data/index.ts';
import {
  type DecoderConfig,
  type DecoderParams,
  decoderConfig,
  init,
  loss,
  paramsFromFile,
  startFromBigrams,
} from '../models/index.ts';
import { broadcastAll, openTogether } from '../parallel/index.ts';
import { createRng } from '../rng.ts';
import { backend, fromArray, type Tensor } from '../tensor/index.ts';
import { fingerprint, infillingOf, infillTokens, saveTokenizer } from '../text/index.ts';
import {
  type CuredLoss,
  energyMeter,
  type OpenRun,
  openRun,
  type Place,
  type TrainEvent,
  type TrainOptions,
  trackParameters,
  train,
} from '../train/index.ts';
import { leafValues } from '../tree.ts';
import type { TextDocument, Tokenizer } from '../types.ts';
import type { AnswerTexts } from './answers.ts';
import { failCode } from './code-errors.ts';
import { hashTexts, measuredPart, type SplitCorpus } from './corpus.ts';
import type { RunPreparation } from './corpus-options.ts';
import { decoderCuredLoss } from './cured-loss.ts';
import { distilledLesson, type OpenedTeacher } from './distilling.ts';
import { fail } from './errors.ts';
import { heldOutLoss } from './held-out-loss.ts';
import type { LanguageTexts } from './languages.ts';
import { type LanguageRecord, type LanguageScore, mixedParts } from './mixed-training.ts';
import {
  isAccounted,
  type PrivacyPlan,
  type PrivateExamples,
  planPrivacy,
  privateExamples,
  privateSteps,
  spentBy,
} from './privacy.ts';
import type { Ranks, RanksReport } from './ranks.ts';
import { groupingOf, type ModelShape, type Recipe, scheduleOf } from './recipe.ts';
import type { InitialRun, InitialWeights, RunConfig, RunLength, Tuning } from './runs.ts';
import type { TokenizerOrigin } from './tokenizers.ts';
import { asRank, type NumberedBatch, reportOf, requireRows } from './training-ranks.ts';

export interface TrainingOptions<Model = ModelShape> {
  readonly folder: string;
  readonly corpus: SplitCorpus;
  /** The languages of the corpus, where it has several that are mixed. */
  readonly languages?: readonly LanguageTexts[];
  /** What the corpus is called in the run's config. */
  readonly source: string;
  /** How it was read and freed of repeats, for the run's config. */
  readonly prepared?: RunPreparation;
  readonly tokenizer: Tokenizer;
  /** How the tokenizer was made, for the run's config. */
  readonly tokenizerMade?: TokenizerOrigin;
  readonly model: Model;
  readonly recipe: Recipe;
  readonly seed: number;
  /** The model to begin with, or where it came from for a run that has gone on since; default: a new one. */
  readonly init?: InitialWeights | InitialRun;
  readonly steps?: number;
  readonly minutes?: number;
  readonly saveEvery?: { readonly steps?: number; readonly seconds?: number };
  readonly evaluateEvery?: { readonly steps?: number; readonly seconds?: number };
  /** Conversations in place of the corpus's text: their answers are what is learned. */
  readonly answers?: AnswerTexts;
  /** The teacher that the recipe names. */
  readonly teacher?: OpenedTeacher;
  /** What of a model that is there is trained, for the run's config. */
  readonly tuning?: Tuning;
  /** The processes that train together, of which this is one. */
  readonly ranks?: Ranks;
  readonly signal: AbortSignal;
}

/** A training that is ready to go; `run` is open and must be closed. */
export interface OpenTraining<Config = unknown, Params = unknown> {
  readonly run: OpenRun;
  readonly length: RunLength;
  readonly config: Config;
  readonly params: Params;
  readonly trainTokens: TrainTokens;
  /** What the privacy of its text comes to. */
  readonly privacy?: PrivacyPlan;
  /** How several processes divide it. */
  readonly ranks?: RanksReport;
  /** What the held-out loss in nats that was measured last, after `step`, comes to, for people. */
  figuresOf(heldOutLoss: number, step: number): HeldOutFigures;
  events(): AsyncGenerator<TrainEvent>;
}

export type TrainTokens = Pick<TokenCorpus, 'length' | 'tokens'>;

export type Training = OpenTraining<DecoderConfig, DecoderParams>;

/** What of a training is seen while it runs. */
export type WatchedTraining = Pick<OpenTraining, 'run' | 'length' | 'privacy' | 'figuresOf' | 'events'>;

export interface HeldOutFigures {
  /** Of the held-out text, where every token is guessed. */
  readonly bitsPerCharacter?: number;
  /** Of text that is filled in, by a model that learns it: nats per token of the middle and its end. */
  readonly infillLoss?: number;
  /** Of hidden tokens: the exponential of the mean loss. */
  readonly maskedPerplexity?: number;
  /** Of each language of a mixture. */
  readonly languages?: readonly LanguageScore[];
}

/** What a kind of model brings to its training. */
export interface Lesson<Config, Params> {
  readonly config: Config & { readonly contextLength: number; readonly dropout: number };
  readonly batches: Batches;
  /** The loss on what is held out, in nats per token, by that on single rows. */
  readonly measure: (lossOn: (rows: RowSource) => Promise<number>) => Promise<number>;
  /** The model at the beginning; the tokens are there unless a run that is there will be restored. */
  readonly begin: (corpus: TrainTokens | undefined) => Params;
  /** The parameters of a file. */
  readonly fromFile: (weights: InitialWeights['weights']) => Params;
  readonly loss: (params: Params, batch: Batch, dropoutSeed?: number) => Tensor;
  /** Parameters that stay as they are, by the paths that they have in a checkpoint. */
  readonly frozen?: { readonly [path: string]: Tensor };
  /** What each example of a private training is. */
  readonly examples?: PrivateExamples;
  /** What is learned from in place of `loss`. */
  readonly learned?: CuredLoss<Params>;
  /** What is mixed. */
  readonly languages?: readonly LanguageRecord[];
  readonly figuresOf: OpenTraining['figuresOf'];
}

/** At most this many held-out tokens are looked at; few without the fast kernels, where looking costs more than learning. */
const heldOutLimit = (): number => (backend().path === 'typescript' ? 2_048 : 65_536);

/** Tokenizes, makes the model, opens (or resumes) the run. */
export async function prepareTraining(options: TrainingOptions): Promise<Training> {
  const { trainTokens, lesson } = await decoderLesson(options);
  return openTraining(options, trainTokens, lesson);
}

/** What a decoder brings to its training. `placesTaken`: so many places of each row are not the text's. */
export async function decoderLesson(options: TrainingOptions, placesTaken = 0) {
  const { tokenizer, recipe, seed } = options;
  const config = decoderConfig({ ...options.model, vocabSize: tokenizer.vocabSize });
  const { cure, distillation, privacy, expertBalance: balance, fim } = recipe;
  const other = distillation ? '--teacher' : privacy ? '--private' : cure && '--cure';
  if (config.prefix && other) {
    const reason = { reason: 'it knows no prefix', zhReason: '它不支持前缀' };
    const options = ['--objective prefix', other];
    throw fail('cli/conflict', { command: 'train', options, ...reason });
  }
  const unlike = config.prefix ? '--objective prefix' : other;
  if (fim !== undefined && unlike) {
    const reason = {
      reason: 'each changes what is learned of a text',
      zhReason: '两者都会改变从文本中学什么',
    };
    throw fail('cli/conflict', { command: 'train', options: ['--fim', unlike], ...reason });
  }
  const distilled =
    distillation && distilledLesson(distillation, options.teacher!, { config, tokenizer, seed });
  const beside = (params: DecoderParams): DecoderParams =>
    distilled?.maps ? Object.assign({ training: distilled.maps }, params) : params;
  return writingLesson(options, {
    config,
    placesTaken,
    ...(config.prefix && { isPrefix: true }),
    begin: (corpus) => beside(freshParams(config, recipe, seed, corpus)),
    fromFile: (weights) => beside(paramsFromFile(config, weights)),
    loss: (p, batch, dropoutSeed) => loss(p, config, { ...toTensors(batch), dropoutSeed }),
    learned:
      distilled?.loss ??
      (cure !== undefined
        ? decoderCuredLoss(config, tokenizer, cure, { seed })
        : balance
          ? balancedLoss(config, balance)
          : undefined),
  });
}

/** The likelihood, and how unevenly experts are used, so many times. */
const balancedLoss = (config: DecoderConfig, balance: number): CuredLoss<DecoderParams> =>
  Object.assign(
    (p: DecoderParams, batch: Batch, _index: number, dropoutSeed?: number) =>
      loss(p, config, { ...toTensors(batch), dropoutSeed }, { balance }),
    { isMixed: false },
  );

/** How much of a held-out row is read as its prefix; the loss is that of the rest. */
const HELD_OUT_PREFIX = 0.5;

/** The lesson of a model that learns what comes next, and the tokens that it learns from. */
export async function writingLesson<Config, Params>(
  options: TrainingOptions<unknown>,
  {
    isPrefix,
    placesTaken = 0,
    ...own
  }: Pick<Lesson<Config, Params>, 'config' | 'begin' | 'fromFile' | 'loss' | 'learned'> & {
    /** The beginnings of rows are read, and not learned. */
    readonly isPrefix?: boolean;
    readonly placesTaken?: number;
  },
): Promise<{ readonly trainTokens: TrainTokens; readonly lesson: Lesson<Config, Params> }> {
  const { tokenizer, recipe, seed, answers, languages } = options;
  const contextLength = own.config.contextLength - placesTaken;
  if (answers) {
    const learnable = (texts: AnswerTexts['train']) =>
      texts.filter((text) => answerCount(text, contextLength) > 0);
    const rows = answerRows(learnable(answers.train), { contextLength, seed });
    const batches = batchRows(rows, recipe.batchSize);
    const most = Math.max(1, Math.floor(heldOutLimit() / contextLength));
    const evaluation = answerRows(learnable(answers.heldOut).slice(0, most), { contextLength });
    const tokens = Uint32Array.from(answers.train.flatMap(({ ids }) => Array.from(ids)));
    return {
      trainTokens: { tokens, length: tokens.length },
      lesson: { ...own, batches, measure: (lossOn) => lossOn(evaluation), figuresOf: () => ({}) },
    };
  }
  if (languages) {
    const { trainTokens, parts } = await mixedParts(options, languages, contextLength);
    return { trainTokens, lesson: { ...own, ...parts } };
  }
  const texts = await trainingTokens(options, contextLength);
  const { heldOut } = texts;
  const { privacy, fim: rate } = recipe;
  const how = { eosId: tokenizer.eosId, contextLength, seed };
  const infill = rate === undefined ? undefined : infillWith(tokenizer);
  let infillLoss: number | undefined;
  const learnable = (rows: RowSource): RowSource => {
    if (infill) return infillRows(rows, { ...infill, rate: rate!, seed });
    return isPrefix ? prefixRows(rows, { seed }) : rows;
  };
  const rows = cutRows({ tokens: texts.train, contextLength, seed, ...rowsOf(recipe, tokenizer) });
  const evaluation = evaluationRows(heldOut.tokens, contextLength, tokenizer);
  const lesson: Lesson<Config, Params> = {
    ...own,
    batches: batchRows(learnable(rows), recipe.batchSize),
    ...(privacy && { examples: privateExamples(privacy, texts.train, how) }),
    async measure(lossOn) {
      // Places are drawn in one way, so that losses can be compared.
      if (infill) infillLoss = await lossOn(middleRows(evaluation, { ...infill, seed: 0 }));
      return lossOn(isPrefix ? prefixRows(evaluation, { share: HELD_OUT_PREFIX }) : evaluation);
    },
    figuresOf: (heldOutLoss) => ({
      bitsPerCharacter: (heldOutLoss * heldOut.targets) / heldOut.characters / Math.LN2,
      ...(infillLoss !== undefined && { infillLoss }),
    }),
  };
  return { trainTokens: texts.train, lesson };
}

/** How texts are taken apart by this tokenizer. @throws where it has no tokens for that */
function infillWith(tokenizer: Tokenizer) {
  const infilling = infillingOf(tokenizer);
  const known = [...tokenizer.specialTokens.keys()].join(', ') || '–';
  if (!infilling) throw failCode('cli/no-infill-tokens', { needed: infillTokens.join(', '), known });
  return { tokenizer, infilling, eosId: tokenizer.eosId! };
}

/** The tokens of both sides. @throws where the corpus is shorter than the context. */
export async function trainingTokens(options: TrainingOptions<unknown>, contextLength: number) {
  const { tokenizer, corpus, signal } = options;
  const train = await learnableTokens(corpus.train, options, contextLength);
  return { train, heldOut: await heldOutTokens(corpus.heldOut, tokenizer, signal) };
}

/** The tokens of texts to learn from. @throws where they are fewer than fill a context */
export async function learnableTokens(
  documents: readonly TextDocument[],
  { tokenizer, source, signal }: Pick<TrainingOptions, 'tokenizer' | 'source' | 'signal'>,
  contextLength: number,
): Promise<TokenCorpus> {
  const train = await tokenizeDocuments(documents, tokenizer, { signal });
  if (train.length > contextLength) return train;
  throw fail('cli/short-corpus', { source, tokens: train.length, contextLength });
}

/** Rows that hold every token of the held-out side once. */
export function evaluationRows(tokens: TokenArray, contextLength: number, { eosId }: Tokenizer): RowSource {
  const held = { tokens: tokenArray(tokens), contextLength };
  return eosId === undefined ? sequenceRows(held) : documentRows({ ...held, seed: 0, eosId });
}

/** Opens (or resumes) the run of a training. */
export async function openTraining<Config, Params>(
  options: TrainingOptions<unknown>,
  trainTokens: TrainTokens,
  lesson: Lesson<Config, Params>,
): Promise<OpenTraining<Config, Params>> {
  const { tokenizer, recipe, seed, signal, steps, minutes, ranks } = options;
  const { config, batches, learned, languages } = lesson;
  if (ranks) requireRows(ranks.communicator, batches, lesson, recipe);
  const length: RunLength = steps === undefined ? { minutes: minutes! } : { steps };
  signal.throwIfAborted();
  const { examples } = lesson;
  const privacy = examples && planPrivacy({ ...recipe, privacy: recipe.privacy! }, examples, steps!);
  const runConfig = {
    version: 1,
    model: config,
    tokenizer: { fingerprint: fingerprint(tokenizer), made: options.tokenizerMade ?? 'given' },
    data: {
      source: options.source,
      ...(options.prepared && { prepared: options.prepared }),
      sha256: hashTexts([...options.corpus.train, ...options.corpus.heldOut]),
      documents: options.corpus.train.length,
      heldOutDocuments: options.corpus.heldOut.length,
      trainTokens: trainTokens.length,
      ...(languages && { languages }),
    },
    training: { seed, ...length, ...recipe },
    ...(privacy && { privacy }),
    ...(options.init && { init: recordOf(options.init) }),
    ...(options.tuning && { tuning: options.tuning }),
  } satisfies RunConfig<Config>;
  const open = () => openRun(options.folder, { tokenizer: saveTokenizer(tokenizer), config: runConfig });
  const run = ranks ? await openTogether(ranks.communicator, options.folder, runConfig, open) : await open();
  const params =
    options.init && 'weights' in options.init
      ? lesson.fromFile(options.init.weights)
      : lesson.begin(run.place ? undefined : trainTokens);
  if (ranks && !run.place) await broadcastAll(ranks.communicator, leafValues(params));
  if (privacy && run.place && !isAccounted(privacy, run.place)) {
    await run.close();
    throw fail('cli/private-account', {});
  }
  const into = batches.at(0);
  // Whole checkpoints: what is frozen stands in them as well.
  const frozen = trackParameters(lesson.frozen ?? {}, () => undefined);
  const withAccount = (place: Place): Place =>
    privacy ? { ...place, privacy: spentBy(privacy, place.step) } : place;
  const grouping = groupingOf(recipe);
  const training: TrainOptions<Params, NumberedBatch> = {
    params,
    loss: (p, { batch, index }) => {
      const dropoutSeed = config.dropout ? seed + index : undefined;
      return learned ? learned(p, batch, index, dropoutSeed) : lesson.loss(p, batch, dropoutSeed);
    },
    // Beside a batch of old text that is known by heart, one of new text looks like divergence.
    ...((learned?.isMixed || options.tuning?.replay) && { divergenceFactor: Number.POSITIVE_INFINITY }),
    batch: (index) => ({ batch: batches.at(index, into), index }),
    tokensPerBatch: batches.tokensPerBatch,
    grouping,
    lr: recipe.lr,
    schedule: scheduleOf(recipe),
    ...length,
    // A private gradient is mostly noise, and its parts are cut already.
    ...(examples ? privateSteps<Params>(privacy!, examples, seed) : { clip: recipe.clip }),
    precision: recipe.precision,
    evaluate: {
      ...options.evaluateEvery,
      run: () =>
        lesson.measure((rows) =>
          heldOutLoss(params, rows, lesson.loss, recipe.precision, ranks?.communicator),
        ),
    },
    save: {
      ...options.saveEvery,
      run: ({ place, tracked }) => run.save({ place: withAccount(place), tracked: [...tracked, ...frozen] }),
    },
    // What the other ranks take is not seen here.
    ...(!ranks && { meter: energyMeter() }),
    ...(run.place && {
      resume: { place: run.place, restore: (tracked) => run.restore([...tracked, ...frozen]) },
    }),
    signal,
  };
  return {
    run,
    length,
    config,
    params,
    trainTokens,
    privacy,
    ...(ranks && { ranks: reportOf(ranks, training) }),
    figuresOf: lesson.figuresOf,
    events: () => train(ranks ? asRank(training, ranks) : training),
  };
}

/** Pairs are counted in at most this many tokens: more of them hardly change the start. */
export const MOST_COUNTED = 4_000_000;

/** New parameters as the recipe starts them; without tokens, those of a run that will be restored. */
function freshParams(
  config: DecoderConfig,
  recipe: Recipe,
  seed: number,
  corpus: TrainTokens | undefined,
): DecoderParams {
  const rng = createRng(seed).split('init');
  if (recipe.init !== 'bigrams') return init(config, rng, { std: recipe.init });
  const params = init(config, rng);
  if (corpus) startFromBigrams(params, config, corpus.tokens.subarray(0, MOST_COUNTED), rng.split('bigrams'));
  return params;
}

const recordOf = ({ run, step, sha256 }: InitialRun): InitialRun => ({ run, step, sha256 });

export function rowsOf({ rows }: Recipe, { eosId }: Tokenizer) {
  if (rows === 'windows' || eosId === undefined) return { mode: 'windows' } as const;
  return { mode: 'documents', eosId, whole: rows === 'whole' } as const;
}

/** A batch as tensors [rows, context]. */
export function toTensors({ inputs, targets, batchSize, contextLength }: Batch) {
  const shape = [batchSize, contextLength];
  return { ids: fromArray<'i32'>(inputs, shape, 'i32'), targets: fromArray<'i32'>(targets, shape, 'i32') };
}

/**
 * Held-out tokens, with the number of targets and of characters and bytes behind them (one more for each document's end); of each of
 * several `parts`, so many fewer.
 */
export async function heldOutTokens(
  documents: readonly TextDocument[],
  tokenizer: Tokenizer,
  signal: AbortSignal,
  parts = 1,
) {
  const all = await tokenizeDocuments(measuredPart(documents), tokenizer, { signal });
  const tokens = all.tokens.subarray(0, Math.min(all.length, Math.ceil(heldOutLimit() / parts)));
  const { eosId } = tokenizer;
  const ends = eosId === undefined ? 0 : Array.from(tokens).filter((id) => id === eosId).length;
  const text = tokenizer.decode(tokens);
  return {
    tokens,
    targets: eosId === undefined ? tokens.length - 1 : tokens.length,
    characters: countCharacters(text) + ends,
    bytes: Buffer.byteLength(text) + ends,
  };
}
