/** Sentences and sections of a text, and when two of them are the same. */

import type { TextPiece } from './tokens.ts';

/** A full stop, perhaps in closing quotes; Chinese ones need no space behind. */
const SENTENCE_END = /(?:[.!?]+["'”’)\]]*(?=\s|$)|[。！？…]+[”’」』）]*|\n)/gu;
/** A period after these ends no sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Prof|No|vs|etc|e\.g|i\.e)\.$/u;

/** The sentences of a text, with their places; a line break ends one too. White space around them is left out. */
export function splitSentences(text: string): TextPiece[] {
  const ends = [...text.matchAll(SENTENCE_END)]
    .map((match) => match.index + match[0].length)
    .filter((end) => !ABBREVIATION.test(text.slice(Math.max(0, end - 8), end)));
  return piecesBetween(text, ends);
}

/** The sections of a text: what blank lines set apart. */
export function splitSections(text: string): TextPiece[] {
  return piecesBetween(
    text,
    [...text.matchAll(/\n[^\S\n]*\n/g)].map((match) => match.index + match[0].length),
  );
}

function piecesBetween(text: string, ends: readonly number[]): TextPiece[] {
  let from = 0;
  return [...ends, text.length].flatMap((to) => {
    const raw = text.slice(from, to);
    const start = from + raw.length - raw.trimStart().length;
    const piece = raw.trim();
    from = to;
    return piece === '' ? [] : [{ text: piece, start, end: start + piece.length }];
  });
}

/** The words and numbers of a text as they are compared: no case, no width, no punctuation; Han and kana one by one. */
export function comparableWords(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(
        /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\P{L}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+|\p{N}+/gu,
      ) ?? []
  );
}

/** Two texts with the same key say the same. */
export function comparisonKey(text: string): string {
  return comparableWords(text).join(' ');
}
