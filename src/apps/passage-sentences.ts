/** The sentences of a passage, with their places in its document. */

import { headingsOf } from '../context/index.ts';
import type { Passage } from '../retrieve/index.ts';
import { splitSentences, type TextPiece } from '../text/index.ts';

const FINISHED = /[.!?。！？…:：][\s"'”’)\]」』）]*$/u;
/** What begins an item of a list, a table or a quotation is no rest of the line before. */
const ITEM = /^(?:[-*+•|>#]|\d+[.)、])/u;

/**
 * The sentences; places are in UTF-16 units of the document. Headings are none. A line that ends in the middle of a sentence
 * goes on in the next, if no blank line is between.
 */
export function passageSentences({ text, start }: Pick<Passage, 'text' | 'start'>): TextPiece[] {
  const headings = new Set(headingsOf(text).map((heading) => heading.start));
  const joined: { start: number; end: number; isHeading: boolean }[] = [];
  for (const piece of splitSentences(text)) {
    const isHeading = headings.has(text.lastIndexOf('\n', piece.start - 1) + 1);
    const last = joined.at(-1);
    const between = last ? text.slice(last.end, piece.start) : '';
    const goesOn =
      last &&
      !isHeading &&
      !last.isHeading &&
      /^[^\S\n]*\n[^\S\n]*$/.test(between) &&
      !FINISHED.test(text.slice(last.start, last.end)) &&
      !ITEM.test(piece.text);
    if (goesOn) last.end = piece.end;
    else joined.push({ start: piece.start, end: piece.end, isHeading });
  }
  return joined
    .filter(({ isHeading }) => !isHeading)
    .map((piece) => ({
      text: text.slice(piece.start, piece.end),
      start: start + piece.start,
      end: start + piece.end,
    }));
}
