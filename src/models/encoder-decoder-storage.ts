/** An encoder–decoder as a folder: `config.json` and `model.safetensors`; ours, or of Hugging Face's T5 and Marian classes. */

import { join } from 'node:path';
import type { EncoderDecoderParams } from './encoder-decoder.ts';
import {
  type EncoderDecoderConfig,
  type EncoderDecoderOptions,
  encoderDecoderConfig,
} from './encoder-decoder-config.ts';
import {
  fromForeignEncoderDecoder,
  isForeignCopy,
  toForeignEncoderDecoder,
  toForeignEncoderDecoderConfig,
} from './foreign-encoder-decoder.ts';
import { CONFIG, readJson, readWeights, writeModel } from './storage.ts';
import { encoderDecoderFromFile, namedTensors, tensorsFromFile } from './weights.ts';

const ARCHITECTURE = 'inkstone-encoder-decoder';

export interface LoadedEncoderDecoder {
  readonly config: EncoderDecoderConfig;
  readonly params: EncoderDecoderParams;
}

/** Writes an encoder–decoder into a folder, with `foreign` in Hugging Face's names; each file is whole or not there. */
export async function saveEncoderDecoder(
  folder: string,
  { config, params }: LoadedEncoderDecoder,
  { foreign = false }: { readonly foreign?: boolean } = {},
): Promise<void> {
  const json = foreign ? toForeignEncoderDecoderConfig(config) : { architecture: ARCHITECTURE, ...config };
  const tensors = foreign ? toForeignEncoderDecoder(config, params) : namedTensors(params);
  await writeModel(folder, json, tensors);
}

/** Reads an encoder–decoder from a folder; every name and shape is checked. */
export async function loadEncoderDecoder(folder: string): Promise<LoadedEncoderDecoder> {
  const json = await readJson(join(folder, CONFIG));
  const stored = await readWeights(folder);
  if (json.architecture !== ARCHITECTURE) {
    const parameters = new Map([...stored].filter(([name]) => !isForeignCopy(json, name)));
    return fromForeignEncoderDecoder(json, tensorsFromFile(parameters));
  }
  const { architecture: _, ...options } = json;
  const config = encoderDecoderConfig(options as unknown as EncoderDecoderOptions);
  return { config, params: encoderDecoderFromFile(config, stored) };
}
