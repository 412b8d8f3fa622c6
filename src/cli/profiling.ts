/** Work to measure an engine with: training steps and generation of a model with random weights on random tokens. */

import {
  createLanguageModel,
  createRecurrentModel,
  type DecoderParams,
  init,
  initRecurrent,
  isRecurrentConfig,
  loss,
  type RecurrentModelOptions,
  type RecurrentParams,
  recurrentLoss,
} from '../models/index.ts';
import { createRng } from '../rng.ts';
import { fromArray, type Precision, type Tensor } from '../tensor/index.ts';
import { adamw, trackParameters, trainStep, uniformGroup } from '../train/index.ts';
import type { WriterConfig } from './runs.ts';

export interface StepperOptions {
  readonly config: WriterConfig;
  readonly batchSize: number;
  /** Tokens of each row. Default: the whole context. */
  readonly length?: number;
  readonly precision: Precision;
}

/** i32 [B, T] each. */
export interface IdBatch {
  readonly ids: Tensor<'i32'>;
  readonly targets: Tensor<'i32'>;
}

/** Batches to go round in, so that no step finds its tokens in a cache. */
const BATCHES = 8;

/** Makes one whole training step (AdamW, clipping) each time it is called. */
export function createStepper({ config, batchSize, length, precision }: StepperOptions): () => Promise<void> {
  const columns = length ?? config.contextLength;
  const { params, lossOf } = lessonOf(config);
  const tracked = trackParameters(params, uniformGroup(adamw()));
  const rng = createRng(1);
  const batches = Array.from({ length: BATCHES }, (): IdBatch => {
    const row = () => Int32Array.from({ length: batchSize * columns }, () => rng.integer(config.vocabSize));
    const [ids, targets] = [row(), row()].map((data) => fromArray<'i32'>(data, [batchSize, columns], 'i32'));
    return { ids, targets };
  });
  let step = 0;
  return async () => {
    const report = await trainStep<object, IdBatch>({
      params,
      tracked,
      loss: lossOf,
      batches: [batches[step % BATCHES]],
      step: ++step,
      lr: 1e-4,
      clip: 1,
      precision,
    });
    if (!Number.isFinite(report.loss)) throw new Error(`the loss is ${report.loss}`);
  };
}

/** New parameters, and the loss that is learned by. */
export function lessonOf(
  config: WriterConfig,
  seed = 0,
): {
  readonly params: object;
  readonly lossOf: (params: object, batch: IdBatch) => Tensor;
} {
  const rng = createRng(seed);
  const bind = <Params extends object>(
    params: Params,
    lossOf: (params: Params, batch: IdBatch) => Tensor,
  ) => ({ params, lossOf: lossOf as (params: object, batch: IdBatch) => Tensor });
  return isRecurrentConfig(config)
    ? bind(initRecurrent(config, rng), (p, batch) => recurrentLoss(p, config, batch))
    : bind(init(config, rng), (p, batch) => loss(p, config, batch));
}

/** The model that reads with parameters of `lessonOf`. */
export const writerOf = (config: WriterConfig, params: object, options: RecurrentModelOptions = {}) =>
  isRecurrentConfig(config)
    ? createRecurrentModel(params as RecurrentParams, config, options)
    : createLanguageModel(params as DecoderParams, config, options);

/** Reads a random prompt, then one more token for each text at each call. */
export function createGenerator(
  config: WriterConfig,
  { texts, prompt, ...options }: RecurrentModelOptions & { readonly texts: number; readonly prompt: number },
): () => void {
  const model = writerOf(config, lessonOf(config).params, options);
  const rng = createRng(1);
  const ids = (count: number) => Array.from({ length: count }, () => rng.integer(config.vocabSize));
  const sequences = Array.from({ length: texts }, () => model.open());
  model.step(sequences.map((sequence) => ({ sequence, ids: ids(prompt) })));
  return () => {
    for (const sequence of sequences) if (sequence.length === config.contextLength) sequence.rewind(prompt);
    model.step(sequences.map((sequence) => ({ sequence, ids: ids(1) })));
  };
}
