/** What is held out: never a part of a picture, and where that is asked, never a caption that was learnt. */

import { expect, test } from 'vitest';
import type { ImageRow } from './image-rows.ts';
import { splitImageRows } from './split-rows.ts';

const row = (picture: number, text: string): ImageRow => ({
  file: `${picture}.png`,
  text,
  source: `a.csv:${picture}`,
});
const numbers = Array.from({ length: 60 }, (_, i) => i);
const sides = (rows: readonly ImageRow[], apart: 'picture' | 'caption') => {
  const { train, heldOut } = splitImageRows(rows, { heldOut: 0.3, seed: 1, apart });
  expect(train.length + heldOut.length).toBe(rows.length);
  const common = (of: (one: ImageRow) => string): string[] => {
    const learnt = new Set(train.map(of));
    return heldOut.map(of).filter((own) => learnt.has(own));
  };
  return { files: common(({ file }) => file), texts: common(({ text }) => text) };
};

test('a picture with all its captions, or a caption with all its pictures, is on one side', () => {
  const rows = numbers.flatMap((i) => [row(i, `caption ${i % 12}`), row(i, `说明 ${i % 12}`)]);
  expect(sides(rows, 'caption')).toEqual({ files: [], texts: [] });
  const { files, texts } = sides(rows, 'picture');
  expect(files).toEqual([]);
  expect(texts).not.toEqual([]);
});

test('pictures without a caption share none', () => {
  expect(
    sides(
      numbers.map((i) => row(i, '')),
      'caption',
    ).files,
  ).toEqual([]);
});
