/** Citations in an answer, `[2]`: which passages they name, and which sentence each belongs to. */

import { splitSentences } from '../text/index.ts';

/** `[2]`, `[1, 3]`, `【2】`, with the white space before it. */
const MARK = /(?<!\s)\s*(?:\[|【|［)\s*(\d{1,3}(?:\s*[,，、;；]\s*\d{1,3})*)\s*(?:\]|】|］)/gu;
/** The end of a text that may become a mark, or white space before one. */
const UNSETTLED = /(?<!\s)\s*(?:(?:\[|【|［)[\d\s,，、;；]*)?$/u;
const ENDS_IN_WORD = /[\p{L}\p{M}\p{N}]$/u;
const BEGINS_IN_WORD = /^[\p{L}\p{M}\p{N}]/u;

/** A sentence of an answer, without its marks. */
export interface CitedSentence {
  readonly text: string;
  /** Each passage named, once, in order. */
  readonly numbers: readonly number[];
}

/** An answer whose marks name passages that were given, written `[n]`. */
export interface CitedText {
  readonly text: string;
  /** Without any mark. */
  readonly plain: string;
  readonly sentences: readonly CitedSentence[];
  /** What was named and not given; removed. */
  readonly unknown: readonly number[];
  /** Whether more sentences followed. */
  readonly isCut: boolean;
}

/** Of a text that is still being written: what no later word can change. */
export const settledPart = (text: string): string => text.replace(UNSETTLED, '');

/**
 * Reads the marks of an answer to `given` passages. A mark belongs to the sentence that it stands in or behind.
 * `maxSentences` cuts after so many.
 */
export function readCitations(
  written: string,
  given: number,
  maxSentences = Number.POSITIVE_INFINITY,
): CitedText {
  const marks: Mark[] = [];
  let plain = '';
  let from = 0;
  for (const match of written.matchAll(MARK)) {
    plain += written.slice(from, match.index);
    from = match.index + match[0].length;
    const space = /^\s/.test(match[0]) ? ' ' : '';
    // What a mark kept apart stays apart: nobody has looked at the two as one word. Two units hold any character.
    const isInWord = ENDS_IN_WORD.test(plain.slice(-2)) && BEGINS_IN_WORD.test(written.slice(from, from + 2));
    const gap = isInWord ? ' ' : '';
    marks.push({ at: plain.length, space, gap, numbers: match[1].split(/\D+/).map(Number) });
    plain += gap;
  }
  plain += written.slice(from);
  const found = splitSentences(plain);
  const isCut = found.length > maxSentences;
  const end = isCut ? found[maxSentences].start : plain.length;
  const isGiven = (number: number) => number >= 1 && number <= given;
  const shown = marks.filter(({ at }) => at <= end);
  let text = '';
  let place = 0;
  for (const { at, space, gap, numbers } of shown) {
    const known = numbers.filter(isGiven).map((number) => `[${number}]`);
    text += plain.slice(place, at) + (known.length > 0 ? space : '') + known.join('');
    place = known.length > 0 ? at + gap.length : at;
  }
  text += plain.slice(place, end);
  const sentences = found.slice(0, maxSentences).map((sentence, i) => {
    const after = i === 0 ? -1 : sentence.start;
    const before = found[i + 1]?.start ?? Number.POSITIVE_INFINITY;
    const own = shown.filter(({ at }) => at > after && at <= before);
    return { text: sentence.text, numbers: distinct(own).filter(isGiven) };
  });
  const unknown = distinct(shown).filter((number) => !isGiven(number));
  return { text: text.trim(), plain: plain.slice(0, end), sentences, unknown, isCut };
}

/** One mark: where it stood in the text without marks, the white space before it, and what keeps the words around it apart. */
interface Mark {
  readonly at: number;
  readonly space: string;
  readonly gap: string;
  readonly numbers: readonly number[];
}

const distinct = (marks: readonly Mark[]): number[] => [...new Set(marks.flatMap(({ numbers }) => numbers))];
