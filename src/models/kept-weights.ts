/** Weights in fewer bytes than they were learned in, for models that only read them. */

import type { KvType } from '../nn/index.ts';
import {
  BLOCK_SIZE,
  type BlockType,
  cast,
  hasBf16Products,
  isBlocks,
  outsideScopes,
  type Precision,
  type Shape,
  type Tensor,
  withRecording,
} from '../tensor/index.ts';
import { mapTree } from '../tree.ts';

/**
 * How matrices can be kept: in blocks of 32 numbers with one scale, `q8_0` takes 8.5 bits a number and `q4_0` 4.5. Those
 * whose rows are no multiple of 32 stay f32.
 */
export type WeightType = KvType | BlockType;

/** How keys and values are kept unless one says so. */
export const pastFor = (weights: WeightType = 'f32'): KvType => (weights === 'bf16' ? 'bf16' : 'f32');

/** How one tensor is kept: vectors, the table of positions and what does not fit blocks stay f32. */
export function keptType(type: WeightType, shape: Shape, path: string): WeightType {
  const stays =
    shape.length < 2 || path === 'positions.weight' || (isBlocks(type) && shape[1] % BLOCK_SIZE !== 0);
  return stays ? 'f32' : type;
}

/** A copy of parameters in fewer bytes. */
export function keptAs<Params>(type: WeightType, params: Params): Params {
  const convert = (weight: Tensor, path: string) => cast(weight, keptType(type, weight.shape, path));
  return withRecording(false, () => outsideScopes(() => mapTree<Tensor, Tensor>(params, convert))) as Params;
}

/** What weights in blocks multiply: rounded to 8 bits in blocks too, or as precise as is fast. */
export type ActivationType = 'int8' | 'float';

/** The parameters of a model that only reads them, kept so, and the precision in which it multiplies. */
export function keptForReading<Params>(
  params: Params,
  kept: WeightType,
  activations: ActivationType = 'float',
): { readonly weights: Params; readonly precision: Precision } {
  return {
    weights: kept === 'f32' ? params : keptAs(kept, params),
    precision: precisionFor(kept, activations),
  };
}

function precisionFor(kept: WeightType, activations: ActivationType): Precision {
  if (!isBlocks(kept)) return kept;
  if (activations === 'int8') return 'int8';
  return hasBf16Products() ? 'bf16' : 'f32';
}

/** The same of the linear layers of a decoder's blocks alone, for a model that is not trained but learned through. */
export const blocksKeptAs = <Params extends { readonly blocks: unknown }>(
  type: WeightType,
  params: Params,
): Params => ({ ...params, blocks: keptAs(type, params.blocks) });
