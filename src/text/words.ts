/** Words with their places: Unicode's word breaks (UAX #29), and for runs of Chinese a segmenter that knows its words. */

import { eachSegment } from './segments.ts';
import type { TextPiece } from './sentences.ts';

/** Cuts a text into words, each with its place: `text.slice(start, end)` is the word. Spaces and marks are left out. */
export type WordSegmenter = (text: string) => TextPiece[];

/** Cuts a run of Han characters into words; joined they are the run. */
export type ChineseSegmenter = (run: string) => readonly string[];

export interface WordSegmenterOptions {
  /** Default: the dictionary of the platform, by `Intl.Segmenter`. */
  readonly chinese?: ChineseSegmenter;
}

const HAN = /\p{Script=Han}+/gu;

/**
 * A segmenter of words. Letters, digits and ideographs make words; English ones keep their apostrophes (`don't`) and
 * decimal points (`3.14`).
 *
 * @example
 * wordSegmenter()('春眠不觉晓 at 3.5 km').map(({ text }) => text); // ['春眠', '不觉', '晓', 'at', '3.5', 'km']
 */
export function wordSegmenter({ chinese }: WordSegmenterOptions = {}): WordSegmenter {
  const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
  const platform = (text: string, from: number, words: TextPiece[]): void => {
    let start = from;
    eachSegment(segmenter, text, (segment, isWordLike) => {
      const end = start + segment.length;
      if (isWordLike) words.push({ text: segment, start, end });
      start = end;
    });
  };
  return (text) => {
    const words: TextPiece[] = [];
    if (!chinese) {
      platform(text, 0, words);
      return words;
    }
    let from = 0;
    for (const { 0: run, index } of text.matchAll(HAN)) {
      platform(text.slice(from, index), from, words);
      from = index;
      for (const word of chinese(run)) {
        words.push({ text: word, start: from, end: from + word.length });
        from += word.length;
      }
    }
    platform(text.slice(from), from, words);
    return words;
  };
}
