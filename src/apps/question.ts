/** What a question may be. */

import { fail } from './errors.ts';

/** Characters of the longest question. */
export const MOST_QUESTION_CHARACTERS = 2000;

/** @throws `apps/question` */
export function checkQuestion(question: string): void {
  const got = question.trim().length;
  if (got < 1 || question.length > MOST_QUESTION_CHARACTERS) {
    throw fail('apps/question', { most: MOST_QUESTION_CHARACTERS, got: got < 1 ? got : question.length });
  }
}
