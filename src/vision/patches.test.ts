/** Pictures as patches, and back. */

import { expect, test } from 'vitest';
import { imagePatches, patchPictures } from './patches.ts';

const size = 6;
const patch = 2;
const each = 3 * size * size;
const pixels = Uint8Array.from({ length: 2 * each }, (_, i) => (37 * i) % 256);

test('there and back again every pixel is where it was', () => {
  const { shape, data } = imagePatches({ size, pixels }, [1, 0, 1], patch);
  expect(shape).toEqual([3, 9, 12]);
  const back = patchPictures(data, size, patch);
  const [first, second] = [pixels.subarray(0, each), pixels.subarray(each)];
  expect(back.map((picture) => picture.pixels)).toEqual([second, first, second]);
  expect(back[0]).toMatchObject({ width: size, height: size });
});

test('a patch holds the neighbours of a square, row by row', () => {
  const { data } = imagePatches({ size, pixels }, [0], patch);
  // The fifth patch lies in the middle: pixels (2, 2), (3, 2), (2, 3), (3, 3).
  const middle = [
    [2, 2],
    [3, 2],
    [2, 3],
    [3, 3],
  ].flatMap(([x, y]) => [...pixels.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)]);
  const found = [...data.subarray(4 * 12, 5 * 12)].map((value) => Math.round((value + 1) * 127.5));
  expect(found).toEqual(middle);
});

test('what is darker than black or lighter than white is cut off', () => {
  const [{ pixels: cut }] = patchPictures(
    Float32Array.from({ length: 12 }, (_, i) => (i % 2 ? 3 : -3)),
    2,
    2,
  );
  expect([...cut]).toEqual(Array.from({ length: 12 }, (_, i) => (i % 2 ? 255 : 0)));
});
