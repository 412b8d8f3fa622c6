/** Sets of characters (Unicode scalar values: no surrogates) as sorted ranges that do not touch. */

export type CharacterSet = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;
const SURROGATES: CharacterSet = [[0xd800, 0xdfff]];

/** The set of all these ranges together; they may overlap and come in any order. Surrogates are left out. */
export function characterSet(...ranges: readonly (readonly [first: number, last: number])[]): CharacterSet {
  return subtract(merge(ranges), SURROGATES);
}

/** The set of the characters of a text. */
export function charactersOf(text: string): CharacterSet {
  return characterSet(...Array.from(text, (c) => [c.codePointAt(0)!, c.codePointAt(0)!] as const));
}

export const anyCharacter: CharacterSet = characterSet([0, LAST]);

export function union(...sets: readonly CharacterSet[]): CharacterSet {
  return merge(sets.flat());
}

/** The characters of `set` that are not in `without`. */
export function subtract(set: CharacterSet, without: CharacterSet): CharacterSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    let from = first;
    while (next < without.length && without[next][1] < from) next++;
    for (let i = next; i < without.length && without[i][0] <= last; i++) {
      if (without[i][0] > from) rest.push([from, without[i][0] - 1]);
      from = Math.max(from, without[i][1] + 1);
    }
    if (from <= last) rest.push([from, last]);
  }
  return rest;
}

export const complement = (set: CharacterSet): CharacterSet => subtract(anyCharacter, set);

export const intersect = (a: CharacterSet, b: CharacterSet): CharacterSet => subtract(a, subtract(a, b));

function merge(ranges: readonly (readonly [number, number])[]): CharacterSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** How many characters a chunk has when the engine is asked about all of them. */
const CHUNK = 4_096;

/** Answers of the engine, which take it some milliseconds each. */
const answers = new Map<string, CharacterSet>();
const MOST_ANSWERS = 200;

/**
 * The characters that an atom of a regular expression matches (`\p{Han}`, `[^a-z]`, `.`), as the JavaScript engine has
 * it. `flags` must have `u` or `v`. Throws a SyntaxError for what is no atom.
 */
export function setOfAtom(source: string, flags: string): CharacterSet {
  const simple = flags === 'u' ? setOfSimpleClass(source) : undefined;
  if (simple) return simple;
  const question = `${flags} ${source}`;
  let set = answers.get(question);
  if (!set) {
    set = askEngine(source, flags);
    if (answers.size >= MOST_ANSWERS) answers.clear();
    answers.set(question, set);
  }
  return set;
}

function askEngine(source: string, flags: string): CharacterSet {
  const runs = new RegExp(`${source}+`, `${flags}g`);
  const ranges: [number, number][] = [];
  for (let base = 0; base <= LAST; base += CHUNK) {
    const codePoints: number[] = [];
    for (let c = base; c < base + CHUNK; c++) if (c < 0xd800 || c > 0xdfff) codePoints.push(c);
    if (codePoints.length === 0) continue;
    const width = base > 0xffff ? 2 : 1;
    for (const { 0: run, index } of String.fromCodePoint(...codePoints).matchAll(runs)) {
      const first = base + index / width;
      ranges.push([first, first + run.length / width - 1]);
    }
  }
  return merge(ranges);
}

/** A class of nothing but letters, ranges and escaped punctuation, which needs no engine. */
function setOfSimpleClass(source: string): CharacterSet | undefined {
  if (!/^\[\^?(?:[^\\[\]^-]|[^\\[\]^-]-[^\\[\]^-]|\\[^a-zA-Z0-9])+\]$/u.test(source)) return undefined;
  const isNegative = source[1] === '^';
  const letters = source.slice(isNegative ? 2 : 1, -1).matchAll(/\\(.)|(.)(?:-(.))?/gsu);
  const ranges = [...letters].map(([, escaped, first, last]) => {
    const from = (escaped ?? first).codePointAt(0)!;
    return [from, last === undefined ? from : last.codePointAt(0)!] as const;
  });
  // NOTE: a range may end in an escape only in forms that the pattern above leaves to the engine.
  const set = characterSet(...ranges);
  return isNegative ? complement(set) : set;
}

let cased: string | undefined;

/** The character and those that equal it when case is ignored. */
export function caseVariants(letter: string): CharacterSet {
  cased ??= setOfAtom(String.raw`[\p{CWCM}\p{CWCF}]`, 'u')
    .map(([first, last]) =>
      String.fromCodePoint(...Array.from({ length: last - first + 1 }, (_, i) => first + i)),
    )
    .join('');
  const same = new RegExp(`\\u{${letter.codePointAt(0)!.toString(16)}}`, 'giu');
  return charactersOf(letter + (cased.match(same)?.join('') ?? ''));
}
