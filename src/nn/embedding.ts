/** Tables of vectors looked up by id. */

import { cast, embedding, type Tensor } from '../tensor/index.ts';
import { type Initializer, ParameterSpec, type Parameters } from './parameters.ts';

export function embeddingSpec(count: number, size: number, init: Initializer) {
  return { weight: new ParameterSpec([count, size], init) };
}

export type EmbeddingParams = Parameters<ReturnType<typeof embeddingSpec>>;

/** The rows of the table for ids of any shape: [...ids.shape, size]. A table kept in fewer bytes gives f32 rows. */
export function runEmbedding({ weight }: EmbeddingParams, ids: Tensor): Tensor {
  const rows = embedding(weight, ids);
  return rows.dtype === 'f64' ? rows : cast(rows, 'f32');
}
