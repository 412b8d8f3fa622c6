/** Where a text may be cut, and how well: at headings, blank lines, line ends, sentences, clauses, words; Chinese and English. */

import { sentenceEnds } from '../text/index.ts';

/** Kinds of borders, the best first. A border lies in front of the character at its place. */
export const levels = ['section', 'paragraph', 'line', 'sentence', 'clause', 'word'] as const;
export type Level = (typeof levels)[number];

/** A heading of a text. */
export interface Heading {
  /** Where its line begins. */
  readonly start: number;
  /** 1 is the highest. */
  readonly depth: number;
  readonly title: string;
}

/**
 * Markdown's `#`; `第三回 …` and kin; `Chapter 4`. One line, short: a sentence that begins with such words is no heading.
 * The part ranks above the chapter, the chapter above the section.
 */
const HEADING =
  /^(?:(#{1,6})[ \t]+(\S[^\n]{0,120}?)|[ \t\u3000]*((?:第[零〇一二三四五六七八九十百千两\d]{1,7}([部卷篇编回章节]))(?:[ \t\u3000][^\n。！？]{0,40})?|(?:part|book|chapter|section)[ \t]+(?:\d{1,4}|[ivxlc]{1,8})\b[^\n.!?]{0,60}[.:]?))[ \t\u3000]*#*\r?$/gimu;

const RANKS: { readonly [unit: string]: number } = { 部: 1, 卷: 1, 篇: 1, 编: 1, 回: 2, 章: 2, 节: 3 };

/** The headings of a text, in order. */
export function headingsOf(text: string): Heading[] {
  return Array.from(text.matchAll(HEADING), ({ index, 1: marks, 2: title, 3: line, 4: unit }) => ({
    start: index,
    depth:
      marks?.length ??
      RANKS[unit] ??
      (/^\W*(?:part|book)/i.test(line) ? 1 : /^\W*section/i.test(line) ? 3 : 2),
    title: (title ?? line).trim(),
  }));
}

/** For each heading the titles that stand over its text, from the highest down to its own. */
export function headingPaths(headings: readonly Heading[]): string[][] {
  const open: Heading[] = [];
  return headings.map((heading) => {
    while (open.length > 0 && open.at(-1)!.depth >= heading.depth) open.pop();
    open.push(heading);
    return open.map(({ title }) => title);
  });
}

/** Borders that one expression finds: each lies behind its match. */
const behind: { readonly [L in Exclude<Level, 'section' | 'sentence'>]: RegExp } = {
  paragraph: /\n[^\S\n]*\n\s*/g,
  line: /\n/g,
  clause: /[，；：、—]+[”’」』）]*|[,;:][ \t]+|[ \t][–—-]+[ \t]+/g,
  word: /[ \t]+/g,
};

/** The places of every level, each list in rising order. A place may stand in several lists. */
export type Borders = { readonly [L in Level]: readonly number[] };

/** The borders of a text, in one pass for each level. */
export function bordersOf(text: string, headings: readonly Heading[] = headingsOf(text)): Borders {
  const ends = (level: keyof typeof behind) =>
    Array.from(text.matchAll(behind[level]), (match) => match.index + match[0].length);
  return {
    section: headings.map(({ start }) => start),
    paragraph: ends('paragraph'),
    line: ends('line'),
    sentence: sentenceEnds(text),
    clause: ends('clause'),
    word: ends('word'),
  };
}

/** How many of the rising `places` are at most `place`. */
export function countUpTo(places: readonly number[], place: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last of the rising `places` in [from, to]; -1 if there is none. */
export function lastWithin(places: readonly number[], from: number, to: number): number {
  const place = places[countUpTo(places, to) - 1];
  return place !== undefined && place >= from ? place : -1;
}

/** The first of the rising `places` in [from, to]; -1 if there is none. */
export function firstWithin(places: readonly number[], from: number, to: number): number {
  const place = places[countUpTo(places, from - 1)];
  return place !== undefined && place <= to ? place : -1;
}
