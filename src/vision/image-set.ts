/** Pictures in memory, as a model sees them: squares of one size. */

import { readImage } from '../io/index.ts';
import { empty, type Tensor } from '../tensor/index.ts';
import { fail, requireWhole } from './errors.ts';
import { limits } from './limits.ts';

const CHANNELS = 3;

export interface ImageSet {
  /** Pixels of a side. */
  readonly size: number;
  readonly files: readonly string[];
  /** [files, size, size, 3], 0 to 255. */
  readonly pixels: Uint8Array;
  /** The place of each file. */
  readonly places: ReadonlyMap<string, number>;
}

/** Reads pictures, each file once. @throws where one cannot be read, or they are too many for memory */
export async function loadImages(
  files: Iterable<string>,
  size: number,
  options: { readonly onProgress?: (share: number) => void; readonly signal?: AbortSignal } = {},
): Promise<ImageSet> {
  requireWhole('size', size, 1, limits.imageSize);
  const own = [...new Set(files)];
  const each = size * size * CHANNELS;
  const limit = Math.floor(limits.pictureBytes / each);
  if (own.length > limit) throw fail('vision/too-many', { pictures: own.length, size, limit });
  const pixels = new Uint8Array(own.length * each);
  for (const [i, file] of own.entries()) {
    pixels.set((await readImage(file, size, { signal: options.signal })).pixels, i * each);
    options.onProgress?.((i + 1) / own.length);
  }
  return { size, files: own, pixels, places: new Map(own.map((file, i) => [file, i])) };
}

/** Some of the pictures for a model: [places, size, size, 3] from −1 (black) to 1 (white). */
export function imageTensor({ size, pixels }: ImageSet, places: ArrayLike<number>): Tensor {
  const each = size * size * CHANNELS;
  const x = empty([places.length, size, size, CHANNELS]);
  for (let row = 0; row < places.length; row++) {
    for (let i = 0; i < each; i++) x.data[row * each + i] = pixels[places[row] * each + i] / 127.5 - 1;
  }
  return x;
}
