/** Words that call a person, found in what a customer says. */

import { type WordSegmenter, wordSegmenter } from '../../text/index.ts';

const HAN = /\p{Script=Han}/u;
/** What goes on with a word that is not Chinese. */
const LETTER = /[\p{L}\p{M}\p{N}_]/u;
/** Of an English word: `lawyers`, `boxes`. */
const ENDING = /^(?:s|es)(?![\p{L}\p{M}\p{N}_])/u;

/**
 * Whether a text holds one of the words, whatever its case and width. A word of letters stands by itself, in the plural too: `human`
 * is not in `humane`. A Chinese one may be a part of another (律师 in 律师函), and is not made of the end of one and the beginning of the
 * next (事故 in 大事故意).
 */
export function findsWord(words: readonly string[]): (text: string) => boolean {
  const wanted = words.map(plain).filter((word) => word !== '');
  let segment: WordSegmenter | undefined;
  return (text) => {
    const said = plain(text);
    let ends: ReadonlySet<number> | undefined;
    const isEnd = (at: number): boolean => {
      segment ??= wordSegmenter();
      ends ??= new Set(segment(said).flatMap(({ start, end }) => [start, end]));
      return ends.has(at);
    };
    return wanted.some((word) => stands(word, said, isEnd));
  };
}

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().trim();

function stands(word: string, said: string, isEnd: (at: number) => boolean): boolean {
  for (let at = said.indexOf(word); at >= 0; at = said.indexOf(word, at + 1)) {
    const end = at + word.length;
    const [first, last] = [firstOf(word), lastOf(word)];
    if (isLetter(first) && isLetter(lastOf(said.slice(0, at)))) continue;
    if (isLetter(last) && isLetter(firstOf(said.slice(end))) && !ENDING.test(said.slice(end))) continue;
    if (HAN.test(first) && HAN.test(last) && isMadeOfTwo(at, end, isEnd)) continue;
    return true;
  }
  return false;
}

/** It begins and ends within words, and a word ends within it. */
function isMadeOfTwo(start: number, end: number, isEnd: (at: number) => boolean): boolean {
  if (isEnd(start) || isEnd(end)) return false;
  for (let at = start + 1; at < end; at++) if (isEnd(at)) return true;
  return false;
}

const isLetter = (character: string): boolean => LETTER.test(character) && !HAN.test(character);
const firstOf = (text: string): string => [...text.slice(0, 2)][0] ?? '';
const lastOf = (text: string): string => [...text.slice(-2)].at(-1) ?? '';
