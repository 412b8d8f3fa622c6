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
/** Words of what was said that still count as an answer. */
const MOST_WORDS = 12;

/** By the rules alone: case, width, marks and articles do not count. Of shown choices only the right one is right. */
export function gradeAnswer(
  { answer, choices }: Pick<TutorQuestion, 'answer' | 'choices'>,
  said: string,
): Grade {
  const [wanted, given] = [plain(answer), plain(said.slice(0, MOST_CHARACTERS))];
  if (given === '') return { score: 0, reason: 'none' };
  if (given === wanted) return { score: 1, reason: 'exact' };
  if (choices.some((choice) => plain(choice) === given)) return { score: 0, reason: 'wrong' };
  const words = given.split(' ');
  const isHan = /\p{Script=Han}/u.test(wanted);
  const holds = isHan ? given.includes(wanted) : ` ${given} `.includes(` ${wanted} `);
  // Whoever says everything has not answered.
  const namesOthers = choices.some((choice) => plain(choice) !== wanted && given.includes(plain(choice)));
  if (namesOthers || words.length > MOST_WORDS) return { score: 0, reason: 'wrong' };
  if (holds) return { score: 1, reason: 'within' };
  if (!/\p{N}/u.test(wanted) && editDistance(wanted, given) <= Math.floor(wanted.length / LETTERS_A_SLIP)) {
    return { score: 0.8, reason: 'spelling' };
  }
  const wantedWords = wanted.split(' ');
  const held = wantedWords.filter((word) => words.includes(word)).length;
  if (held > 0) return { score: 0.5 * (held / wantedWords.length), reason: 'part' };
  return { score: 0, reason: 'wrong' };
}

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^(?:the|a|an) /, '')
    .trim();
