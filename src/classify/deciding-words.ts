/**
 * Which words of a text decided, with their places in it: those that a linear model weighs, or for any other what the score of the label
 * loses when they are left out (erasure; Li, Monroe and Jurafsky 2016).
 */

import type { WordWeight } from './classifier.ts';
import { placedUnits, showGram, wordCutter } from './units.ts';

export interface PlacedWord extends WordWeight {
  /** Every place where it stands, in UTF-16 units. */
  readonly places: readonly (readonly [start: number, end: number])[];
}

/** Units of an n-gram that is looked for. */
const LONGEST = 5;

/** Where the n-grams of a text stand in it, as `explain` names them; none for units that are no words. */
export function placeWords(text: string, words: readonly WordWeight[]): PlacedWord[] {
  const found = new Map(words.map((word) => [word.text, [] as [number, number][]]));
  const units = placedUnits(text);
  units.forEach(({ start }, i) => {
    for (let length = 1; length <= Math.min(LONGEST, units.length - i); length++) {
      const gram = units.slice(i, i + length);
      const name = showGram(gram.map(({ unit }) => unit).join(' '), wordCutter);
      found.get(name)?.push([start, gram.at(-1)!.end]);
    }
  });
  return words.map((word) => ({ ...word, places: found.get(word.text)! }));
}

/** Readings of a text at most, beside the whole one: of longer texts several neighbouring words are left out together. */
const MOST_OMISSIONS = 48;

/**
 * Leaves out one word after another and takes what `scoresOf` then says from what it says of the whole text: the weight of a word, the
 * heaviest first.
 */
export async function wordsByOmission(
  text: string,
  scoresOf: (texts: readonly string[]) => Promise<readonly number[]>,
): Promise<PlacedWord[]> {
  const units = placedUnits(text);
  const together = Math.ceil(units.length / MOST_OMISSIONS);
  const stretches: [start: number, end: number][] = [];
  for (let i = 0; i < units.length; i += together) {
    stretches.push([units[i].start, units[Math.min(i + together, units.length) - 1].end]);
  }
  const without = stretches.map(([start, end]) => text.slice(0, start) + text.slice(end));
  const [whole, ...rest] = await scoresOf([text, ...without]);
  return stretches
    .map((place, i) => ({ text: text.slice(...place), weight: whole - rest[i], places: [place] }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
