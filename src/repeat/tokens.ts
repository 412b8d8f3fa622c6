/** How a text is cut before it is measured, and numbers for the pieces. */

import type { TextPiece } from '../text/index.ts';

/**
 * `words`: between white space; `characters`: every code point that is not white space (usual for Chinese);
 * `segments`: words as a dictionary finds them (Intl.Segmenter), for Chinese by word.
 */
export type TokenUnit = 'words' | 'characters' | 'segments';

/** Exactly what Python's `str.split()` splits on, so that published figures come out to the last digit. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: U+001C–U+001F are white space to Python.
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const LETTER = /\p{L}/gu;

/** Cuts a text into words, characters or segments. */
export function splitText(text: string, unit: TokenUnit): string[] {
  const words = text.split(WHITE_SPACE).filter((word) => word !== '');
  if (unit === 'words') return words;
  if (unit === 'characters') return words.flatMap((word) => [...word]);
  return words.flatMap((word) => Array.from(segmenter().segment(word), ({ segment }) => segment));
}

/** The same pieces with their places. */
export function locateText(text: string, unit: TokenUnit): TextPiece[] {
  let end = 0;
  return splitText(text, unit).map((piece) => {
    const start = text.indexOf(piece, end);
    end = start + piece.length;
    return { text: piece, start, end };
  });
}

let words: Intl.Segmenter | undefined;
const segmenter = (): Intl.Segmenter => (words ??= new Intl.Segmenter('zh', { granularity: 'word' }));

/** What a token says: a `word` says something, a `number` that something is counted, a `mark` nothing by itself. */
export type TokenClass = 'word' | 'number' | 'mark';

/**
 * The class of a token by its text: letters and ideographs (or part of one, U+FFFD) make a word, else digits a number.
 * With a tokenizer: `classify: (id) => classifyToken(decode([id]))`, kept in a table.
 */
export function classifyToken(text: string): TokenClass {
  if (/[\p{L}\p{M}\ufffd]/u.test(text)) return 'word';
  return /\p{N}/u.test(text) ? 'number' : 'mark';
}

/** `characters` when at least half of the letters are Han or kana, else `words`. */
export function guessUnit(texts: readonly string[]): TokenUnit {
  let letters = 0;
  let ideographs = 0;
  for (const text of texts) {
    letters += text.match(LETTER)?.length ?? 0;
    ideographs += text.match(IDEOGRAPH)?.length ?? 0;
  }
  return ideographs > 0 && 2 * ideographs >= letters ? 'characters' : 'words';
}

/** Numbers for pieces: the same piece gets the same id, ids count from 0. */
export function createVocabulary(): (tokens: Iterable<string>) => Int32Array {
  const known = new Map<string, number>();
  return (tokens) =>
    Int32Array.from(tokens, (token) => {
      let id = known.get(token);
      if (id === undefined) known.set(token, (id = known.size));
      return id;
    });
}
