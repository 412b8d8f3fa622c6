/** Maps of filters as a picture, of pictures of every size that a model may see. */

import { expect, test } from 'vitest';
import { mapsPicture } from './feature-maps.ts';
import type { ImageSet } from './image-set.ts';

test.each([8, 512])('maps of %d places a side are drawn, dark 0 and light the largest', (size) => {
  const images: ImageSet = {
    size,
    files: ['a.png'],
    pixels: new Uint8Array(3 * size * size).fill(7),
    places: new Map([['a.png', 0]]),
  };
  const ramp = Float32Array.from({ length: size * size }, (_, i) => i / (size * size - 1));
  const layer = { height: size, width: size, filters: [ramp, new Float32Array(size * size)] };
  const { width, height, pixels } = mapsPicture(images, 0, [layer]);
  expect({ width, height }).toEqual({ width: 2 * 52 + 4, height: 2 * 52 + 4 });
  const redAt = (x: number, y: number): number => pixels[3 * (y * width + x)];
  expect(redAt(4, 4)).toBe(7);
  expect(redAt(4, 56)).toBe(0);
  expect(redAt(4 + 47, 56 + 47)).toBeGreaterThan(230);
  expect(redAt(56 + 47, 56 + 47)).toBe(0);
});
