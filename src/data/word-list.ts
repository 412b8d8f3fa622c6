/** A list of words and phrases that texts must not hold, such as insults: given by whoever filters, none is built in. */

import type { CleaningRule } from './clean.ts';
import { fail } from './errors.ts';

/** What a list may hold. */
export const wordListLimits = { entries: 200_000, entryCharacters: 200 } as const;

const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
const LETTER = /[\p{L}\p{N}]/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** A place where a word may end or begin: not between two letters, unless one of them is of a script without spaces. */
const joins = (a: string, b: string): boolean =>
  LETTER.test(a) && LETTER.test(b) && !UNSPACED.test(a) && !UNSPACED.test(b);

/** The entries of a list: one a line; empty lines and those that begin with `#` are none. */
export function parseWordList(text: string, path: string): string[] {
  const { entries: most, entryCharacters } = wordListLimits;
  const entries = new Set<string>();
  for (const [i, line] of text.split('\n').entries()) {
    const entry = plain(line.trim());
    if (entry === '' || entry.startsWith('#')) continue;
    if (entry.length > entryCharacters) {
      const rule = `at most ${entryCharacters} characters long`;
      throw fail('data/word-list', { path, line: i + 1, rule, got: entry.length });
    }
    entries.add(entry);
    if (entries.size > most)
      throw fail('data/word-list', { path, line: i + 1, rule: `one of at most ${most}`, got: most + 1 });
  }
  if (entries.size === 0)
    throw fail('data/word-list', { path, line: 1, rule: 'a word or phrase', got: 'none' });
  return [...entries];
}

/**
 * A function that finds the first entry in a text, if one is there. Case and width do not count. Words of letters are found as whole words
 * only ("ass" is not in "classic"), Chinese and Japanese ones anywhere.
 */
export function wordFinder(entries: readonly string[]): (text: string) => string | undefined {
  const words = new Set(entries.map(plain));
  const lengths = new Map<string, number[]>();
  for (const word of words) {
    const known = lengths.get(word[0]);
    if (!known) lengths.set(word[0], [word.length]);
    else if (!known.includes(word.length)) known.push(word.length);
  }
  for (const known of lengths.values()) known.sort((a, b) => b - a);
  return (text) => {
    const hay = plain(text);
    for (let i = 0; i < hay.length; i++) {
      const candidates = lengths.get(hay[i]);
      if (!candidates || (i > 0 && joins(hay[i - 1], hay[i]))) continue;
      for (const length of candidates) {
        const found = hay.slice(i, i + length);
        if (!words.has(found)) continue;
        const end = i + length;
        if (end >= hay.length || !joins(hay[end - 1], hay[end])) return found;
      }
    }
    return undefined;
  };
}

/** Drops documents that hold an entry of the list (C4's rule for such words); counted by entry. */
export function wordListRule(entries: readonly string[]): CleaningRule {
  const find = wordFinder(entries);
  return {
    name: 'word-list',
    label: { en: () => 'a word of the block list', zh: () => '含屏蔽词' },
    apply(text, _document, count) {
      const found = find(text);
      if (found === undefined) return text;
      count(found);
      return undefined;
    },
  };
}
