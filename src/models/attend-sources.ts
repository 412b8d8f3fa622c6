/** What each sequence's blocks see of the source that it was opened with, while sequences grow. */

import { attendMemory, type CrossMemory } from '../nn/index.ts';
import { concat, reshape, rowsView } from '../tensor/index.ts';
import type { DecoderConfig } from './config.ts';
import type { MemoryLook } from './decoder.ts';
import { planOf } from './plan.ts';

/** What the blocks of each layer look at: keys and values [1, tokens, heads, headSize]. */
export type SourceMemory = readonly CrossMemory[];

/** Each request's rows look at its own source; neighbours that share one go together. */
export function attendSources(
  config: DecoderConfig,
  readings: readonly { readonly count: number; readonly source?: SourceMemory | undefined }[],
): MemoryLook {
  if (!config.crossAttention) return {};
  const cross = planOf(config).block.cross!;
  const groups: { readonly source: SourceMemory; count: number }[] = [];
  for (const { source, count } of readings) {
    if (source === groups.at(-1)?.source) groups.at(-1)!.count += count;
    else groups.push({ source: source!, count });
  }
  return {
    attendMemory: (_, layer) => (q) => {
      let end = 0;
      const parts = groups.map(({ source, count }) => {
        const rows = rowsView(q, end, (end += count));
        const mixed = attendMemory(source[layer], cross)(reshape(rows, [1, ...rows.shape]));
        return reshape(mixed, rows.shape);
      });
      return parts.length === 1 ? parts[0] : concat(parts, 0);
    },
  };
}
