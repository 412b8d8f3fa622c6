/** Finished text changed at random by rule: words and characters give way to others that may stand for them. */

import { createRng } from '../rng.ts';
import { fail } from './errors.ts';
import { checkInteger, checkNumber } from './options.ts';

export interface VaryOptions {
  /** Sets of at least two words or characters that may stand for one another; a word is in one of them. */
  readonly sets: readonly (readonly string[])[];
  /** With what probability each place where one of them stands is changed. Default 0.5. */
  readonly rate?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** One place that was changed; `at` counts UTF-16 units of the text before. */
export interface Variation {
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

export interface VariedText {
  readonly text: string;
  readonly variations: readonly Variation[];
}

/**
 * A function from a text to one varied by the rules: the same seed and text, the same result. The longest word that stands
 * at a place counts; a word of letters is met whole only, an ideograph anywhere. A capital at the beginning stays one.
 *
 * @example
 * varyText({ sets: [['big', 'large', 'great'], ['月', '蟾']], seed: 1 })('A big house')
 */
export function varyText({ sets, rate = 0.5, seed = 0 }: VaryOptions): (text: string) => VariedText {
  checkNumber('rate', rate, 'in [0, 1]', (value) => value >= 0 && value <= 1);
  checkInteger('seed', seed, 0);
  const others = new Map<string, readonly string[]>();
  for (const set of sets) {
    for (const word of set) {
      const isClash = word === '' || others.has(word.toLowerCase()) || set.length < 2;
      if (isClash) throw fail('decode/vary-set', { word, set: set.join(' | ') });
      others.set(
        word.toLowerCase(),
        set.filter((other) => other !== word),
      );
    }
  }
  const words = [...others.keys()].sort((a, b) => b.length - a.length).map(wholeWord);
  if (words.length === 0) return (text) => ({ text, variations: [] });
  const pattern = new RegExp(words.join('|'), 'giu');

  return (text) => {
    const rng = createRng(seed).split('vary');
    const variations: Variation[] = [];
    const varied = text.replace(pattern, (from, at: number) => {
      const choices = others.get(from.toLowerCase()) ?? [];
      if (choices.length === 0 || rng.uniform() >= rate) return from;
      const to = likeCapital(from, choices[rng.integer(choices.length)]);
      variations.push({ at, from, to });
      return to;
    });
    return { text: varied, variations };
  };
}

/** A pattern that a word of an alphabet meets whole only. */
function wholeWord(word: string): string {
  const escaped = word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  const before = ALPHABETIC.test(word.at(0)!) ? '(?<![\\p{L}\\p{M}\\p{N}])' : '';
  const after = ALPHABETIC.test(word.at(-1)!) ? '(?![\\p{L}\\p{M}\\p{N}])' : '';
  return before + escaped + after;
}

/** Letters of scripts that write words apart. */
const ALPHABETIC = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]/u;

function likeCapital(from: string, to: string): string {
  const isCapital = from[0] !== from[0].toLowerCase();
  return isCapital ? to[0].toUpperCase() + to.slice(1) : to;
}
