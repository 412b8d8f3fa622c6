/** Pictures as rows of square patches, and back. */

import type { Picture } from '../io/index.ts';
import { empty, type Tensor } from '../tensor/index.ts';
import type { ImageSet } from './image-set.ts';

const COLOURS = 3;

/** Where each number of a picture lies in its patches: row by row from the top, and so within each patch. */
function patchOrder(size: number, patch: number): Int32Array {
  const side = size / patch;
  return Int32Array.from({ length: COLOURS * size * size }, (_, i) => {
    const colour = i % COLOURS;
    const [x, y] = [Math.floor(i / COLOURS) % size, Math.floor(i / COLOURS / size)];
    const place = Math.floor(y / patch) * side + Math.floor(x / patch);
    return ((place * patch + (y % patch)) * patch + (x % patch)) * COLOURS + colour;
  });
}

/** Some pictures of a set as patches: [places, P, 3·patch²] from −1 (black) to 1 (white). `patch` divides their size. */
export function imagePatches(
  { size, pixels }: Pick<ImageSet, 'size' | 'pixels'>,
  places: ArrayLike<number>,
  patch: number,
): Tensor<'f32'> {
  const order = patchOrder(size, patch);
  const each = order.length;
  const x = empty([places.length, (size / patch) ** 2, COLOURS * patch * patch]);
  for (let row = 0; row < places.length; row++) {
    for (let i = 0; i < each; i++) {
      x.data[row * each + order[i]] = pixels[places[row] * each + i] / 127.5 - 1;
    }
  }
  return x;
}

/** The pictures of such patches, row after row; what is darker than black or lighter than white is cut off. */
export function patchPictures(patches: Float32Array, size: number, patch: number): Picture[] {
  const order = patchOrder(size, patch);
  const each = order.length;
  return Array.from({ length: patches.length / each }, (_, row) => {
    const pixels = Uint8Array.from(order, (place) => {
      const value = Math.round(127.5 * (patches[row * each + place] + 1));
      return Math.max(0, Math.min(255, value));
    });
    return { width: size, height: size, pixels };
  });
}
