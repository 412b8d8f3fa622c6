/** Layers and losses as functions over parameter trees; KV caches. */

export {
  type AdapterRows,
  type Bottleneck,
  type LayerAdapters,
  type LinearAdapter,
  stackAdapters,
  withLayerAdapters,
} from './adapters.ts';
export * from './attention.ts';
export * from './attention-weights.ts';
export * from './block.ts';
export * from './convolution.ts';
export * from './cross-attention.ts';
export * from './embedding.ts';
export * from './experts.ts';
export * from './ffn.ts';
export * from './joined-rows.ts';
export { hidingKeys } from './key-mask.ts';
export * from './kv-memory.ts';
export { type LinearParams, linearSpec, runLinear } from './linear.ts';
export { LINEAR_CHUNK, linearAttention, linearStateSize } from './linear-attention.ts';
export * from './losses.ts';
export * from './norm.ts';
export * from './parameters.ts';
export * from './positions.ts';
export {
  type CellKind,
  cellKinds,
  emptyState,
  orthogonalInit,
  type RecurrentLayerConfig,
  type RecurrentLayerParams,
  type RecurrentState,
  recurrentSpec,
  runRecurrent,
} from './recurrent.ts';
export * from './repetition-losses.ts';
export {
  channelMixingSpec,
  type RwkvLayerConfig,
  runChannelMixing,
  runTimeMixing,
  timeMixingSpec,
  WKV_EMPTY,
} from './rwkv.ts';
export { type SparsePattern, sparseAttention, sparseOverPast } from './sparse-attention.ts';
export {
  countVirtual,
  putBefore,
  type VirtualKeys,
  type VirtualTokens,
  virtualTokensIn,
  withVirtualTokens,
} from './virtual-tokens.ts';
