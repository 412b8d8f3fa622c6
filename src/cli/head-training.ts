/** One training of a task head with the model under it, from examples to parameters; kept in a run, or only in memory. */

import { createHash } from 'node:crypto';
import {
  type Adapter,
  type AdapterParams,
  type HeadConfig,
  type HeadExample,
  type HeadFeature,
  type HeadModel,
  type HeadParams,
  type HeadReading,
  headBatch,
  headFeatures,
  headLoss,
  headSpec,
  type LoraOptions,
  lora,
  mergeAdapter,
  runHead,
  type StatesOf,
  withAdapter,
} from '../adapt/index.ts';
import { countParameters, initialize } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { lastingScope, offThread, type Tensor, withPrecision, withRecording } from '../tensor/index.ts';
import { saveTokenizer } from '../text/index.ts';
import {
  energyMeter,
  type Grouping,
  openRun,
  shuffledBatches,
  trackParameters,
  train,
} from '../train/index.ts';
import { fail } from './errors.ts';
import type { BodyParams, HeadBase } from './head-base.ts';
import { groupingOf, type Recipe, scheduleOf } from './recipe.ts';
import type { HeadSetup, RunConfig, RunLength, Tuning } from './runs.ts';
import type { WatchedTraining } from './training.ts';

/** What is trained: the head, and all of the model under it, an adapter of it, or nothing of it. */
interface TrainedParts {
  readonly head: HeadParams;
  readonly model?: BodyParams;
  readonly adapter?: AdapterParams;
}

export interface HeadTrainingOptions {
  readonly base: Pick<HeadBase, 'states' | 'frame' | 'tokenizer' | 'body'>;
  /** The parameters to begin with. What is trained of them is changed in place. */
  readonly params: BodyParams;
  readonly config: HeadConfig;
  readonly maxTokens: number;
  readonly examples: readonly HeadExample[];
  readonly recipe: Recipe;
  readonly seed: number;
  readonly length: RunLength;
  readonly tuning: Pick<Tuning, 'headOnly'> & { readonly lora?: LoraOptions };
  readonly signal: AbortSignal;
}

/** A training that can be run, and the model that comes of it. */
export interface HeadTraining {
  readonly trained: TrainedParts;
  /** What stays as it is, by the paths of a checkpoint. */
  readonly frozen: { readonly model?: BodyParams };
  readonly grouping: Grouping;
  readonly rows: readonly HeadFeature[];
  /** Mean loss of rows. */
  readonly loss: (trained: TrainedParts, rows: readonly HeadFeature[], dropoutSeed?: number) => Tensor;
  readonly batchAt: (index: number) => readonly HeadFeature[];
  readonly numbers: { readonly trained: number; readonly all: number };
  readonly reading: HeadReading;
  /** The model as it now is. */
  model(): HeadModel<BodyParams>;
}

/** What is new learns so many times as fast as what is trained already. */
const HEAD_RATE = 10;

/** The rows and the parts of a training. */
export function headTraining(options: HeadTrainingOptions): HeadTraining {
  const { base, params, config, maxTokens, examples, recipe, seed, tuning } = options;
  const { tokenizer, frame } = base;
  const reading: HeadReading = { tokenizer, frame, maxTokens };
  const rows = headFeatures(examples, config, reading).filter(({ targets }) => targets !== undefined);
  const rng = createRng(seed);
  const head = initialize(headSpec(config), rng.split('head')) as HeadParams;
  const adapter = tuning.lora && lora(params, tuning.lora, rng.split('adapter'));
  const trained: TrainedParts = {
    head,
    ...(adapter ? { adapter: adapter.params } : !tuning.headOnly && { model: params }),
  };
  const inModel = (parts: TrainedParts): BodyParams =>
    adapter ? withAdapter(params, { ...adapter, params: parts.adapter! }) : (parts.model ?? params);
  const { states } = base;
  const lossOf = rowsLoss(config, states);
  const perEpoch = Math.ceil(rows.length / recipe.batchSize);
  const lengthOf = (row: number) => rows[row].ids.length;
  let shuffled: { readonly epoch: number; readonly batches: Int32Array[] } | undefined;
  const grouping = groupingOf(recipe);
  return {
    trained,
    frozen: trained.model ? {} : { model: params },
    // What is new, head or adapter, has farther to go.
    grouping: (path, tensor) => {
      const group = grouping(path, tensor);
      return path.startsWith('model.') ? group : group && { ...group, lrScale: HEAD_RATE };
    },
    rows,
    loss: (parts, some, dropoutSeed) => lossOf(inModel(parts), parts.head, some, dropoutSeed),
    batchAt(index) {
      const epoch = Math.floor(index / perEpoch);
      if (shuffled?.epoch !== epoch) {
        shuffled = {
          epoch,
          batches: shuffledBatches(rows.length, { batchSize: recipe.batchSize, seed, epoch, lengthOf }),
        };
      }
      return Array.from(shuffled.batches[index % perEpoch], (row) => rows[row]);
    },
    numbers: {
      trained: countParameters(trained),
      all: countParameters(params) + countParameters(head),
    },
    reading,
    model: () => ({ params: merged(params, adapter), head, config, reading, states }),
  };
}

const merged = (params: BodyParams, adapter: Adapter | undefined): BodyParams =>
  adapter ? mergeAdapter(params, adapter) : params;

const rowsLoss =
  (config: HeadConfig, states: StatesOf<BodyParams>) =>
  (params: BodyParams, head: HeadParams, rows: readonly HeadFeature[], dropoutSeed?: number): Tensor => {
    const batch = headBatch(rows, config.task);
    const logits = runHead(head, config, states(params, batch, dropoutSeed), batch, dropoutSeed);
    return headLoss(logits, config, batch);
  };

/** The options of the loop that all trainings share. */
export function loopOf(training: HeadTraining, { recipe, seed, length, signal }: HeadTrainingOptions) {
  return {
    params: training.trained,
    loss: (parts: TrainedParts, { rows, index }: { rows: readonly HeadFeature[]; index: number }) =>
      training.loss(parts, rows, seed + index),
    batch: (index: number) => ({ rows: training.batchAt(index), index }),
    tokensPerBatch: meanTokens(training.rows) * recipe.batchSize,
    grouping: training.grouping,
    lr: recipe.lr,
    schedule: scheduleOf(recipe),
    ...length,
    clip: recipe.clip,
    precision: recipe.precision,
    // The loss of small batches leaps.
    divergenceFactor: 20,
    signal,
  };
}

const meanTokens = (rows: readonly HeadFeature[]): number =>
  Math.round(rows.reduce((sum, { ids }) => sum + ids.length, 0) / rows.length);

export interface OpenHeadOptions extends HeadTrainingOptions {
  readonly base: HeadBase;
  readonly folder: string;
  /** What the data is called in the run's config. */
  readonly source: string;
  readonly heldOut: readonly HeadExample[];
  readonly setup: HeadSetup;
  readonly saveEvery?: number;
  readonly evalEvery?: number;
}

/** Opens (or resumes) the run of a head; it is open and must be closed. */
export async function openHeadTraining(
  options: OpenHeadOptions,
): Promise<WatchedTraining & { readonly head: HeadTraining }> {
  const { base, folder, source, examples, heldOut, setup, recipe, seed, length, tuning } = options;
  const training = headTraining(options);
  const { rows } = training;
  if (rows.length === 0) throw fail('cli/head-unlabelled', { where: source });
  const { run: name, step, sha256 } = base.init;
  const { lora: adapter, ...rest } = tuning;
  const run = await openRun(folder, {
    tokenizer: saveTokenizer(base.tokenizer),
    config: {
      version: 1,
      model: base.body.config,
      tokenizer: { fingerprint: base.fingerprint, made: 'given' },
      data: {
        source,
        sha256: createHash('sha256')
          .update(JSON.stringify([examples, heldOut]))
          .digest('hex'),
        documents: examples.length,
        heldOutDocuments: heldOut.length,
        trainTokens: rows.reduce((sum, { ids }) => sum + ids.length, 0),
      },
      training: { seed, ...length, ...recipe },
      init: { run: name, step, sha256 },
      tuning: { method: adapter ? 'lora' : 'full', ...rest, ...adapter },
      head: setup,
    } satisfies RunConfig<unknown>,
  });
  const frozen = trackParameters(training.frozen, () => undefined);
  // A label that was not learned has no loss.
  const evaluation = headFeatures(heldOut, setup, training.reading)
    .filter(({ targets }) => targets !== undefined)
    .slice(0, MOST_EVALUATED);
  return {
    run,
    length,
    head: training,
    figuresOf: () => ({}),
    events: () =>
      train({
        ...loopOf(training, options),
        evaluate: {
          ...(options.evalEvery === undefined ? { seconds: 30 } : { steps: options.evalEvery }),
          run: () => lossOn(training, evaluation, recipe),
        },
        save: {
          ...(options.saveEvery === undefined ? { seconds: 60 } : { steps: options.saveEvery }),
          run: ({ place, tracked }) => run.save({ place, tracked: [...tracked, ...frozen] }),
        },
        meter: energyMeter(),
        ...(run.place && {
          resume: { place: run.place, restore: (tracked) => run.restore([...tracked, ...frozen]) },
        }),
      }),
  };
}

/** Held-out rows whose loss is looked at on the way, so many at a time. */
const MOST_EVALUATED = 512;
const EVALUATED_AT_ONCE = 16;

async function lossOn(
  { trained, loss }: HeadTraining,
  rows: readonly HeadFeature[],
  { precision }: Recipe,
): Promise<number> {
  let sum = 0;
  for (let from = 0; from < rows.length; from += EVALUATED_AT_ONCE) {
    const part = rows.slice(from, from + EVALUATED_AT_ONCE);
    const memory = lastingScope();
    try {
      const forward = () => withPrecision(precision, () => withRecording(false, () => loss(trained, part)));
      sum += part.length * (await offThread(() => memory.run(forward))).item();
    } finally {
      memory.end();
    }
  }
  return sum / rows.length;
}
