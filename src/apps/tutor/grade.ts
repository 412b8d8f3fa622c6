/** Answers graded, with the reason. */

import { editDistance } from '../../errors.ts';
import type { TutorQuestion } from './question.ts';

/** `exact`: the answer; `within`: it stands in what was said; `spelling`: nearly; `part`: some words of it; `wrong`; `none`: nothing was said. */
export type GradeReason = 'exact' | 'within' | 'spelling' | 'part' | 'wrong' | 'none';

export interface Grade {
  /** From 0 to 1. */
  readonly score: number;
  readonly reason: GradeReason;
}

/** One letter in so many may be wrong. */
const LETTERS_A_SLIP = 5;
/** Characters of what was said that are read. */
const MOST_CHARACTERS = 500;
/** Words of what was said that still count as an answer; two Chinese characters are one. */
const MOST_WORDS = 12;

const HAN = /\p{Script=Han}/u;
const HAN_NUMERAL = /[〇零一二三四五六七八九十百千万亿两]/u;
/** What ends so says that it is not what follows; 是不是 asks. */
const DENIAL = /(?:\bnot|n t|\bnever|(?<!是)不是|并非|而非|不叫|不在)(?: (?:the|a|an|in|at|on|by|from))?$/u;

/** By the rules alone: case, width, marks and articles do not count. Of shown choices only the right one is right. */
export function gradeAnswer(
  { answer, choices }: Pick<TutorQuestion, 'answer' | 'choices'>,
  said: string,
): Grade {
  const [wanted, given] = [plain(answer), plain(said.slice(0, MOST_CHARACTERS))];
  if (given === '') return { score: 0, reason: 'none' };
  if (given === wanted) return { score: 1, reason: 'exact' };
  // Whoever says everything has not answered.
  const namesOthers = choices.map(plain).some((choice) => choice !== wanted && placeIn(given, choice) >= 0);
  if (namesOthers || wordsIn(given) > MOST_WORDS) return { score: 0, reason: 'wrong' };
  const at = placeIn(given, wanted);
  if (at >= 0) {
    const isDenied = DENIAL.test(given.slice(0, at).trimEnd());
    return isDenied ? { score: 0, reason: 'wrong' } : { score: 1, reason: 'within' };
  }
  if (isNearly(wanted, given)) return { score: 0.8, reason: 'spelling' };
  const [words, wantedWords] = [given.split(' '), wanted.split(' ')];
  const held = wantedWords.filter((word) => words.includes(word)).length;
  if (held > 0) return { score: 0.5 * (held / wantedWords.length), reason: 'part' };
  return { score: 0, reason: 'wrong' };
}

/** A slip of the pen, or one in place of many. A number is right or wrong. */
function isNearly(wanted: string, given: string): boolean {
  if (/\p{N}/u.test(wanted) || HAN_NUMERAL.test(wanted)) return false;
  if (isPluralOf(wanted, given) || isPluralOf(given, wanted)) return true;
  return editDistance(wanted, given) <= Math.floor(wanted.length / LETTERS_A_SLIP);
}

const isPluralOf = (many: string, one: string): boolean =>
  [`${one}s`, `${one}es`, one.replace(/y$/, 'ies')].includes(many);

/** Where a text stands in another, as words of its own; -1 if nowhere. Chinese words have no ends, but 八百 is not in 一千八百. */
function placeIn(given: string, part: string): number {
  if (!HAN.test(part)) return ` ${given} `.indexOf(` ${part} `);
  const goesOn = (a = '', b = ''): boolean => HAN_NUMERAL.test(a) && HAN_NUMERAL.test(b);
  let at = given.indexOf(part);
  while (at >= 0 && (goesOn(given[at - 1], part[0]) || goesOn(part.at(-1), given[at + part.length]))) {
    at = given.indexOf(part, at + 1);
  }
  return at;
}

const wordsIn = (given: string): number =>
  given.split(' ').reduce((sum, word) => sum + (HAN.test(word) ? word.length / 2 : 1), 0);

/** Numbers stay whole: 1,000 is 1000, and 3.14 one word; Chinese stands apart from what is not. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\d)[,'’](?=\d{3}(?!\d))/g, '')
    .replace(/(?<!\d)\.|\.(?!\d)|[^\p{L}\p{N}.]+/gu, ' ')
    .replace(/(?<=\p{Script=Han})(?=[^\p{Script=Han} ])|(?<=[^\p{Script=Han} ])(?=\p{Script=Han})/gu, ' ')
    .trim()
    .replace(/^(?:the|a|an) /, '');
