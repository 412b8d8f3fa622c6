/** A model as a folder: `config.json` and `model.safetensors`; ours, or one of the foreign formats. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InkstoneError } from '../errors.ts';
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
import {
  type NamedTensors,
  namedTensors,
  paramsFromFile,
  tensorsFromFile,
  tensorsToFile,
} from './weights.ts';

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
  /** For other libraries: the id that ends a text, and the one that begins it (default: the same). */
  readonly eosId?: number;
  readonly bosId?: number;
  /** How weights are written. Default f32. */
  readonly dtype?: WeightDtype;
}

/** Types of weights that every reader takes. */
export type WeightDtype = 'f32' | 'f16' | 'bf16';

/** Writes a model into a folder; each file is whole or not there. */
export async function saveDecoder(
  folder: string,
  { config, params }: LoadedDecoder,
  { format, ...options }: SaveDecoderOptions = {},
): Promise<void> {
  const json = format
    ? { ...toForeignConfig(format, config), ...endsOf(options) }
    : { architecture: ARCHITECTURE, ...config };
  const tensors = format ? toForeign(format, config, params) : namedTensors(params);
  await writeModel(folder, json, tensors, options.dtype);
}

/** What another library's config says of the ends of a text, and of the type of the weights. */
export const endsOf = ({ eosId, bosId = eosId, dtype = 'f32' }: Omit<SaveDecoderOptions, 'format'>) => ({
  bos_token_id: bosId ?? null,
  eos_token_id: eosId ?? null,
  dtype: LIBRARY_DTYPES[dtype],
});

/** Writes the two files of a model's folder. */
export async function writeModel(
  folder: string,
  json: unknown,
  tensors: NamedTensors,
  dtype: WeightDtype = 'f32',
): Promise<void> {
  // Hugging Face's loader asks for this entry.
  const content = safetensorsContent(tensorsToFile(tensors, dtype), { format: 'pt' });
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, WEIGHTS), content);
  await writeFileAtomic(join(folder, CONFIG), `${withFloats(JSON.stringify(json, null, 2))}\n`);
}

/** NOTE Hugging Face's loader refuses a whole number for these, and JSON of ours has no other way to write one. */
const withFloats = (json: string): string =>
  json.replace(/("(?:final|attn)_logit_softcapping": \d+)(?=,?$)/gm, '$1.0');

/** What Hugging Face calls them. */
const LIBRARY_DTYPES: { readonly [Dtype in WeightDtype]: string } = {
  f32: 'float32',
  f16: 'float16',
  bf16: 'bfloat16',
};

/** A model in a folder: what its `config.json` says, and its weights when they are wanted. */
export interface DecoderFolder {
  readonly config: DecoderConfig;
  /** Reads every tensor. Every name and shape is checked. */
  params(): Promise<DecoderParams>;
}

/** Reads a model from a folder: ours, or one of Hugging Face's classes that `foreign.ts` lists. Every name and shape is checked. */
export async function loadDecoder(folder: string): Promise<LoadedDecoder> {
  const { config, params } = await openDecoder(folder);
  return { config, params: await params() };
}

/** The same without the weights, until they are wanted. */
export async function openDecoder(folder: string): Promise<DecoderFolder> {
  const json = await readJson(join(folder, CONFIG));
  if (json.architecture === ARCHITECTURE) {
    const { architecture: _, ...options } = json;
    const config = decoderConfig(options as unknown as DecoderOptions);
    return { config, params: async () => paramsFromFile(config, await readWeights(folder)) };
  }
  const config = foreignConfigOf(json, join(folder, CONFIG));
  return {
    config,
    params: async () => fromForeign(foreignFormat(json), config, tensorsFromFile(await readWeights(folder))),
  };
}

/** Our config for that of another library; what is wrong with it is said of its file. */
function foreignConfigOf(json: ForeignJson, path: string): DecoderConfig {
  try {
    return fromForeignConfig(json);
  } catch (error) {
    if (!(error instanceof InkstoneError) || error.code !== 'model/option') throw error;
    throw fail('model/config-file', { path, reason: error.message }, error);
  }
}

/** Whether the folder holds such a model: its `config.json` names an architecture. */
export async function isDecoderFolder(folder: string): Promise<boolean> {
  const path = join(folder, CONFIG);
  if ((await nodeFiles.status(path))?.kind !== 'file') return false;
  const json: ForeignJson = await readJson(path).catch(() => ({}));
  return json.architecture === ARCHITECTURE || typeof json.model_type === 'string';
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
