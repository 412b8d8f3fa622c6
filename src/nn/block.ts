/** A Transformer block with normalisation before each part (Xiong et al. 2020). */

import { add, matmulPrecision, type Tensor } from '../tensor/index.ts';
import { type AttentionConfig, type AttentionRun, attentionSpec, runAttention } from './attention.ts';
import { type FfnConfig, ffnSpec, runFfn } from './ffn.ts';
import { type NormConfig, type NormParams, normSpec, runNorm } from './norm.ts';
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
  const { dropout } = run;
  const normed = (norm: NormParams, y: Tensor) =>
    runNorm(norm, y, config.norm, { rounded: matmulPrecision() === 'bf16' });
  // What a part writes is added as its last product is made, where nothing comes between.
  const join = (y: Tensor, place: 0 | 1, part: (residual?: Tensor) => Tensor) =>
    dropout ? add(y, dropout(part(), place)) : part(y);
  const middle = join(x, 0, (residual) =>
    runAttention(params.attention, normed(params.attentionNorm, x), config.attention, run, residual),
  );
  return join(middle, 1, (residual) =>
    runFfn(params.ffn, normed(params.ffnNorm, middle), config.ffn.activation, residual),
  );
}
