/** The stem of an English word (Porter 1980, "An algorithm for suffix stripping", Program 14(3), 130–137). */

type Rule = readonly [suffix: string, instead: string];

const STEP_2: readonly Rule[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['abli', 'able'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
];
const STEP_3: readonly Rule[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];
const STEP_4: readonly Rule[] =
  'ement ance ence able ible ment ant ent ion ism ate iti ous ive ize al er ic ou'
    .split(' ')
    .map((suffix) => [suffix, ''] as const);

/** `c` for each consonant, `v` for each vowel; y is a vowel behind a consonant. */
function shapeOf(word: string): string {
  let shape = '';
  for (const letter of word) {
    const isVowel = 'aeiou'.includes(letter) || (letter === 'y' && shape.endsWith('c'));
    shape += isVowel ? 'v' : 'c';
  }
  return shape;
}

/** m: how often a vowel is followed by a consonant, runs counted once. */
const measure = (stem: string): number => shapeOf(stem).match(/v+c+/g)?.length ?? 0;
const hasVowel = (stem: string): boolean => shapeOf(stem).includes('v');
const endsDouble = (stem: string): boolean => stem.at(-1) === stem.at(-2) && shapeOf(stem).endsWith('c');
/** *o: consonant, vowel, consonant, and the last is not w, x or y. */
const endsShort = (stem: string): boolean => shapeOf(stem).endsWith('cvc') && !/[wxy]$/.test(stem);

/** Applies the rule of the longest suffix that the word has, if the stem before it is long enough. */
function strip(word: string, rules: readonly Rule[], least: number): string {
  let found: Rule | undefined;
  for (const rule of rules) {
    if (word.endsWith(rule[0]) && rule[0].length > (found?.[0].length ?? 0)) found = rule;
  }
  if (!found) return word;
  const stem = word.slice(0, -found[0].length);
  if (found[0] === 'ion' && !/[st]$/.test(stem)) return word;
  return measure(stem) > least ? stem + found[1] : word;
}

function plurals(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function pastAndGerund(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const stem = word.replace(/(?:ed|ing)$/, '');
  if (stem === word || !hasVowel(stem)) return word;
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (endsDouble(stem) && !/[lsz]$/.test(stem)) return stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

const finalY = (word: string): string =>
  word.endsWith('y') && hasVowel(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word;

function finalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsShort(stem)) ? stem : word;
}

const finalL = (word: string): string =>
  word.endsWith('ll') && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;

/** The stem of a word in lower-case English letters; words of one or two letters stay as they are. */
export function porterStem(word: string): string {
  if (word.length < 3) return word;
  let stem = finalY(pastAndGerund(plurals(word)));
  stem = strip(stem, STEP_2, 0);
  stem = strip(stem, STEP_3, 0);
  stem = strip(stem, STEP_4, 1);
  return finalL(finalE(stem));
}
