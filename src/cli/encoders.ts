/** Encoders of a run, or of a folder that came from elsewhere, with their tokenizer. */

import { join } from 'node:path';
import {
  type EncoderConfig,
  encoderConfig,
  encoderFromFile,
  isForeignEncoder,
  type LoadedEncoder,
  loadEncoder,
  namedTensors,
  readSentenceModules,
  type SentenceModules,
  tensorsToFile,
} from '../models/index.ts';
import { fingerprint } from '../text/index.ts';
import { isRun, readRunConfig } from '../train/index.ts';
import type { Tokenizer } from '../types.ts';
import { encoderPreset, trainingPresets } from './recipe.ts';
import {
  type InitialWeights,
  initialWeights,
  isMaskedRun,
  readEncoderRun,
  readInitialWeights,
} from './runs.ts';
import type { RunMaker } from './settings.ts';
import { readTokenizer } from './tokenizers.ts';

/** An encoder that is ready to read. */
export interface ReadyEncoder extends LoadedEncoder {
  readonly tokenizer: Tokenizer;
  /** How the states of a text become one vector. */
  readonly modules: SentenceModules;
  /** Trained here, up to this step. */
  readonly isOwn: boolean;
  readonly step: number;
}

/** Whether a folder's `config.json` is that of a BERT-class model from elsewhere. */
async function isForeign(folder: string): Promise<boolean> {
  const config = await readRunConfig(folder);
  return (
    typeof config === 'object' && config !== null && isForeignEncoder(config as { [key: string]: unknown })
  );
}

/** Whether the folder holds an encoder, trained here or elsewhere. */
export async function isEncoderFolder(folder: string): Promise<boolean> {
  return (await isMaskedRun(folder)) || ((await isRun(folder)) && (await isForeign(folder)));
}

/** The latest checkpoint of an encoder's run; or a folder of BERT's or RoBERTa's class with its `tokenizer.json`. */
export async function readEncoder(folder: string): Promise<ReadyEncoder> {
  if (await isForeign(folder)) {
    const tokenizer = await readTokenizer(join(folder, 'tokenizer.json'));
    const modules = await readSentenceModules(folder);
    return { ...(await loadEncoder(folder)), tokenizer, modules, isOwn: false, step: 0 };
  }
  const { run, config: saved, tokenizer } = await readEncoderRun(folder);
  const config = encoderConfig(saved.model);
  const params = encoderFromFile(config, await run.weights());
  const modules = { pooling: 'mean', normalize: true } as const;
  return { config, params, tokenizer, modules, isOwn: true, step: run.place?.step ?? 0 };
}

/** What another training can begin with: settings, weights, tokenizer. */
export interface EncoderStart {
  readonly config: RunMaker<EncoderConfig>;
  readonly tokenizer: Tokenizer;
  readonly init: InitialWeights;
}

/** The run of an encoder, or a folder from elsewhere, as the beginning of another run. */
export async function readEncoderStart(folder: string): Promise<EncoderStart> {
  if (!(await isForeign(folder))) {
    const earlier = await readEncoderRun(folder);
    const { config, tokenizer } = earlier;
    return { config, tokenizer, init: await readInitialWeights(earlier) };
  }
  const { config: model, params, tokenizer } = await readEncoder(folder);
  const { recipe } = encoderPreset(trainingPresets.poem);
  return {
    config: {
      model,
      tokenizer: { fingerprint: fingerprint(tokenizer), made: 'given' },
      training: { seed: 0, steps: 1, ...recipe },
    },
    tokenizer,
    init: initialWeights(folder, 0, tensorsToFile(namedTensors(params))),
  };
}
