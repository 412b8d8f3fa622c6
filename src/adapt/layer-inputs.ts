/** What enters each linear layer while a model reads: what its weights multiply tells how much they matter. */

import { withLayerAdapters } from '../nn/index.ts';
import { matmul, reshape, square, sum, type Tensor } from '../tensor/index.ts';
import { linearWeights } from './adapter.ts';

/** Makes forward passes of the model that it is given, without recording. */
export type ReadWith<Params> = (watched: Params) => void | Promise<void>;

/** ‖x‖₂ over all places that were read, for each input of a layer, by path of the layer. */
export type InputNorms = ReadonlyMap<string, Float64Array>;

/** Σ x·xᵀ over all places, [in, in], by path of the layer. */
export type InputProducts = ReadonlyMap<string, Float32Array>;

/** Measures the norms of the inputs. */
export async function inputNorms<Params>(params: Params, read: ReadWith<Params>): Promise<InputNorms> {
  const squares = await gather(params, read, {
    empty: (inputs) => new Float64Array(inputs),
    of: (x) => sum(square(x), { axis: 0 }),
  });
  return new Map([...squares].map(([path, sums]) => [path, sums.map(Math.sqrt)]));
}

/** Measures the products of the inputs with one another. */
export async function inputProducts<Params>(params: Params, read: ReadWith<Params>): Promise<InputProducts> {
  return gather(params, read, {
    empty: (inputs) => new Float32Array(inputs * inputs),
    of: (x) => matmul(x, x, { transA: true }),
  });
}

/** Adds up numbers `of` what enters each layer, x [places, in]. */
async function gather<Params, Sums extends Float32Array | Float64Array>(
  params: Params,
  read: ReadWith<Params>,
  { empty, of }: { readonly empty: (inputs: number) => Sums; readonly of: (x: Tensor) => Tensor },
): Promise<Map<string, Sums>> {
  const weights = linearWeights(params);
  const all = new Map([...weights].map(([path, { shape }]) => [path, empty(shape[1])]));
  const look = (path: string, x: Tensor): void => {
    const inputs = weights.get(path)!.shape[1];
    const sums = all.get(path)!;
    const { data } = of(reshape(x, [x.size / inputs, inputs]));
    for (let i = 0; i < sums.length; i++) sums[i] += Number(data[i]);
  };
  const layers = [...weights.keys()].map((path) => [path, { look: (x: Tensor) => look(path, x) }]);
  await read(withLayerAdapters(params, Object.fromEntries(layers)));
  return all;
}
