/** A recurrent model as a folder: `config.json` and `model.safetensors`. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { safetensorsContent, writeFileAtomic } from '../io/index.ts';
import { fail } from './errors.ts';
import type { RecurrentParams } from './recurrent.ts';
import { type RecurrentConfig, type RecurrentOptions, recurrentConfig } from './recurrent-config.ts';
import { CONFIG, readJson, readWeights, WEIGHTS } from './storage.ts';
import { namedTensors, recurrentFromFile, tensorsToFile } from './weights.ts';

const ARCHITECTURE = 'inkstone-recurrent';

export interface LoadedRecurrent {
  readonly config: RecurrentConfig;
  readonly params: RecurrentParams;
}

/** Writes a recurrent model into a folder; each file is whole or not there. */
export async function saveRecurrent(folder: string, { config, params }: LoadedRecurrent): Promise<void> {
  const json = { architecture: ARCHITECTURE, ...config };
  const content = safetensorsContent(tensorsToFile(namedTensors(params)), { format: 'pt' });
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, WEIGHTS), content);
  await writeFileAtomic(join(folder, CONFIG), `${JSON.stringify(json, null, 2)}\n`);
}

/** Reads a recurrent model from a folder; every name and shape is checked. */
export async function loadRecurrent(folder: string): Promise<LoadedRecurrent> {
  const path = join(folder, CONFIG);
  const { architecture, ...options } = await readJson(path);
  if (architecture !== ARCHITECTURE)
    throw fail('model/config-file', { path, reason: `architecture must be ${ARCHITECTURE}` });
  const config = recurrentConfig(options as unknown as RecurrentOptions);
  return { config, params: recurrentFromFile(config, await readWeights(folder)) };
}
