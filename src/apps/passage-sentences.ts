/** The sentences of a passage, with their places in its document. */

import { headingsOf } from '../context/index.ts';
import type { Passage } from '../retrieve/index.ts';
import { splitSentences, type TextPiece } from '../text/index.ts';

const FINISHED = /[.!?。！？．…:：][\s"'”’)\]」』）]*$/u;
/** So much of the end of a line is looked at, in UTF-16 units: a text of any length is read in linear time. */
const TAIL = 16;
/** A sentence of lines that none of them ends goes on for so long, in UTF-16 units. */
const LONGEST_JOINED = 2000;
/** What begins an item of a list, a table or a quotation is no rest of the line before. */
const ITEM = /^(?:[-*+•|>#]|\d+[.)、])/u;

export interface PassageSentence extends TextPiece {
  /** The sentence or heading before it, which says what its pronouns stand for; empty for the first. */
  readonly before: string;
}

/**
 * The sentences; places are in UTF-16 units of the document. Headings are none. A line that ends in the middle of a sentence
 * goes on in the next, if no blank line is between.
 */
export function passageSentences({ text, start }: Pick<Passage, 'text' | 'start'>): PassageSentence[] {
  const headings = new Set(headingsOf(text).map((heading) => heading.start));
  const joined: { start: number; end: number; isHeading: boolean }[] = [];
  // Where the line of the piece begins, looked for behind the piece before it only.
  let [line, seen] = [0, 0];
  for (const piece of splitSentences(text)) {
    const lineBreak = text.slice(seen, piece.start).lastIndexOf('\n');
    if (lineBreak >= 0) line = seen + lineBreak + 1;
    seen = piece.start;
    const isHeading = headings.has(line);
    const last = joined.at(-1);
    const between = last ? text.slice(last.end, piece.start) : '';
    const goesOn =
      last &&
      !isHeading &&
      !last.isHeading &&
      /^[^\S\n]*\n[^\S\n]*$/.test(between) &&
      last.end - last.start < LONGEST_JOINED &&
      !FINISHED.test(text.slice(Math.max(last.start, last.end - TAIL), last.end)) &&
      !ITEM.test(piece.text);
    if (goesOn) last.end = piece.end;
    else joined.push({ start: piece.start, end: piece.end, isHeading });
  }
  const textOf = (piece: { readonly start: number; readonly end: number } | undefined): string =>
    piece ? text.slice(piece.start, piece.end) : '';
  return joined.flatMap((piece, i) => {
    if (piece.isHeading) return [];
    const places = { start: start + piece.start, end: start + piece.end };
    return [{ text: textOf(piece), ...places, before: textOf(joined[i - 1]) }];
  });
}
