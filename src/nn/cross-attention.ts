/** Cross attention: a text's tokens look at another's (Vaswani et al. 2017, §3.2.3). */

import { attention, reshape, type Tensor } from '../tensor/index.ts';
import { type AttentionConfig, inHeads } from './attention.ts';
import { hidingKeys } from './key-mask.ts';
import { linearSpec, runLinear, runLinears } from './linear.ts';
import type { Initializer, Parameters } from './parameters.ts';

export interface CrossAttentionConfig extends Omit<AttentionConfig, 'qkNorm'> {
  /** Size of what keys and values are made from. Default: `width`. */
  readonly memoryWidth?: number;
  /** Default 1/√headSize. T5 has 1. */
  readonly scale?: number;
}

export function crossAttentionSpec(config: CrossAttentionConfig, init: Initializer, outputInit: Initializer) {
  const { width, memoryWidth = width, heads, kvHeads, headSize, inputBias: bias, outputBias } = config;
  return {
    query: linearSpec(width, heads * headSize, { init, bias }),
    key: linearSpec(memoryWidth, kvHeads * headSize, { init, bias }),
    value: linearSpec(memoryWidth, kvHeads * headSize, { init, bias }),
    output: linearSpec(heads * headSize, width, { init: outputInit, bias: outputBias }),
  };
}

export type CrossAttentionParams = Parameters<ReturnType<typeof crossAttentionSpec>>;

/** Which tokens of each memory are real. */
export interface MemoryPadding {
  /** The first of each memory, and one past its last: [batch]. */
  readonly start?: ArrayLike<number>;
  readonly end?: ArrayLike<number>;
  /** Or any pattern: floats [batch, tokens], 1 where nobody may look, 0 elsewhere. */
  readonly hides?: Tensor;
}

/** The keys and values of a memory, made once for all passes that look at it. */
export interface CrossMemory {
  /** [batch, tokens, kvHeads, headSize]. */
  readonly keys: Tensor;
  readonly values: Tensor;
  readonly padding: MemoryPadding;
}

/** Keys and values of `memory` [batch, tokens, memoryWidth]: while a text is generated they stay the same. */
export function crossMemory(
  { key, value }: CrossAttentionParams,
  memory: Tensor,
  { headSize }: CrossAttentionConfig,
  padding: MemoryPadding = {},
): CrossMemory {
  const [keys, values] = runLinears([key, value], memory);
  return { keys: inHeads(keys, headSize), values: inHeads(values, headSize), padding };
}

/** Mixes what is in a memory for queries [batch, length, heads, headSize]; shape as they. */
export type AttendMemory = (q: Tensor) => Tensor;

/** Every query looks at the whole memory. */
export function attendMemory(
  { keys, values, padding }: CrossMemory,
  { headSize, scale = 1 / Math.sqrt(headSize) }: Pick<CrossAttentionConfig, 'headSize' | 'scale'>,
): AttendMemory {
  const { start, end, hides } = padding;
  const masks = {
    causal: false,
    scale,
    keyStart: start && Int32Array.from(start),
    keyEnd: end && Int32Array.from(end),
  };
  const all = (q: Tensor, k: Tensor, v: Tensor) => attention(q, k, v, masks);
  const attend = hides ? hidingKeys(all, hides) : all;
  return (q) => attend(q, keys, values);
}

/** Every token of x [..., width] asks, and `attend` mixes; added to a residual if there is one. Shape as x. */
export function runCrossAttention(
  { query, output }: CrossAttentionParams,
  x: Tensor,
  attend: AttendMemory,
  { heads, headSize }: Pick<CrossAttentionConfig, 'heads' | 'headSize'>,
  residual?: Tensor,
): Tensor {
  const mixed = attend(inHeads(runLinear(query, x), headSize));
  return runLinear(output, reshape(mixed, [...x.shape.slice(0, -1), heads * headSize]), residual);
}
