/** Where a text cites: `[3]`, `[2, 5–7]`, `(Smith et al., 2019)`, `张三等（2019）`, `\cite{key}`, `[@key]`. */

import { lineFinder, stretchFinder } from './flow.ts';
import type { Reference } from './reference-list.ts';
import { titleKey } from './work.ts';

/** What one mark of the text names. */
export type CitedAs =
  | { readonly by: 'number'; readonly number: number }
  | { readonly by: 'key'; readonly key: string }
  | { readonly by: 'author'; readonly author: string; readonly year: number };

export interface CitedPlace {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly text: string;
  readonly cited: CitedAs;
  /** Which entry of the list it is, from 0; null where the list has none. */
  readonly reference: number | null;
}

const NUMBERS = /(?<![\]\\!])[[［【]\s*(\d{1,3}(?:\s*(?:[-–—~,，、;；])\s*\d{1,3})*)\s*[\]］】](?![(:：])/gu;
const KEYS = /\\(?:[a-zA-Z]{0,12}cite[a-zA-Z]{0,12})\*?(?:\[[^\]\n]{0,100}\]){0,2}\{([^}\n]{1,500})\}/g;
const PANDOC = /(?<![\w.])@([\p{L}\p{N}_][\p{L}\p{N}_:.#$%&+?<>~/-]{0,80}[\p{L}\p{N}_]|[\p{L}\p{N}_])/gu;
const BRACKETED = /[(（]([^()（）\n]{3,300}?(?:1[89]|20)\d\d[a-z]?[^()（）\n]{0,120})[)）]/gu;
const NARRATIVE =
  /(?<![\p{L}\p{M}'’-])(\p{Lu}[\p{L}\p{M}'’-]{1,40})(?:\s{1,3}et\s{1,3}al\.?|(?:\s?,\s{0,3}\p{Lu}[\p{L}'’-]{1,40}){0,8},?\s{1,3}(?:and|&)\s{1,3}\p{Lu}[\p{L}'’-]{1,40}|'s|’s)?\s{0,3}[(（]((?:1[89]|20)\d\d)[a-z]?[)）]/gu;
const HAN_NARRATIVE =
  /(\p{Script=Han}{2,6}?)(?:等人?|(?:和|与|、)\p{Script=Han}{2,4})?\s*[(（]((?:1[89]|20)\d\d)[a-z]?[)）]/gu;
const AUTHOR_YEAR =
  /((?:van|von|de|del|di|da|la|le)\s+)?(\p{Lu}[\p{L}\p{M}'’-]{1,40}|\p{Script=Han}{2,4}?)(?:等人?|\s+et\s+al\.?|[^;；\d]{0,120}?)[,，\s]\s*((?:1[89]|20)\d\d)[a-z]?/u;

/** Places that are read at most. */
const MOST_PLACES = 20_000;
/** Ranges are not longer. */
const LONGEST_RANGE = 60;

/** Every mark, in order; a mark that names several works stands there once for each. Text inside `skip` is passed over. */
export function citedPlaces(
  text: string,
  references: readonly Reference[],
  skip: readonly { readonly start: number; readonly end: number }[] = [],
): CitedPlace[] {
  const lineOf = lineFinder(text);
  const places: CitedPlace[] = [];
  const find = finderOf(references);
  const skipped = stretchFinder(skip);
  const add = (start: number, own: string, cited: CitedAs): void => {
    if (skipped(start) || places.length >= MOST_PLACES) return;
    places.push({
      start,
      end: start + own.length,
      line: lineOf(start),
      text: own,
      cited,
      reference: find(cited),
    });
  };
  // NOTE Marks by number count only where the list is numbered: an index into an array is none.
  const hasNumbers = references.length === 0 || references.some(({ number }) => number !== undefined);
  if (hasNumbers) {
    for (const { index, 0: own, 1: list } of text.matchAll(NUMBERS)) {
      for (const number of numbersIn(list)) add(index, own, { by: 'number', number });
    }
  }
  for (const { index, 0: own, 1: list } of text.matchAll(KEYS)) {
    for (const key of list.split(','))
      if (key.trim() && key.trim() !== '*') add(index, own, { by: 'key', key: key.trim() });
  }
  for (const { index, 0: own, 1: key } of text.matchAll(PANDOC)) add(index, own, { by: 'key', key });
  for (const { index, 0: own, 1: inner } of text.matchAll(BRACKETED)) {
    for (const part of inner.split(/[;；]/)) {
      const [, particle = '', author, year] = AUTHOR_YEAR.exec(part) ?? [];
      if (author !== undefined && isAuthor(author))
        add(index, own, { by: 'author', author: particle + author, year: Number(year) });
    }
  }
  for (const pattern of [NARRATIVE, HAN_NARRATIVE]) {
    for (const { index, 0: own, 1: author, 2: year } of text.matchAll(pattern)) {
      if (isAuthor(author)) add(index, own, { by: 'author', author, year: Number(year) });
    }
  }
  return places.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Months, and words that stand before a year in brackets without being names. */
const NO_AUTHOR =
  /^(?:in|since|from|until|during|see|the|figure|fig|table|section|january|february|march|april|may|june|july|august|september|october|november|december|version|released|published|started|经|自|至|从|截至|年|于|在)$/i;

const isAuthor = (word: string): boolean => !NO_AUTHOR.test(word);

function numbersIn(list: string): number[] {
  return list.split(/[,，、;；]/).flatMap((part) => {
    const [from, to = from] = part.split(/[-–—~]/).map((digits) => Number(digits.trim()));
    if (!(to >= from && to - from <= LONGEST_RANGE)) return [from];
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
}

/** Which entry a mark names. */
function finderOf(references: readonly Reference[]): (cited: CitedAs) => number | null {
  const byNumber = new Map(references.map(({ number }, i) => [number, i]));
  const byKey = new Map(references.map(({ key }, i) => [key, i]));
  const families = references.map(({ authors: [first] }) => (first ? titleKey(first.family) : ''));
  return (cited) => {
    if (cited.by === 'number') return byNumber.get(cited.number) ?? null;
    if (cited.by === 'key') return byKey.get(cited.key) ?? null;
    const author = titleKey(cited.author);
    const isHan = /\p{Script=Han}/u.test(author);
    // Behind Chinese words a name has no beginning of its own.
    const at = references.findIndex(({ year }, i) => {
      const family = families[i];
      if (family === '' || year !== cited.year) return false;
      return isHan
        ? author.endsWith(family) || family.startsWith(author)
        : family === author || family.endsWith(author);
    });
    return at < 0 ? null : at;
  };
}
