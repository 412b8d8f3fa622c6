/** What someone said is the right answer to a question: kept as a document of the collection, and used before all others. */

import type { Collection, Passage } from '../retrieve/index.ts';
import { fail } from './errors.ts';
import { checkQuestion } from './question.ts';
import { coverage, readText, type TermWeights, topicTerms } from './term-weights.ts';

export interface Correction {
  readonly question: string;
  readonly answer: string;
  /** Who or what says so. Default `correction`. */
  readonly source?: string | undefined;
}

const PREFIX = 'correction:';

/** How much of each question's topic the other must hold to be the same question. */
const SAME_QUESTION = 0.8;

const keyOf = (question: string): string =>
  PREFIX + question.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

/** Keeps the right answer to a question, in place of one kept before. @throws `apps/question`, `apps/correction` */
export async function correctAnswer(
  collection: Collection,
  { question, answer, source = 'correction' }: Correction,
): Promise<void> {
  checkQuestion(question);
  if (answer.trim() === '') throw fail('apps/correction', {});
  await collection.put([{ key: keyOf(question), text: answer.trim(), title: question, source }]);
}

/** Forgets a correction; false if there is none. @throws `apps/question` */
export async function forgetCorrection(collection: Collection, question: string): Promise<boolean> {
  checkQuestion(question);
  return (await collection.remove([keyOf(question)])) > 0;
}

/** Whether a passage is the correction of this very question, perhaps in other words. */
export function isCorrectionOf(
  { key, title }: Pick<Passage, 'key' | 'title'>,
  question: string,
  { analyze, weights }: { readonly analyze: Collection['analyze']; readonly weights: TermWeights },
): boolean {
  if (!key.startsWith(PREFIX) || title === null) return false;
  const held = (one: string, other: string): number =>
    coverage(topicTerms(one, analyze), readText(other, analyze), weights);
  return Math.min(held(question, title), held(title, question)) >= SAME_QUESTION;
}
