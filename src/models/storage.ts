/** A model as a folder: `config.json` and `model.safetensors`; ours, or one of the foreign formats. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkFileName,
  decodeUtf8,
  describeFileError,
  nodeFiles,
  readSafetensors,
  safetensorsContent,
  type TensorData,
  writeFileAtomic,
} from '../io/index.ts';
import { type DecoderConfig, type DecoderOptions, decoderConfig } from './config.ts';
import type { DecoderParams } from './decoder.ts';
import { fail } from './errors.ts';
import {
  type ForeignFormat,
  type ForeignJson,
  foreignFormat,
  fromForeign,
  fromForeignConfig,
  toForeign,
  toForeignConfig,
} from './foreign.ts';
import { limits } from './limits.ts';
import { namedTensors, paramsFromFile, tensorsFromFile, tensorsToFile } from './weights.ts';

export const CONFIG = 'config.json';
export const WEIGHTS = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
/** Written into our own `config.json`, so that a reader knows what it is. */
const ARCHITECTURE = 'inkstone-decoder';

export interface LoadedDecoder {
  readonly config: DecoderConfig;
  readonly params: DecoderParams;
}

export interface SaveDecoderOptions {
  /** Writes another library's names. */
  readonly format?: ForeignFormat;
  /** For other libraries: the id that ends a text. */
  readonly eosId?: number;
}

/** Writes a model into a folder; each file is whole or not there. */
export async function saveDecoder(
  folder: string,
  { config, params }: LoadedDecoder,
  { format, eosId }: SaveDecoderOptions = {},
): Promise<void> {
  const json = format
    ? { ...toForeignConfig(format, config), bos_token_id: eosId ?? null, eos_token_id: eosId ?? null }
    : { architecture: ARCHITECTURE, ...config };
  const tensors = format ? toForeign(format, config, params) : namedTensors(params);
  // Hugging Face's loader asks for this entry.
  const content = safetensorsContent(tensorsToFile(tensors), { format: 'pt' });
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, WEIGHTS), content);
  await writeFileAtomic(join(folder, CONFIG), `${withFloats(JSON.stringify(json, null, 2))}\n`);
}

/** NOTE Hugging Face's loader refuses a whole number for these, and JSON of ours has no other way to write one. */
const withFloats = (json: string): string =>
  json.replace(/("(?:final|attn)_logit_softcapping": \d+)(?=,?$)/gm, '$1.0');

/** Reads a model from a folder: ours, or one of Hugging Face's classes that `foreign.ts` lists. Every name and shape is checked. */
export async function loadDecoder(folder: string): Promise<LoadedDecoder> {
  const json = await readJson(join(folder, CONFIG));
  if (json.architecture === ARCHITECTURE) {
    const { architecture: _, ...options } = json;
    const config = decoderConfig(options as unknown as DecoderOptions);
    return { config, params: paramsFromFile(config, await readWeights(folder)) };
  }
  const config = fromForeignConfig(json);
  const tensors = tensorsFromFile(await readWeights(folder));
  return { config, params: fromForeign(foreignFormat(json), config, tensors) };
}

/** All tensors of the folder, from one file or from the files that an index names. */
export async function readWeights(folder: string): Promise<Map<string, TensorData>> {
  const names = await nodeFiles.list(folder);
  if (names.includes(WEIGHTS)) return (await readSafetensors(join(folder, WEIGHTS))).tensors;
  if (!names.includes(INDEX)) {
    const pickle = names.find((name) => /\.(bin|pt|pth|pkl|ckpt)$/.test(name));
    throw fail('model/no-weights', { folder, pickle });
  }
  const path = join(folder, INDEX);
  const { weight_map: places } = await readJson(path);
  if (typeof places !== 'object' || places === null) {
    throw fail('model/config-file', { path, reason: 'no weight_map' });
  }
  const all = new Map<string, TensorData>();
  for (const file of new Set(Object.values(places))) {
    if (typeof file !== 'string')
      throw fail('model/config-file', { path, reason: 'weight_map must name files' });
    checkFileName(file);
    const { tensors } = await readSafetensors(join(folder, file));
    for (const [name, tensor] of tensors) all.set(name, tensor);
  }
  return all;
}

/** A JSON object from a file, within the limit. */
export async function readJson(path: string): Promise<ForeignJson> {
  const json = await readJsonValue(path);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as ForeignJson;
  throw fail('model/config-file', { path, reason: 'not an object' });
}

/** What a JSON file holds, within the limit. */
export async function readJsonValue(path: string): Promise<unknown> {
  try {
    const file = await nodeFiles.open(path, 'read');
    try {
      const size = await file.size();
      if (size > limits.jsonBytes) {
        throw fail('model/config-file', { path, reason: `${size} bytes; at most ${limits.jsonBytes}` });
      }
      const bytes = new Uint8Array(size);
      await file.read(bytes, 0);
      return JSON.parse(decodeUtf8(bytes, path));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw fail('model/config-file', { path, reason: error.message }, error);
    throw describeFileError(error, path);
  }
}
