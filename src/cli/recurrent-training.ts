/** One training of a recurrent model from clean documents to a saved run. */

import {
  initRecurrent,
  type RecurrentConfig,
  type RecurrentParams,
  recurrentConfig,
  recurrentFromFile,
  recurrentLoss,
} from '../models/index.ts';
import { createRng } from '../rng.ts';
import type { RecurrentShape } from './recipe.ts';
import {
  type OpenTraining,
  openTraining,
  type TrainingOptions,
  toTensors,
  writingLesson,
} from './training.ts';

/** Tokenizes, makes the model, opens (or resumes) the run. Each window begins with an empty state. */
export async function prepareRecurrentTraining(
  options: TrainingOptions<RecurrentShape>,
): Promise<OpenTraining<RecurrentConfig, RecurrentParams>> {
  const { tokenizer, seed } = options;
  const config = recurrentConfig({ ...options.model, vocabSize: tokenizer.vocabSize });
  const { trainTokens, lesson } = await writingLesson(options, {
    config,
    begin: () => initRecurrent(config, createRng(seed).split('init')),
    fromFile: (weights) => recurrentFromFile(config, weights),
    loss: (p: RecurrentParams, batch, dropoutSeed) =>
      recurrentLoss(p, config, { ...toTensors(batch), dropoutSeed }),
  });
  return openTraining(options, trainTokens, lesson);
}
