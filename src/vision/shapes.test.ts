/** Drawn shapes: their folder is whole or has no table. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sceneParts, shapeScenes, writeShapes } from './shapes.ts';

const folder = mkdtempSync(join(tmpdir(), '墨 shapes-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what was drawn over and not finished has no table', async () => {
  const out = join(folder, 'twice');
  const { table } = await writeShapes(out, { count: 2, size: 16 });
  expect(existsSync(table)).toBe(true);
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  const again = writeShapes(out, { count: 2, size: 16, seed: 1, onProgress, signal: stop.signal });
  await expect(again).rejects.toThrow('enough');
  expect(existsSync(table)).toBe(false);
});

test('what is refused leaves no folder', async () => {
  const out = join(folder, 'none');
  await expect(writeShapes(out, { count: 2, size: 8 })).rejects.toThrow('`size` must be');
  expect(existsSync(out)).toBe(false);
});

test('two shapes stand to each other as the caption says, in both languages', () => {
  const size = 32;
  const seen = new Set<string>();
  for (const { picture, caption } of shapeScenes({ count: 60, size, seed: 2, scenes: 'pairs' })) {
    const { shape, colour, otherShape, otherColour, place } = sceneParts(caption.en)!;
    expect(sceneParts(caption.zh)).toEqual(sceneParts(caption.en));
    expect(caption.en).toMatch(
      new RegExp(`^a ${colour} ${shape} (left of|right of|above|below) a ${otherColour}`),
    );
    expect([shape, colour]).not.toEqual([otherShape, otherColour]);
    seen.add(caption.en);
    if (colour !== 'red' || otherColour !== 'blue') continue;
    const [x, y] = middle(picture.pixels, size, ([r, , b]) => r > b + 60);
    const [u, v] = middle(picture.pixels, size, ([r, , b]) => b > r + 60);
    const is = { left: x < u, right: x > u, above: y < v, below: y > v };
    expect(is[place as keyof typeof is], caption.en).toBe(true);
  }
  expect(seen.size).toBe(60);
});

test('what our captions say is known part by part; what another text says is not', () => {
  expect(sceneParts('two small red crosses')).toEqual({
    shape: 'cross',
    colour: 'red',
    size: 'small',
    place: 'two',
  });
  expect(sceneParts('左边有一个红色的大圆形')).toEqual({
    ...{ shape: 'circle', colour: 'red', size: 'large', place: 'on the left' },
  });
  expect(sceneParts('红色的圆形在蓝色的正方形左边')).toEqual({
    ...{ shape: 'circle', colour: 'red', otherShape: 'square', otherColour: 'blue', place: 'left' },
  });
  for (const other of ['', 'a red circle', '__proto__']) expect(sceneParts(other)).toBeUndefined();
});

/** The mean place of the pixels of a colour. */
function middle(
  pixels: Uint8Array,
  size: number,
  isIt: (colour: Uint8Array) => boolean,
): [x: number, y: number] {
  const found = Array.from({ length: size * size }, (_, i) => i).filter((i) =>
    isIt(pixels.subarray(3 * i, 3 * i + 3)),
  );
  const mean = (of: (i: number) => number) => found.reduce((sum, i) => sum + of(i), 0) / found.length;
  return [mean((i) => i % size), mean((i) => Math.floor(i / size))];
}
