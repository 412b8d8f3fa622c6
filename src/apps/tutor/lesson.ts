/** A lesson: the questions on a text, made once, and what an answer to one of them changes. */

import { createHash } from 'node:crypto';
import { type Grade, gradeAnswer } from './grade.ts';
import { type Learner, learn, showsChoices } from './learner.ts';
import type { TutorQuestion } from './question.ts';

export interface Lesson {
  readonly id: string;
  /** How the text begins. */
  readonly title: string;
  readonly questions: readonly TutorQuestion[];
}

/** Of how questions are made: where that changes, lessons that are kept are no longer those of their texts. */
const VERSION = 1;

/** The same texts are the same lesson: 32 hexadecimal digits. */
export function lessonId(texts: readonly { readonly key: string; readonly text: string }[]): string {
  const hash = createHash('sha256').update(`${VERSION}`);
  for (const { key, text } of texts) hash.update(`\n${key.length} ${text.length}\n${key}\n${text}`);
  return hash.digest('hex').slice(0, 32);
}

/** Grades what was said, a shown choice by its number too; the learner after it. */
export function takeAnswer(
  learner: Learner,
  question: TutorQuestion,
  said: string,
): { readonly grade: Grade; readonly learner: Learner } {
  const digit = said.normalize('NFKC').trim();
  const isNumber = /^[1-9]$/.test(digit) && showsChoices(learner, question);
  const words = isNumber ? (question.choices[Number(digit) - 1] ?? said) : said;
  const grade = gradeAnswer(question, words);
  return { grade, learner: learn(learner, question, grade.score) };
}

/** How many of the questions were answered right the last time. */
export const knownCount = ({ questions }: Pick<Lesson, 'questions'>, learner: Learner): number =>
  questions.filter(({ id }) => (learner.questions[id]?.score ?? 0) >= 1).length;
