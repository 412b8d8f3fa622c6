/** What a text is about, term by term with its places: English stems; Chinese characters, alone and in pairs, as a poem has no words. */

import { createAnalyzer } from '../retrieve/index.ts';
import { wordSegmenter } from '../text/index.ts';
import { limits } from './limits.ts';

export interface PlacedTerm {
  readonly term: string;
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** The terms of a text in order, as often as they occur. */
export type TermCutter = (text: string) => PlacedTerm[];

const HAN = /^\p{Script=Han}$/u;

/** Width and case do not count, nor do stop words of English. Of a text longer than `limits.textCharacters` its beginning is read. */
export function termCutter(): TermCutter {
  const words = wordSegmenter({ chinese: (run) => [...run] });
  const analyze = createAnalyzer();
  return (whole) => {
    const text = whole.length > limits.textCharacters ? whole.slice(0, limits.textCharacters) : whole;
    const terms: PlacedTerm[] = [];
    let before: { readonly text: string; readonly start: number; readonly end: number } | undefined;
    for (const word of words(text)) {
      if (!HAN.test(word.text)) {
        before = undefined;
        for (const term of analyze(word.text)) terms.push({ term, start: word.start, end: word.end });
        continue;
      }
      const character = word.text.normalize('NFKC');
      terms.push({ term: character, start: word.start, end: word.end });
      if (before?.end === word.start) {
        terms.push({ term: before.text + character, start: before.start, end: word.end });
      }
      before = { text: character, start: word.start, end: word.end };
    }
    return terms;
  };
}
