/** What a model costs before it exists: parameters, arithmetic, memory. */

import {
  type BlockKind,
  countParameters,
  type GatedActivation,
  isGated,
  type KvType,
  LINEAR_CHUNK,
  linearStateSize,
  PAGE_TOKENS,
  type ParameterSpec,
} from '../nn/index.ts';
import { bytesPerElement, sizeOf } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import type { DecoderConfig } from './config.ts';
import { decoderSpec } from './decoder.ts';
import { encoderSpec } from './encoder.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { keptType, type WeightType } from './kept-weights.ts';
import { planOf, type Sight } from './plan.ts';
import { recurrentModelSpec } from './recurrent.ts';
import { isRecurrentConfig, type RecurrentConfig } from './recurrent-config.ts';

/** How many numbers the model learns; a tied head counts once. */
export function parameterCount(config: DecoderConfig | RecurrentConfig): number {
  return countParameters(isRecurrentConfig(config) ? recurrentModelSpec(config) : decoderSpec(config));
}

/** The same of an encoder. */
export function encoderParameterCount(config: EncoderConfig): number {
  return countParameters(encoderSpec(config));
}

/** Floating-point operations for one token, averaged over a sequence of `length` tokens (default: the whole context). */
export function flopsPerToken(
  config: DecoderConfig,
  length = config.contextLength,
): { readonly forward: number; readonly training: number } {
  const { heads, headSize, width, vocabSize } = config;
  const { blocks } = decoderSpec(config);
  const idle = config.experts === undefined ? 0 : config.experts - config.expertsPerToken!;
  const used = blocks.map(({ attention, ffn }) =>
    'router' in ffn ? [attention, ffn.router, ffn.experts.slice(idle)] : [attention, ffn],
  );
  const weights = countParameters(used) + width * vocabSize;
  const seen = planOf(config).layers.reduce((sum, sight) => sum + keysSeen(sight, length), 0);
  // The state of a head is read and written once; keys of the same chunk are seen one by one.
  const keys = config.linearAttention ? config.layers * (headSize + Math.min(LINEAR_CHUNK, length)) : seen;
  // Two operations for each weight; scores and mixing are two for each feature of each key seen.
  const forward = 2 * weights + 4 * heads * headSize * keys;
  // The backward pass multiplies twice for each multiplication.
  return { forward, training: 3 * forward };
}

/** How many keys a query of a sequence of `length` tokens sees, on the mean. */
function keysSeen({ window, pattern }: Sight, length: number): number {
  if (pattern?.kind === 'strided') return length / 2 / pattern.size;
  if (pattern) return Math.min(1.5 * pattern.size, length / 2);
  return (window ? Math.min(window, length) : length) / 2;
}

export interface MemoryUse {
  readonly weights: number;
  readonly gradients: number;
  /** AdamW: two numbers for each parameter. */
  readonly optimizer: number;
  /** What the forward pass keeps for the gradient. */
  readonly activations: number;
  readonly kvCache: number;
  readonly total: number;
}

export interface MemoryOptions {
  readonly purpose: 'train' | 'generate';
  /** Sequences at a time. Default 1. */
  readonly batch?: number;
  /** Tokens in each. Default: the whole context. */
  readonly length?: number;
  readonly weights?: WeightType;
  readonly recompute?: boolean;
}

/** Bytes of a model's parameters, kept so. */
export function weightBytes(config: DecoderConfig, type: WeightType = 'f32'): number {
  return leaves<ParameterSpec>(decoderSpec(config)).reduce(
    (sum, [path, { shape }]) => sum + sizeOf(shape) * bytesPerElement[keptType(type, shape, path)],
    0,
  );
}

/** Bytes of keys and values that a sequence of so many tokens holds, in whole pages, or of its state: exactly its `cacheBytes`. */
export function cacheBytes(
  { layers, heads, kvHeads, headSize, linearAttention }: DecoderConfig,
  tokens: number,
  past: KvType = 'f32',
): number {
  if (linearAttention) return bytesPerElement.f32 * layers * linearStateSize(heads, headSize);
  const held = Math.ceil(tokens / PAGE_TOKENS) * PAGE_TOKENS;
  return 2 * layers * held * kvHeads * headSize * bytesPerElement[past];
}

/** Bytes needed, by kind. Activations are an estimate, within a fifth of what a step takes. */
export function estimateMemory(config: DecoderConfig, options: MemoryOptions): MemoryUse {
  const {
    purpose,
    batch = 1,
    length = config.contextLength,
    weights: dtype = 'f32',
    recompute = false,
  } = options;
  const { layers, width, heads, kvHeads, headSize, ffnSize } = config;
  const numbers = parameterCount(config);
  const training = purpose === 'train';
  const tokens = batch * length;
  const kvRow = 2 * kvHeads * headSize;
  // Kept in a block: two norms, the residual stream twice, q and its turned copy, k and v, mixed values, the ffn's inner
  // rows, and what dropout changed.
  const { activation } = config;
  const inner = isGated(activation) ? innerRows[activation] : 2;
  const dropped = config.dropout ? 2 * width : 0;
  const perBlock =
    rowsOfBlock[config.block ?? 'preNorm'] * width +
    3 * heads * headSize +
    1.5 * kvRow +
    (config.expertsPerToken ?? 1) * inner * ffnSize +
    routedRows(config) +
    dropped +
    plainRows(config, length);
  const kept = recompute ? layers * width + perBlock : layers * perBlock;
  // On the way: the ends of the network, and gradients inside the widest block.
  const passing = 3 * width + 2 * ffnSize;
  // The head's gradient is made along with the loss; when tied, it meets that of the table.
  const head = (config.tiedHead ? 2 : 1) * config.vocabSize * width;
  const use = {
    weights: weightBytes(config, dtype),
    gradients: training ? numbers * 4 : 0,
    optimizer: training ? numbers * 8 : 0,
    activations: training ? (tokens * (kept + passing) + head) * 4 : 0,
    kvCache: training
      ? 0
      : config.linearAttention
        ? batch * cacheBytes(config, length)
        : layers * tokens * kvRow * 4,
  };
  return { ...use, total: Object.values(use).reduce((sum, bytes) => sum + bytes, 0) };
}

/** What a gate keeps of the ffn's size; others keep what enters and leaves the activation. */
const innerRows: { readonly [A in GatedActivation]: number } = { swiglu: 3, geglu: 4 };

/** What norms and the residual stream keep of the width. */
const rowsOfBlock: { readonly [K in BlockKind]: number } = {
  preNorm: 5,
  postNorm: 5,
  sandwich: 9,
  parallel: 4,
  parallelTwoNorms: 5,
};

/** What going to experts keeps of a token: its copy for each, what comes back, weighted, and the router's numbers. */
const routedRows = ({ experts = 0, expertsPerToken = 0, width }: DecoderConfig): number =>
  3 * expertsPerToken * width + 2 * experts;

/** What attention by plain ops keeps for a token more than the fused op: scores, and rows in another order. */
function plainRows(config: DecoderConfig, length: number): number {
  if (!planOf(config).isPlain) return 0;
  const { heads, kvHeads, headSize, attentionSoftcap } = config;
  const scores = attentionSoftcap ? 6 : 3;
  return scores * heads * length + (3 * heads + 2 * kvHeads) * headSize;
}
