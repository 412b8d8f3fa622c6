/** RWKV-4 as a folder of Hugging Face's names: `config.json` and `model.safetensors`. */

import { join } from 'node:path';
import { fromForeignRwkv, fromForeignRwkvConfig, isForeignRwkv, toForeignRwkv, toForeignRwkvConfig } from './foreign-rwkv.ts'; // biome-ignore format: a list
import type { RecurrentParams } from './recurrent.ts';
import type { RecurrentConfig } from './recurrent-config.ts';
import { CONFIG, endsOf, readJson, readWeights, type SaveDecoderOptions, writeModel } from './storage.ts';
import { tensorsFromFile } from './weights.ts';

export interface RwkvFolder {
  readonly config: RecurrentConfig<'rwkv'>;
  /** Reads every tensor. Every name and shape is checked. */
  params(): Promise<RecurrentParams>;
}

/** Reads what a folder tells of itself; nothing where it holds another model. */
export async function openRwkv(folder: string): Promise<RwkvFolder | undefined> {
  const json = await readJson(join(folder, CONFIG));
  if (!isForeignRwkv(json)) return undefined;
  const config = fromForeignRwkvConfig(json);
  return {
    config,
    params: async () => fromForeignRwkv(config, tensorsFromFile(await readWeights(folder))),
  };
}

/** Writes a model of RWKV into a folder; each file is whole or not there. */
export async function saveRwkv(
  folder: string,
  { config, params }: { readonly config: RecurrentConfig; readonly params: RecurrentParams },
  options: Omit<SaveDecoderOptions, 'format'> = {},
): Promise<void> {
  const json = { ...toForeignRwkvConfig(config), ...endsOf(options) };
  await writeModel(folder, json, toForeignRwkv(config, params), options.dtype);
}
