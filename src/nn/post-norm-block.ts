/** A Transformer block with normalisation after each part (Vaswani et al. 2017; BERT, Devlin et al. 2019). */

import { add, type Tensor } from '../tensor/index.ts';
import { runAttention } from './attention.ts';
import type { BlockConfig, BlockParams, BlockRun } from './block.ts';
import { runFfn } from './ffn.ts';
import { runNorm } from './norm.ts';

/** x ← norm(x + attention x), then norm(x + ffn x), on the parameters of any block. */
export function runPostNormBlock(
  params: BlockParams,
  x: Tensor,
  { attention, ffn, norm }: BlockConfig,
  run: BlockRun,
): Tensor {
  const { dropout } = run;
  const join = (y: Tensor, place: 0 | 1, part: (residual?: Tensor) => Tensor) =>
    dropout ? add(y, dropout(part(), place)) : part(y);
  const mixed = join(x, 0, (residual) => runAttention(params.attention, x, attention, run, residual));
  const middle = runNorm(params.attentionNorm, mixed, norm);
  const fed = join(middle, 1, (residual) => runFfn(params.ffn, middle, ffn.activation, residual));
  return runNorm(params.ffnNorm, fed, norm);
}
