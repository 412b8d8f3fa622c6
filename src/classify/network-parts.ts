/** What classifiers that are networks have in common: options, parameters on disk, many texts at once. */

import type { TensorData } from '../io/index.ts';
import type { ParameterSpec } from '../nn/index.ts';
import { scope, type Tensor } from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { softmaxRows } from './classifier.ts';
import { readParameter } from './saved-parts.ts';

/** Options that were given, without those that are there but undefined. */
export const givenOf = <Options extends object>(options: Options): Partial<Required<Options>> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;

/** Parameters as arrays by path. */
export const parameterArrays = (params: unknown): [string, TensorData][] =>
  leaves<Tensor>(params).map(([path, { shape, data }]) => [
    path,
    { dtype: 'f32', shape, data: Float32Array.from(data as Float32Array) },
  ]);

export const countNumbers = (arrays: readonly (readonly [string, TensorData])[]): number =>
  arrays.reduce((sum, [, { data }]) => sum + data.length, 0);

/** The tree of parameters that a tree of specs describes, from arrays by path. */
export const readParameters = (specs: unknown, tensors: ReadonlyMap<string, TensorData>): unknown =>
  mapTree<ParameterSpec, Tensor>(specs, ({ shape }, path) => readParameter(tensors, path, shape));

/** Probabilities of many texts, so many of like length at once; what a chunk takes is given back after it. */
export function inChunks(
  texts: readonly (readonly string[])[],
  size: number,
  classes: number,
  logits: (chunk: readonly (readonly string[])[]) => Tensor,
): Float64Array {
  const scores = new Float64Array(texts.length * classes);
  const order = texts.map((_, i) => i).sort((a, b) => texts[a].length - texts[b].length);
  for (let from = 0; from < texts.length; from += size) {
    const chunk = order.slice(from, from + size);
    scope(() => {
      const found = softmaxRows(logits(chunk.map((i) => texts[i])).data as Float32Array, classes);
      chunk.forEach((text, row) => {
        scores.set(found.subarray(row * classes, (row + 1) * classes), text * classes);
      });
    });
  }
  return scores;
}
