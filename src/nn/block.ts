/** A Transformer block with normalisation before each part (Xiong et al. 2020). */

import { add, matmulPrecision, type Tensor } from '../tensor/index.ts';
import { type AttentionConfig, type AttentionRun, attentionSpec, runAttention } from './attention.ts';
import { type FfnConfig, ffnSpec, runFfn } from './ffn.ts';
import { type NormConfig, normSpec, runNorm } from './norm.ts';
import type { Initializer, Parameters } from './parameters.ts';

export interface BlockConfig {
  readonly attention: AttentionConfig;
  readonly ffn: FfnConfig;
  readonly norm: NormConfig;
}

/** What changes from pass to pass. */
export interface BlockRun extends AttentionRun {
  /** Applied to what each part writes into the residual stream; `place` tells the two apart. */
  readonly dropout?: (x: Tensor, place: 0 | 1) => Tensor;
}

export function blockSpec(config: BlockConfig, init: Initializer, outputInit: Initializer) {
  const { attention, ffn, norm } = config;
  return {
    attentionNorm: normSpec(attention.width, norm),
    attention: attentionSpec(attention, init, outputInit),
    ffnNorm: normSpec(ffn.width, norm),
    ffn: ffnSpec(ffn, init, outputInit),
  };
}

export type BlockParams = Parameters<ReturnType<typeof blockSpec>>;

/** x + attention(norm x), then + ffn(norm x). */
export function runBlock(params: BlockParams, x: Tensor, config: BlockConfig, run: BlockRun): Tensor {
  const { dropout = same } = run;
  const forProducts = { rounded: matmulPrecision() === 'bf16' };
  const mixed = runAttention(
    params.attention,
    runNorm(params.attentionNorm, x, config.norm, forProducts),
    config.attention,
    run,
  );
  const middle = add(x, dropout(mixed, 0));
  const inner = runNorm(params.ffnNorm, middle, config.norm, forProducts);
  const out = runFfn(params.ffn, inner, config.ffn.activation);
  return add(middle, dropout(out, 1));
}

const same = (x: Tensor): Tensor => x;
