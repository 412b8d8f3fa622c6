/** Adapters of the command line: which layers a model offers them, and models with adapters merged into their weights. */

import {
  type Adapter,
  type AdapterBase,
  linearWeights,
  loadAdapter,
  mergeAdapter,
  paramsFingerprint,
  type SoftPrompt,
  stackedAdapters,
} from '../adapt/index.ts';
import { InkstoneError } from '../errors.ts';
import { type DecoderConfig, type DecoderParams, foreignLayers, formatFor } from '../models/index.ts';
import type { JoinedLayer, LayerAdapters, VirtualTokens } from '../nn/index.ts';
import { fail } from './errors.ts';
import type { StoredDecoder } from './models.ts';

/** The linear layers of a model, as Hugging Face's library names them; by our names, where it has no such model. */
function namedLayers(config: DecoderConfig, params: DecoderParams): readonly JoinedLayer[] {
  try {
    return foreignLayers(formatFor(config), config);
  } catch (error) {
    if (!(error instanceof InkstoneError) || error.code !== 'model/foreign-export') throw error;
    return Array.from(
      linearWeights(params),
      ([
        path,
        {
          shape: [outputs, inputs],
        },
      ]) => ({
        foreign: path,
        ours: [path],
        outputs: [outputs],
        inputs,
        transposed: false,
        groups: 1,
      }),
    );
  }
}

/** A model as adapters belong to it. */
export function adapterBase(name: string, config: DecoderConfig, params: DecoderParams): AdapterBase {
  return { name, fingerprint: paramsFingerprint(params), layers: namedLayers(config, params), shape: config };
}

/** The same model with adapters merged into its weights, one after the other. Each must have been made for the model as it lies. */
export function withAdapters(stored: StoredDecoder, folders: readonly string[]): StoredDecoder {
  if (folders.length === 0) return stored;
  return {
    ...stored,
    async params() {
      const params = await stored.params();
      const adapters = await loadAdapters(folders, adapterBase(stored.path, stored.config, params));
      return adapters.reduce<typeof params>((merged, adapter) => mergeAdapter(merged, adapter), params);
    },
  };
}

async function loadAdapters(
  folders: readonly string[],
  base: AdapterBase,
): Promise<(Adapter | SoftPrompt)[]> {
  const adapters = [];
  for (const folder of folders) adapters.push(await loadAdapter(folder, base));
  return adapters;
}

/** Folders of adapters by the name of what they are together, one put on after the other. */
export type AdapterFolders = Readonly<Record<string, readonly string[]>>;

/** What a model is read with, by name. */
export interface ReadAdapters {
  readonly adapters: Readonly<Record<string, LayerAdapters>>;
  readonly virtualTokens: Readonly<Record<string, VirtualTokens>>;
}

/** Adapters of a model, to be read beside its weights. @throws where several that are put on together have virtual tokens */
export async function readAdapters(folders: AdapterFolders, base: AdapterBase): Promise<ReadAdapters> {
  const adapters: Record<string, LayerAdapters> = {};
  const virtualTokens: Record<string, VirtualTokens> = {};
  for (const [name, stack] of Object.entries(folders)) {
    const { layers, tokens } = stackedAdapters(await loadAdapters(stack, base));
    adapters[name] = layers;
    if (tokens) virtualTokens[name] = tokens;
  }
  return { adapters, virtualTokens };
}

/** Reads `NAME=FOLDER`, several separated by commas; folders joined by `+` are put on one after the other. */
export function parseAdapters(text: string): AdapterFolders {
  const named = text.split(',').map((one): [string, string[]] => {
    const [, name, folders] = /^([^=]+)=(.+)$/.exec(one.trim()) ?? [];
    const stack = folders?.split('+') ?? [];
    if (name === undefined || stack.includes('')) throw fail('cli/serve-adapter', { adapter: one.trim() });
    return [name, stack];
  });
  const twice = named.find(([name], i) => named.findIndex(([other]) => other === name) !== i);
  if (twice) throw fail('cli/serve-twice', { name: twice[0] });
  return Object.fromEntries(named);
}
