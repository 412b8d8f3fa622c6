/** Sentences and sections of a text, with their places. */

/** A piece of a text and where it stands, in UTF-16 units. */
export interface TextPiece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * A full stop, perhaps in closing quotes; Chinese ones need no space behind, nor do others between Han characters. `．` is a
 * Chinese one, but not behind a number.
 */
const SENTENCE_END =
  /(?:(?<![.!?])[.!?]+["'”’)\]]*(?=\s|$)|(?<=\p{Script=Han})[.!?]+["'”’)\]]*(?=\p{Script=Han})|(?:[。！？…]|(?<!\p{N})．)+[”’」』）]*|\n)/gu;
/** A period after these ends no sentence. */
const ABBREVIATION = /(?:^|[\s(。！？])(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Prof|No|vs|etc|e\.g|i\.e)\.$/u;

/** Where the sentences of a text end: behind the mark and its closing quotes; behind a line break, too. */
export function sentenceEnds(text: string): number[] {
  return [...text.matchAll(SENTENCE_END)]
    .map((match) => match.index + match[0].length)
    .filter((end) => !ABBREVIATION.test(text.slice(Math.max(0, end - 8), end)));
}

/** The sentences of a text, with their places; a line break ends one too. White space around them is left out. */
export const splitSentences = (text: string): TextPiece[] => piecesBetween(text, sentenceEnds(text));

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
