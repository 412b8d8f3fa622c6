/** What a sentence encoder's folder says of pooling: `modules.json` and the files it names (Sentence-Transformers; Reimers & Gurevych 2019). */

import { join } from 'node:path';
import { nodeFiles, unsafePath } from '../io/index.ts';
import { fail } from './errors.ts';
import type { ForeignJson } from './foreign-format.ts';
import { readJson, readJsonValue } from './storage.ts';

/** How the states of a text's tokens become one vector: their mean, the first one, or the largest of each feature. */
export type Pooling = 'mean' | 'cls' | 'max';

export interface SentenceModules {
  readonly pooling: Pooling;
  /** Vectors have length 1. */
  readonly normalize: boolean;
  /** Texts are cut to so many tokens, those at the ends included. */
  readonly maxTokens?: number;
}

const MODULES = 'modules.json';
const modes: { readonly [key: string]: Pooling } = {
  pooling_mode_mean_tokens: 'mean',
  pooling_mode_cls_token: 'cls',
  pooling_mode_max_tokens: 'max',
};

/** Whether the folder says how states become a vector: then it is made for that. */
export const isSentenceFolder = async (folder: string): Promise<boolean> =>
  (await nodeFiles.list(folder)).includes(MODULES);

/** The pooling of a folder; for one that says nothing the mean, with length 1. @throws for modules we do not have. */
export async function readSentenceModules(folder: string): Promise<SentenceModules> {
  const names = await nodeFiles.list(folder);
  const lengths = names.includes('sentence_bert_config.json')
    ? await readJson(join(folder, 'sentence_bert_config.json'))
    : {};
  const { max_seq_length: most } = lengths;
  const maxTokens = Number.isSafeInteger(most) && (most as number) > 0 ? (most as number) : undefined;
  if (!names.includes(MODULES)) return { pooling: 'mean', normalize: true, maxTokens };
  const path = join(folder, MODULES);
  const modules = await readJsonValue(path);
  if (!Array.isArray(modules)) throw fail('model/config-file', { path, reason: 'not a list' });
  let pooling: Pooling | undefined;
  let normalize = false;
  for (const { type, path: place } of modules.map(asObject)) {
    const kind = String(type).split('.').at(-1)!;
    if (kind === 'Transformer') continue;
    if (kind === 'Normalize') normalize = true;
    else if (kind === 'Pooling' && typeof place === 'string' && !unsafePath(place)) {
      pooling = await readPooling(join(folder, place, 'config.json'));
    } else throw fail('model/sentence-module', { path, got: kind, supported: 'Pooling, Normalize' });
  }
  return { pooling: pooling ?? 'mean', normalize, maxTokens };
}

const asObject = (value: unknown): ForeignJson =>
  (typeof value === 'object' && value !== null ? value : {}) as ForeignJson;

async function readPooling(path: string): Promise<Pooling> {
  const json = await readJson(path);
  const wanted = Object.keys(json).filter((key) => key.startsWith('pooling_mode_') && json[key] === true);
  const pooling = wanted.length === 1 ? modes[wanted[0]] : undefined;
  if (!pooling) {
    throw fail('model/sentence-module', {
      path,
      got: wanted.join(' + ') || 'none',
      supported: `one of ${Object.keys(modes).join(', ')}`,
    });
  }
  return pooling;
}
