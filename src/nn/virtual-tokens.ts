/**
 * Virtual tokens: what stands before every text of a model and is learned while the model stays as it is. Either vectors that
 * enter it like words (Lester et al. 2021, arXiv:2104.08691), or keys and values of every layer (Li & Liang 2021, arXiv:2101.00190).
 */

import { broadcastTo, concat, type Tensor } from '../tensor/index.ts';

/** What a layer's attention sees of virtual tokens, as a cache would hold it: [count, kvHeads, headSize], keys turned to their places. */
export interface VirtualKeys {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** The tokens take the first places: a text after `count` of them begins at position `count`, and has as many places less. */
export type VirtualTokens =
  /** [count, width], as embedded tokens are before anything is added for their places. */
  | { readonly vectors: Tensor }
  /** One for each layer. */
  | { readonly layers: readonly VirtualKeys[] };

/** Where they stand in a parameter tree while they are trained. */
interface VirtualPlaces {
  readonly virtual?: Tensor;
  readonly blocks: readonly { readonly attention: { readonly virtual?: VirtualKeys } }[];
}

export const countVirtual = (tokens: VirtualTokens): number =>
  ('vectors' in tokens ? tokens.vectors : tokens.layers[0].keys).shape[0];

/** The same tensors, and virtual tokens before every text. */
export function withVirtualTokens<Params extends VirtualPlaces>(
  params: Params,
  tokens: VirtualTokens,
): Params {
  if ('vectors' in tokens) return { ...params, virtual: tokens.vectors };
  const { layers } = tokens;
  const blocks = params.blocks.map((block, i) => ({
    ...block,
    attention: { ...block.attention, virtual: layers[i] },
  }));
  return { ...params, blocks };
}

/** What stands before the texts of such a tree. */
export function virtualTokensIn({ virtual, blocks }: VirtualPlaces): VirtualTokens | undefined {
  if (virtual) return { vectors: virtual };
  const layers = blocks.flatMap(({ attention }) => attention.virtual ?? []);
  return layers.length > 0 ? { layers } : undefined;
}

/** The same rows before each sequence: first [count, ...], x [B, T, ...] → [B, count + T, ...]. */
export const putBefore = (first: Tensor, x: Tensor): Tensor =>
  concat([broadcastTo(first, [x.shape[0], ...first.shape]), x], 1);
