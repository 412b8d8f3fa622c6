/** A text is cut at its marks, and nothing of it is lost. */

import { expect, test } from 'vitest';
import { piecesOf } from './pieces.ts';

test('marks that overlap: the earlier in the list stands; neighbours both do', () => {
  const marks = [
    { start: 4, end: 6, value: 'second' },
    { start: 5, end: 7, value: 'over it' },
    { start: 3, end: 8, value: 'around it' },
    { start: 2, end: 4, value: 'first' },
  ];
  expect(piecesOf('春眠不觉晓，处处闻', marks)).toEqual([
    { text: '春眠', start: 0 },
    { text: '不觉', start: 2, value: 'first' },
    { text: '晓，', start: 4, value: 'second' },
    { text: '处处闻', start: 6 },
  ]);
  expect(piecesOf('', [])).toEqual([]);
});

test('a word that stands everywhere in a long text', () => {
  const marks = Array.from({ length: 200_000 }, (_, i) => ({ start: 5 * i, end: 5 * i + 4, value: i }));
  const text = 'good '.repeat(200_000);
  const pieces = piecesOf(text, [...marks, ...marks]);
  expect(pieces).toHaveLength(400_000);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
});
