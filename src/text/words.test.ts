import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordSegmenter } from './index.ts';

const texts = (pieces: readonly { text: string }[]) => pieces.map(({ text }) => text);
/** Cuts a run after every second character. */
const inPairs = (run: string) => run.match(/..?/gsu)!;

describe('words', () => {
  test('English by word breaks, Chinese by the dictionary of the platform or a segmenter', () => {
    const text = "Don't pay 3.14 — 今天天气很好, e.g. in Zürich's 春天";
    expect(texts(wordSegmenter()(text))).toEqual([
      "Don't",
      'pay',
      '3.14',
      '今天',
      '天气',
      '很好',
      'e.g',
      'in',
      "Zürich's",
      '春天',
    ]);
    expect(texts(wordSegmenter({ chinese: inPairs })('好A春眠不觉晓 b'))).toEqual([
      '好',
      'A',
      '春眠',
      '不觉',
      '晓',
      'b',
    ]);
  });

  test('every word is where it says, whatever the text and however long', () => {
    const piece = fc.constantFrom(
      '春',
      '眠',
      'a',
      'é',
      ' ',
      '。',
      '😀',
      '𠮷',
      '1',
      '.',
      "'",
      '\n',
      'ab ',
      'ﬀ',
    );
    const text = fc.array(piece, { maxLength: 900 }).map((list) => list.join(''));
    for (const segment of [wordSegmenter(), wordSegmenter({ chinese: inPairs })]) {
      fc.assert(
        fc.property(text, (whole) => {
          let end = 0;
          for (const word of segment(whole)) {
            expect(whole.slice(word.start, word.end)).toBe(word.text);
            expect(whole.slice(end, word.start)).not.toMatch(/[\p{L}\p{N}]/u);
            end = word.end;
          }
          expect(whole.slice(end)).not.toMatch(/[\p{L}\p{N}]/u);
        }),
      );
    }
  });
});
