/** An encoder as a folder: `config.json` and `model.safetensors`; ours, or of Hugging Face's BERT and RoBERTa classes. */

import { join } from 'node:path';
import type { EncoderParams } from './encoder.ts';
import { type EncoderConfig, type EncoderOptions, encoderConfig } from './encoder-config.ts';
import { fromForeignEncoder, isIgnored, toForeignEncoder, toForeignEncoderConfig } from './foreign-bert.ts';
import { CONFIG, readJson, readWeights, writeModel } from './storage.ts';
import { encoderFromFile, namedTensors, tensorsFromFile } from './weights.ts';

const ARCHITECTURE = 'inkstone-encoder';

export interface LoadedEncoder {
  readonly config: EncoderConfig;
  readonly params: EncoderParams;
}

/** Writes an encoder into a folder, with `foreign` in Hugging Face's names; each file is whole or not there. */
export async function saveEncoder(
  folder: string,
  { config, params }: LoadedEncoder,
  { foreign = false }: { readonly foreign?: boolean } = {},
): Promise<void> {
  const json = foreign ? toForeignEncoderConfig(config) : { architecture: ARCHITECTURE, ...config };
  const tensors = foreign ? toForeignEncoder(config, params) : namedTensors(params);
  await writeModel(folder, json, tensors);
}

/** Reads an encoder from a folder; every name and shape is checked. */
export async function loadEncoder(folder: string): Promise<LoadedEncoder> {
  const json = await readJson(join(folder, CONFIG));
  const stored = await readWeights(folder);
  if (json.architecture !== ARCHITECTURE) {
    const parameters = new Map([...stored].filter(([name]) => !isIgnored(name)));
    return fromForeignEncoder(json, tensorsFromFile(parameters));
  }
  const { architecture: _, ...options } = json;
  const config = encoderConfig(options as unknown as EncoderOptions);
  return { config, params: encoderFromFile(config, stored) };
}
