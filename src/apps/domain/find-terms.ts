/** Finds the names of terms in a text, English by words and Chinese by characters on borders of words; the longest stands. */

import { type TextPiece, wordSegmenter } from '../../text/index.ts';

/** A name and what it stands for. */
export interface NamedValue<Value> {
  readonly name: string;
  readonly value: Value;
}

export interface FoundName<Value> {
  readonly value: Value;
  /** As it stands in the text: `text.slice(start, end)`, in UTF-16 units. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What is written in capitals alone, such as NDA, is found only so. */
const ABBREVIATION = /^\p{Lu}{2,6}$/u;
const HAN = /\p{Script=Han}/u;
/** What may stand between the words of one name. */
const BETWEEN = /^[\s\-–/&’']{0,3}$/u;

interface WordsOfName<Value> {
  readonly words: readonly string[];
  readonly isExact: boolean;
  readonly value: Value;
}

const segment = wordSegmenter();

const folded = (word: string): string => word.normalize('NFKC').toLowerCase();

/** A word and what it may be the plural of. */
function formsOf(word: string): string[] {
  const forms = [word];
  if (word.endsWith('s')) forms.push(word.slice(0, -1));
  if (word.endsWith('es')) forms.push(word.slice(0, -2));
  if (word.endsWith('ies')) forms.push(`${word.slice(0, -3)}y`);
  if (/[’']s$/.test(word)) forms.push(word.slice(0, -2));
  return forms;
}

/**
 * A finder of these names, in time that grows with the text. Letters may be capital or small, but not those of an abbreviation;
 * English names are found in the plural too. What it finds does not overlap.
 */
export function nameFinder<Value>(names: readonly NamedValue<Value>[]): (text: string) => FoundName<Value>[] {
  const byWord = new Map<string, WordsOfName<Value>[]>();
  const byCharacter = new Map<string, { readonly name: string; readonly value: Value }[]>();
  const put = <Row>(map: Map<string, Row[]>, key: string, row: Row): void => {
    const rows = map.get(key);
    if (rows) rows.push(row);
    else map.set(key, [row]);
  };
  for (const { name, value } of names) {
    if (HAN.test(name)) {
      const low = name.toLowerCase();
      put(byCharacter, low[0], { name: low, value });
      continue;
    }
    const isExact = ABBREVIATION.test(name);
    const words = segment(name).map(({ text }) => (isExact ? text : folded(text)));
    if (words.length > 0) put(byWord, words[0], { words, isExact, value });
  }
  // The longest first.
  for (const rows of byWord.values()) rows.sort((a, b) => b.words.length - a.words.length);
  for (const rows of byCharacter.values()) rows.sort((a, b) => b.name.length - a.name.length);

  const atWord = (text: string, words: readonly TextPiece[], at: number): FoundName<Value> | undefined => {
    const matches = (row: WordsOfName<Value>): boolean =>
      row.words.every((word, i) => {
        const piece = words[at + i];
        if (!piece) return false;
        if (i > 0 && !BETWEEN.test(text.slice(words[at + i - 1].end, piece.start))) return false;
        if (row.isExact) return piece.text === word || piece.text === `${word}s`;
        const own = folded(piece.text);
        return own === word || (i === row.words.length - 1 && formsOf(own).includes(word));
      });
    const own = words[at].text;
    const keys = new Set([own, own.replace(/s$/, ''), ...formsOf(folded(own))]);
    let best: WordsOfName<Value> | undefined;
    for (const key of keys) {
      const row = byWord.get(key)?.find(matches);
      if (row && row.words.length > (best?.words.length ?? 0)) best = row;
    }
    if (!best) return undefined;
    const [start, end] = [words[at].start, words[at + best.words.length - 1].end];
    return { value: best.value, name: text.slice(start, end), start, end };
  };

  return (text) => {
    const words = segment(text);
    const low = text.toLowerCase();
    // Lower case may be longer than what it is of, in a few alphabets: places would be others.
    const lowered = low.length === text.length ? low : text;
    const found: FoundName<Value>[] = [];
    /** For each place inside of a word, which of the words that is; -1 at a border. */
    const inside = new Int32Array(text.length + 1).fill(-1);
    for (const [i, { start, end }] of words.entries()) inside.fill(i, start + 1, end);
    /** A name may be a part of a longer word, but not hold the end of one or the beginning of the next. */
    const isWhole = (start: number, end: number): boolean =>
      (inside[start] < 0 || words[inside[start]].end >= end) &&
      (inside[end] < 0 || words[inside[end]].start <= start);
    let at = 0;
    let word = 0;
    while (at < text.length) {
      while (word < words.length && words[word].start < at) word++;
      const ofWords = words[word]?.start === at ? atWord(text, words, word) : undefined;
      const row = byCharacter
        .get(lowered[at])
        ?.find(({ name }) => lowered.startsWith(name, at) && isWhole(at, at + name.length));
      const ofCharacters = row && {
        value: row.value,
        name: text.slice(at, at + row.name.length),
        start: at,
        end: at + row.name.length,
      };
      const [one, other] = [ofWords, ofCharacters];
      const best = one && other ? (one.end >= other.end ? one : other) : (one ?? other);
      if (best) found.push(best);
      at = best ? best.end : at + 1;
    }
    return found;
  };
}
