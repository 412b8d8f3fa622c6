/** What one client learns and is measured by: the same in its own process and where texts are all in one place. */

import {
  type Batch,
  batchRows,
  cutRows,
  IGNORE,
  sequenceRows,
  type TokenCorpus,
  tokenArray,
} from '../data/index.ts';
import { federatedLearner, type LocalLesson, localSteps, type Measured } from '../federated/index.ts';
import { type DecoderConfig, type DecoderParams, init, loss } from '../models/index.ts';
import { createRng } from '../rng.ts';
import { affine } from '../tensor/index.ts';
import { loadTokenizer } from '../text/index.ts';
import { sgd, uniformGroup } from '../train/index.ts';
import type { TextDocument, Tokenizer } from '../types.ts';
import type { ClientTexts } from './federated-texts.ts';
import { heldOutLoss } from './held-out-loss.ts';
import { groupingOf, type Recipe, scheduleOf } from './recipe.ts';
import { evaluationRows, heldOutTokens, learnableTokens, rowsOf, toTensors } from './training.ts';

/** How every client trains. */
export interface LocalSettings {
  readonly config: DecoderConfig;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly length: LocalLesson<unknown, unknown>['length'];
  readonly optimizer: 'adamw' | 'sgd';
  /** One gradient of the whole text a round, not cut. */
  readonly isFullBatch: boolean;
}

/** All that a client's process is told at its beginning. */
export interface ClientBegin {
  readonly settings: LocalSettings;
  readonly tokenizer: string;
  readonly texts: ClientTexts;
}

/** The model before the first round, the same in every process. */
export const firstParams = ({ config, recipe, seed }: LocalSettings): DecoderParams =>
  init(config, createRng(seed).split('init'), recipe.init === 'bigrams' ? {} : { std: recipe.init });

const whole = { signal: new AbortController().signal };

interface LocalBatch {
  readonly batch: Batch;
  readonly index: number;
  /** Its targets as a part of a mean batch's. */
  readonly part: number;
}

/** Each row of an epoch once: the last batch is filled up with places that do not count, and each weighs as much as it has targets. */
function fullBatches({ tokens, length }: TokenCorpus, contextLength: number, batchSize: number) {
  const rows = sequenceRows({ tokens: tokenArray(tokens), contextLength });
  const batches = batchRows(rows, batchSize);
  const count = batches.batchesPerEpoch!;
  return {
    batchesPerEpoch: count,
    batch(index: number): LocalBatch {
      const batch = batches.at(index % count);
      const left = rows.rowsPerEpoch! - (index % count) * batchSize;
      if (left < batchSize) batch.targets.fill(IGNORE, left * contextLength);
      const targets = batch.targets.reduce((n, id) => n + (id === IGNORE ? 0 : 1), 0);
      return { batch, index, part: (targets * count) / (length - 1) };
    },
  };
}

/** The held-out text of one client, ready to be measured. */
export async function heldOutOf(
  documents: readonly TextDocument[],
  tokenizer: Tokenizer,
  { config, recipe }: Pick<LocalSettings, 'config' | 'recipe'>,
): Promise<(params: DecoderParams) => Promise<Measured>> {
  const { tokens, targets, characters } = await heldOutTokens(documents, tokenizer, whole.signal);
  const rows = evaluationRows(tokens, config.contextLength, tokenizer);
  return async (params) => ({
    loss: await heldOutLoss(params, rows, (p, batch) => loss(p, config, toTensors(batch)), recipe.precision),
    tokens: targets,
    characters,
  });
}

/** The lesson of these texts. `name` says whose they are when they are too short. */
export async function lessonOf(
  { name, train, heldOut }: ClientTexts,
  tokenizer: Tokenizer,
  settings: LocalSettings,
): Promise<LocalLesson<DecoderParams, LocalBatch> & { readonly tokens: number }> {
  const { config, recipe, seed, isFullBatch, length } = settings;
  const { contextLength } = config;
  const { batchSize } = recipe;
  const tokens = await learnableTokens(train, { tokenizer, source: name, ...whole }, contextLength);
  const windows = batchRows(
    cutRows({ tokens, contextLength, seed, ...rowsOf(recipe, tokenizer) }),
    batchSize,
  );
  const params = firstParams(settings);
  const measure = await heldOutOf(heldOut, tokenizer, settings);
  return {
    params,
    loss: (p, { batch, index, part }) => {
      const dropoutSeed = config.dropout ? seed + index : undefined;
      const mean = loss(p, config, { ...toTensors(batch), dropoutSeed });
      return part === 1 ? mean : affine(mean, part, 0);
    },
    batch: (index) => ({ batch: windows.at(index), index, part: 1 }),
    // Random windows have no end: as many as the text is long.
    batchesPerEpoch: windows.batchesPerEpoch ?? Math.ceil(tokens.length / windows.tokensPerBatch),
    ...(isFullBatch && fullBatches(tokens, contextLength, batchSize)),
    isFullBatch,
    length,
    grouping: settings.optimizer === 'sgd' ? uniformGroup(sgd()) : groupingOf(recipe),
    lr: recipe.lr,
    schedule: scheduleOf(recipe),
    // A cut gradient of a part is no part of the whole gradient.
    ...(!isFullBatch && { clip: recipe.clip }),
    precision: recipe.precision,
    measure: () => measure(params),
    tokens: tokens.length,
  };
}

/** A client as its process makes it; its weight is the number of tokens that it learns to predict. */
export async function respondentOf({ settings, tokenizer, texts }: ClientBegin) {
  const lesson = await lessonOf(texts, loadTokenizer(tokenizer), settings);
  const tokensPerUpdate = lesson.isFullBatch
    ? lesson.tokens
    : settings.recipe.batchSize * settings.config.contextLength;
  return {
    size: { examples: lesson.tokens - 1, tokensPerRound: localSteps(lesson) * tokensPerUpdate },
    respondent: federatedLearner(texts.name, lesson),
  };
}
