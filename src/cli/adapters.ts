/** Adapters of the command line: which layers a model offers them, and models with adapters merged into their weights. */

import { type AdapterBase, linearWeights, loadAdapter, mergeAdapter } from '../adapt/index.ts';
import { InkstoneError } from '../errors.ts';
import { type DecoderConfig, type DecoderParams, foreignLayers, formatFor } from '../models/index.ts';
import type { JoinedLayer } from '../nn/index.ts';
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
  return { name, params, layers: namedLayers(config, params) };
}

/** The same model with adapters merged into its weights, one after the other. Each must have been made for the model as it lies. */
export function withAdapters(stored: StoredDecoder, folders: readonly string[]): StoredDecoder {
  if (folders.length === 0) return stored;
  return {
    ...stored,
    async params() {
      const params = await stored.params();
      const base = adapterBase(stored.path, stored.config, params);
      const adapters = [];
      for (const folder of folders) adapters.push(await loadAdapter(folder, base));
      return adapters.reduce((merged, adapter) => mergeAdapter(merged, adapter), params);
    },
  };
}
