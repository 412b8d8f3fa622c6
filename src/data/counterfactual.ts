/**
 * Counterfactual data augmentation: the same text about the other group, by exchange of paired words (Zhao et al. 2018, "Gender Bias in
 * Coreference Resolution"; Lu et al. 2018, "Gender Bias in Neural Natural Language Processing").
 */

import { likeCase, piecesOf } from './augment.ts';
import { fail } from './errors.ts';
import { wordLineLimits, wordLines } from './word-lines.ts';

/** What stands in the place of a word, by the word in small letters. */
export interface WordPairs {
  readonly other: ReadonlyMap<string, string>;
  /** Characters of the longest word. */
  readonly longest: number;
}

/**
 * Reads pairs, one a line with a comma or tab between; `#` begins a remark. Each word becomes the other. Of several lines with a word the
 * first counts: `him,her` before `his,her` makes "him" of "her".
 */
export function parseWordPairs(text: string, path: string): WordPairs {
  const other = new Map<string, string>();
  const refuse = (line: number, rule: string, got: unknown) =>
    fail('data/word-pairs', { path, line, rule, got });
  let longest = 0;
  for (const { line, words } of wordLines(text, refuse)) {
    const [a, b, extra] = words;
    if (extra !== undefined) throw refuse(line, 'two words', words.length);
    if (a.toLowerCase() === b.toLowerCase()) throw refuse(line, 'two different words', a);
    for (const [word, instead] of [
      [a, b],
      [b, a],
    ]) {
      const key = word.toLowerCase();
      if (!other.has(key)) other.set(key, instead);
      longest = Math.max(longest, key.length);
    }
    if (other.size > wordLineLimits.words)
      throw refuse(line, `at most ${wordLineLimits.words} words in all`, other.size);
  }
  return { other, longest };
}

/** Where "he's" or "father's" ends as a word of its own; not "don't", in which no "don" stands. */
const ENDING = /(?=['’](?:s|d|ll|re|ve|m)$)/iu;

/**
 * The text with every word of a pair exchanged, the longest first; capitals stay where they were. Words are cut as for `augmenter`, so that
 * 他 is not exchanged in 其他, and before 's; a pair may be of several words. The text itself where there is nothing to exchange.
 */
export function counterfactual(text: string, { other, longest }: WordPairs): string {
  const pieces = piecesOf(text).flatMap((piece) => piece.text.split(ENDING));
  let made = '';
  for (let i = 0; i < pieces.length; ) {
    let found: { readonly word: string; readonly instead: string; readonly end: number } | undefined;
    let word = '';
    for (let end = i; end < pieces.length && word.length < longest; ) {
      word += pieces[end++];
      const instead = other.get(word.toLowerCase());
      if (instead !== undefined) found = { word, instead, end };
    }
    made += found ? likeCapitals(found.instead, found.word) : pieces[i];
    i = found?.end ?? i + 1;
  }
  return made;
}

const CAPITAL = /\p{Lu}/u;

/** One capital is the beginning of a sentence or a name, several are a shout; a word that has capitals of its own keeps them. */
function likeCapitals(word: string, model: string): string {
  const isShout = model.length > 1 && model === model.toUpperCase() && CAPITAL.test(model);
  return isShout ? word.toUpperCase() : likeCase(word, model);
}
