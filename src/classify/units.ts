/** What a text is made of for a classifier: words by Unicode word breaks, Chinese by characters; or a tokenizer's tokens. */

import type { Tokenizer } from '../types.ts';

/** Cuts a text into units; `show` says for people what a unit is. */
export interface UnitCutter {
  cut(text: string): string[];
  show(unit: string): string;
}

/**
 * The default rule of Unicode word breaks (UAX #29) for what has letters or digits: ideographs and kana stand alone; letters,
 * digits and marks hold together, also over one mark between letters (don't, o.k.) or between digits (3.14).
 */
const UNIT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}_])+(?:(?:(?<=\p{L}\p{M}*)['’.·:](?=\p{L})|(?<=\p{N})[.,;'’](?=\p{N}))(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}\p{M}_])+)*/gu;

/** Words in small letters and Chinese characters; marks are passed over. */
export const wordCutter: UnitCutter = {
  cut: (text) => text.normalize('NFKC').toLowerCase().match(UNIT) ?? [],
  show: (unit) => unit,
};

/** The units of `wordCutter` with their places in the text, in UTF-16 units. */
export const placedUnits = (
  text: string,
): { readonly unit: string; readonly start: number; readonly end: number }[] =>
  Array.from(text.matchAll(UNIT), ({ 0: match, index }) => ({
    unit: match.normalize('NFKC').toLowerCase(),
    start: index,
    end: index + match.length,
  }));

/** The tokens of a tokenizer, each named by its number. */
export function tokenCutter(tokenizer: Tokenizer): UnitCutter {
  return {
    cut: (text) => Array.from(tokenizer.encode(text), String),
    show: (unit) => tokenizer.decode([Number(unit)], { keepSpecial: true }),
  };
}

/** Stands between the units of an n-gram. */
const JOINT = ' ';

/** Every run of so many neighbouring units, from the shortest to the longest, at each place. */
export function* ngramsOf(
  units: readonly string[],
  [shortest, longest]: readonly [number, number],
): Generator<string> {
  for (let start = 0; start < units.length; start++) {
    let gram = '';
    for (let length = 1; length <= longest && start + length <= units.length; length++) {
      gram = length === 1 ? units[start] : gram + JOINT + units[start + length - 1];
      if (length >= shortest) yield gram;
    }
  }
}

const IDEOGRAPHS = /(?<=\p{Script=Han}) (?=\p{Script=Han})/gu;

/** An n-gram for people: Chinese without spaces. */
export const showGram = (gram: string, { show }: UnitCutter): string =>
  gram.split(JOINT).map(show).join(JOINT).replaceAll(IDEOGRAPHS, '');
