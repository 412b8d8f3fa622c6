/** What stands before the texts of an adapter that has virtual tokens: read once, in pages that its sequences share. */

import { countVirtual, type KvMemory, type KvPast, type VirtualTokens } from '../nn/index.ts';
import { arange } from '../tensor/index.ts';
import { attendPages } from './attend-pages.ts';
import type { DecoderConfig } from './config.ts';
import { checkVirtual, type DecoderParams, runBlocks } from './decoder.ts';

/** Fills the pages of each; `weightsFor` gives the model as it is read with an adapter. */
export function virtualPasts(
  config: DecoderConfig,
  memory: KvMemory,
  all: Readonly<Record<string, VirtualTokens>>,
  weightsFor: (adapter: string) => DecoderParams,
): ReadonlyMap<string, KvPast> {
  return new Map(
    Object.entries(all).map(([name, tokens]) => {
      checkVirtual(config);
      const past = memory.open();
      const count = countVirtual(tokens);
      past.grow(count);
      if ('vectors' in tokens) readVectors(weightsFor(name), config, memory, { past, count, tokens });
      else {
        const places = memory.placesOf([{ past, count }]);
        tokens.layers.forEach(({ keys, values }, layer) => memory.write(layer, places, keys, values));
      }
      return [name, past];
    }),
  );
}

/** Vectors enter as a text would that has the first places. */
function readVectors(
  weights: DecoderParams,
  config: DecoderConfig,
  memory: KvMemory,
  {
    past,
    count,
    tokens,
  }: { past: KvPast; count: number; tokens: Extract<VirtualTokens, { vectors: unknown }> },
): void {
  const attendAt = attendPages(weights, config, { memory, readings: [{ past, count, prefix: 0 }] });
  runBlocks(weights, config, { vectors: tokens.vectors, positions: arange(count) }, attendAt);
}
