/** From a text to the terms by which it is found: English stems, Chinese words or pairs of characters. */

import { type ChineseSegmenter, wordSegmenter } from '../text/index.ts';
import { porterStem } from './porter.ts';

/** The terms of a text, in order, as often as they occur. */
export type Analyzer = (text: string) => string[];

export interface AnalyzerOptions {
  /** `words` (default), or `bigrams`: every two neighbouring characters; a single one stands alone. */
  readonly chinese?: 'words' | 'bigrams';
  /** Finds Chinese words; default: the platform's. See `jiebaSegmenter`. */
  readonly segmenter?: ChineseSegmenter;
}

/** The words that Lucene's analyzer of English leaves out. */
const STOP_WORDS = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

const ENGLISH = /^[a-z]+$/;
const HAN = /^\p{Script=Han}+$/u;

/** Stems are asked for again and again; so many are kept. */
const KEPT_STEMS = 50_000;

/**
 * An analyzer: words by Unicode, width and case do not count (NFKC, lower case), `'s` and stop words left out, English words by
 * their Porter stem.
 */
export function createAnalyzer({ chinese = 'words', segmenter }: AnalyzerOptions = {}): Analyzer {
  const inPairs = chinese === 'bigrams';
  const cut: ChineseSegmenter | undefined = inPairs ? (run) => [run] : segmenter;
  const words = wordSegmenter(cut && { chinese: cut });
  const stems = new Map<string, string>();
  const stemOf = (word: string): string => {
    let stem = stems.get(word);
    if (stem === undefined) {
      if (stems.size >= KEPT_STEMS) stems.clear();
      stems.set(word, (stem = porterStem(word)));
    }
    return stem;
  };
  return (text) =>
    words(text.normalize('NFKC').toLowerCase()).flatMap(({ text: found }) => {
      const word = found.replace(/['’]s$/, '');
      if (STOP_WORDS.has(word)) return [];
      if (inPairs && HAN.test(word)) return pairsOf(word);
      return [ENGLISH.test(word) ? stemOf(word) : word];
    });
}

/** Every two neighbours of a run of Han characters. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((second, i) => characters[i] + second);
}
