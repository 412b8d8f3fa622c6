/** Elementwise kernels, copies and casts of the addon. */

import type { DType } from '../dtype.ts';
import { binaryCodes, compareCodes, type Kernels, unaryCodes, type Walk } from '../kernels.ts';
import { elementwiseKernels as reference } from '../reference/elementwise.ts';
import { afterTheLine } from '../stream.ts';
import type { Addon } from './addon.ts';
import { maxAxes, packWalk } from './walk.ts';

type Elementwise = Pick<
  Kernels,
  | 'unary' | 'affine' | 'binary' | 'compare' | 'where' | 'cast' | 'copyStrided' | 'fill' | 'axpy' | 'swiglu'
  | 'swigluGrad'
>; // biome-ignore format: a list

/** The places of names in a list: what the addon calls them. */
function placesOf<Name extends string>(names: readonly Name[]): { readonly [N in Name]: number } {
  return Object.fromEntries(names.map((name, place) => [name, place])) as { [N in Name]: number };
}

const unaryPlaces = placesOf(unaryCodes);
const binaryPlaces = placesOf(binaryCodes);
const comparePlaces = placesOf(compareCodes);
/** As `ElementType` of native/src/copy.inl. */
const typePlaces = placesOf<DType>(['f32', 'bf16', 'f64', 'i32', 'u8', 'i8', 'q8_0', 'q4_0']);

const tooManyAxes = (walk: Walk) => walk.shape.length > maxAxes;

export const elementwiseKernels = (addon: Addon): Elementwise => ({
  unary: (code, x, out) => addon.unary(unaryPlaces[code], x, out),
  affine: addon.affine,
  binary(code, x, y, out, walk) {
    if (tooManyAxes(walk)) afterTheLine(reference).binary(code, x, y, out, walk);
    else addon.binary(binaryPlaces[code], x, y, out, packWalk(walk));
  },
  compare(code, x, y, out, walk) {
    const fits =
      (x instanceof Float32Array && y instanceof Float32Array) ||
      (x instanceof Int32Array && y instanceof Int32Array);
    if (!fits || tooManyAxes(walk)) afterTheLine(reference).compare(code, x, y, out, walk);
    else addon.compare(comparePlaces[code], x, y, out, packWalk(walk));
  },
  where(mask, x, y, out, walk) {
    if (tooManyAxes(walk)) afterTheLine(reference).where(mask, x, y, out, walk);
    else addon.where(mask, x, y, out, packWalk(walk));
  },
  cast: (x, out, from, to) => addon.cast(x, typePlaces[from], out, typePlaces[to]),
  copyStrided(x, out, walk, xOffset, outOffset) {
    if (tooManyAxes(walk)) afterTheLine(reference).copyStrided(x, out, walk, xOffset, outOffset);
    else addon.copyStrided(x, out, packWalk(walk), xOffset, outOffset);
  },
  fill: addon.fill,
  axpy: addon.axpy,
  swiglu: addon.swiglu,
  swigluGrad: addon.swigluGrad,
});
