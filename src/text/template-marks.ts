/**
 * Which special tokens of a rendered template are its own. The strings of a template carry marks where one of its tokens
 * may begin and end; what a message spells has none, so it stays ordinary text.
 */

import { createAddedTokenFinder } from './added-tokens.ts';
import { type SpecialToken, special } from './special.ts';

/** Two characters of private use that occur nowhere in the input. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

/** Marks that are not in any of these texts. `undefined` for a text that uses up the whole private area. */
export function marksFor(texts: readonly string[]): Marks | undefined {
  const used = new Set<string>();
  for (const text of texts) for (const [character] of text.matchAll(/[\ue000-\uf8ff]/g)) used.add(character);
  const free: string[] = [];
  for (let code = 0xe000; code <= 0xf8ff && free.length < 2; code++) {
    const character = String.fromCharCode(code);
    if (!used.has(character)) free.push(character);
  }
  return free.length === 2 ? { begin: free[0], end: free[1] } : undefined;
}

/**
 * Puts the marks into a string of the template: around every special token in it, before a beginning of one at its end,
 * and after an end of one at its beginning; so `'<|' + role + '|>'` is marked too.
 */
export function markText(text: string, names: readonly string[], { begin, end }: Marks): string {
  const begins = new Set<number>();
  const ends = new Set<number>();
  let at = 0;
  createAddedTokenFinder(names.map((content, id) => ({ id, content })))?.(
    text,
    (part) => (at += part.length),
    ({ content }) => {
      begins.add(at);
      at += content.length;
      ends.add(at);
    },
  );
  for (const name of names) {
    for (let length = 1; length < name.length; length++) {
      if (text.endsWith(name.slice(0, length))) begins.add(text.length - length);
      if (text.startsWith(name.slice(-length))) ends.add(length);
    }
  }
  let marked = '';
  for (let i = 0; i <= text.length; i++) {
    if (ends.has(i)) marked += end;
    if (begins.has(i)) marked += begin;
    marked += text.charAt(i);
  }
  return marked;
}

/** The texts and the template's own special tokens of what was rendered; the marks are gone. */
export function readMarked(
  rendered: string,
  names: readonly string[],
  { begin, end }: Marks,
): (string | SpecialToken)[] {
  const begins = new Set<number>();
  const ends = new Set<number>();
  let text = '';
  for (const part of rendered.split(new RegExp(`([${begin}${end}])`))) {
    if (part === begin) begins.add(text.length);
    else if (part === end) ends.add(text.length);
    else text += part;
  }
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  const parts: (string | SpecialToken)[] = [];
  let done = 0;
  for (const at of begins) {
    if (at < done) continue;
    const name = longestFirst.find((one) => text.startsWith(one, at) && ends.has(at + one.length));
    if (name === undefined) continue;
    if (at > done) parts.push(text.slice(done, at));
    parts.push(special(name));
    done = at + name.length;
  }
  if (done < text.length) parts.push(text.slice(done));
  return parts;
}
