import { describe, expect, test } from 'vitest';
import { splitSections, splitSentences } from './index.ts';

const texts = (pieces: readonly { text: string }[]) => pieces.map(({ text }) => text);

describe('sentences and sections', () => {
  test('are cut at full stops, line breaks and blank lines, with their places', () => {
    const text =
      'Dr. Li met J. Wu in St. Ives. "Was it 3.14?" No!\n他说：“走吧。”雨停了……天晴。\n\nNew section';
    const sentences = splitSentences(text);
    expect(texts(sentences)).toEqual([
      'Dr. Li met J. Wu in St. Ives.',
      '"Was it 3.14?"',
      'No!',
      '他说：“走吧。”',
      '雨停了……',
      '天晴。',
      'New section',
    ]);
    for (const { text: piece, start, end } of sentences) expect(text.slice(start, end)).toBe(piece);
    expect(splitSections(text).length).toBe(2);
  });
});

test('dots without end are read once: leaders of a table of contents', () => {
  const dots = '.'.repeat(100_000);
  expect(splitSentences(`${dots}a. B`).map(({ text }) => text.length)).toEqual([100_002, 1]);
});
