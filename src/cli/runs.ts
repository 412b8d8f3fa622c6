/** A saved run as a model that writes. */

import { createTextModel } from '../decode/index.ts';
import {
  createLanguageModel,
  type DecoderConfig,
  type DecoderLanguageModel,
  decoderConfig,
  paramsFromFile,
} from '../models/index.ts';
import { fingerprint, loadTokenizer } from '../text/index.ts';
import { readRun, type SavedRun } from '../train/index.ts';
import type { LanguageModel, Tokenizer } from '../types.ts';
import { fail } from './errors.ts';
import type { Recipe } from './recipe.ts';

/** What `config.json` of a run says: everything that made it. */
export interface RunConfig {
  readonly version: 1;
  readonly model: DecoderConfig;
  /** Fingerprint of `tokenizer.json`. */
  readonly tokenizer: string;
  readonly data: {
    readonly source: string;
    readonly documents: number;
    readonly heldOutDocuments: number;
    readonly trainTokens: number;
  };
  readonly training: {
    readonly seed: number;
    readonly steps?: number;
    readonly minutes?: number;
  } & Recipe;
}

export interface TrainedRun {
  readonly run: SavedRun;
  readonly config: RunConfig;
  readonly tokenizer: Tokenizer;
  readonly model: DecoderLanguageModel;
  readonly writer: ReturnType<typeof createTextModel>;
}

/** Reads the tokenizer of a run and checks that it is the one the model was trained with. */
export function tokenizerOfRun(run: SavedRun): Tokenizer {
  const config = run.config as RunConfig;
  if (run.tokenizer === undefined) throw fail('cli/run-tokenizer', { folder: run.folder });
  const tokenizer = loadTokenizer(run.tokenizer);
  if (fingerprint(tokenizer) !== config.tokenizer) throw fail('cli/run-tokenizer', { folder: run.folder });
  return tokenizer;
}

/** A model that writes from the beginning of a document: in training an end-of-text token stood before each. */
export function writerOf(model: LanguageModel, tokenizer: Tokenizer): ReturnType<typeof createTextModel> {
  const { eosId } = tokenizer;
  return createTextModel(model, tokenizer, eosId === undefined ? {} : { prefixIds: [eosId] });
}

/** Loads the latest checkpoint of a run folder. */
export async function loadRun(folder: string): Promise<TrainedRun> {
  const run = await readRun(folder);
  const config = run.config as RunConfig;
  if (config?.version !== 1 || !config.model) throw fail('cli/run-config', { folder });
  const tokenizer = tokenizerOfRun(run);
  const modelConfig = decoderConfig(config.model);
  const model = createLanguageModel(paramsFromFile(modelConfig, await run.weights()), modelConfig);
  return { run, config, tokenizer, model, writer: writerOf(model, tokenizer) };
}

/** How far a run is: its place, and whether its steps or minutes are used up. */
export function isFinished({ config, place }: SavedRun): boolean {
  const { steps, minutes } = (config as RunConfig).training;
  if (!place) return false;
  return steps === undefined ? place.seconds >= (minutes ?? 0) * 60 : place.step >= steps;
}
