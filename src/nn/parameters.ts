/** Parameters before they exist: a model is described as a tree of specs, and every other view of it is a map over them. */

import type { Rng } from '../rng.ts';
import {
  affine,
  normal,
  ones,
  type Shape,
  scope,
  sizeOf,
  type Tensor,
  uniform,
  zeros,
} from '../tensor/index.ts';
import { leafValues, type MapTree, mapTree } from '../tree.ts';

/** Fills a new tensor of the given shape; draws from `rng` only. */
export type Initializer = (shape: Shape, rng: Rng) => Tensor<'f32'>;

/** Normal numbers with mean 0. */
export function normalInit(std: number): Initializer {
  return (shape, rng) =>
    scope(() => affine(normal(shape, { seed: rng.integer(2 ** 32), stream: 0 }), std, 0) as Tensor<'f32'>);
}

/** Numbers spread evenly over ±bound. */
export function uniformInit(bound: number): Initializer {
  return (shape, rng) =>
    scope(
      () =>
        affine(uniform(shape, { seed: rng.integer(2 ** 32), stream: 0 }), 2 * bound, -bound) as Tensor<'f32'>,
    );
}

/**
 * For the projections that write into the residual stream: std/√(2·layers), so that the stream's variance does not grow
 * with depth (Radford et al. 2019, §2.3).
 */
export function residualInit(std: number, layers: number): Initializer {
  return normalInit(std / Math.sqrt(2 * layers));
}

export const zerosInit: Initializer = (shape) => zeros(shape);
export const onesInit: Initializer = (shape) => ones(shape);

/** One parameter to be: its shape and how it starts. */
export class ParameterSpec {
  readonly shape: Shape;
  readonly init: Initializer;

  constructor(shape: Shape, init: Initializer) {
    this.shape = shape;
    this.init = init;
  }
}

/** The tree of tensors that a tree of specs describes. */
export type Parameters<Specs> = MapTree<Specs, ParameterSpec, Tensor>;

/**
 * Makes every parameter of a tree. Each draws from a stream named by its path: adding one parameter does not change
 * the others.
 */
export function initialize<Specs>(specs: Specs, rng: Rng): Parameters<Specs> {
  return mapTree<ParameterSpec, Tensor>(specs, ({ shape, init }, path) =>
    init(shape, rng.split(path)),
  ) as Parameters<Specs>;
}

/** How many numbers a tree of specs or tensors holds. */
export function countParameters(tree: unknown): number {
  return leafValues<{ readonly shape: Shape }>(tree).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
