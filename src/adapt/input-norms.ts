/** What enters each linear layer while a model reads: what its weights multiply tells how much they matter. */

import { reshape, square, sum, type Tensor } from '../tensor/index.ts';
import { linearWeights, placeAdapters } from './adapter.ts';

/** ‖x‖₂ over all places that were read, for each input of a layer, by path of the layer. */
export type InputNorms = ReadonlyMap<string, Float64Array>;

/** Measures them: `read` makes forward passes of the model that it is given, without recording. */
export function inputNorms<Params>(params: Params, read: (watched: Params) => void): InputNorms {
  const weights = linearWeights(params);
  const squares = new Map([...weights].map(([path, { shape }]) => [path, new Float64Array(shape[1])]));
  const add = (path: string, x: Tensor): void => {
    const sums = squares.get(path)!;
    const width = sums.length;
    const found = sum(square(reshape(x, [x.size / width, width])), { axis: 0 }).data;
    for (let i = 0; i < width; i++) sums[i] += Number(found[i]);
  };
  read(placeAdapters(params, (path) => (weights.has(path) ? { look: (x) => add(path, x) } : undefined)));
  return new Map([...squares].map(([path, sums]) => [path, sums.map(Math.sqrt)]));
}
