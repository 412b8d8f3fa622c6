/** What someone said is the right answer to a question: kept as a document of the collection, and used before all others. */

import { createHash } from 'node:crypto';
import type { Collection, Passage, PutOptions } from '../retrieve/index.ts';
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

/** Bytes of a key that the index of a database takes without question. */
const MOST_KEY_BYTES = 1000;

/** The key under which the correction of a question is kept: its words, where they are not too long. */
function correctionKey(question: string): string {
  const words = question.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  const isShort = Buffer.byteLength(words) <= MOST_KEY_BYTES;
  return PREFIX + (isShort ? words : createHash('sha256').update(words).digest('hex'));
}

/** The numbers of a text, each once: another year is another question. */
function numbersOf(text: string): string {
  const numbers = text.normalize('NFKC').match(/\p{N}+(?:[.,]\p{N}+)*/gu) ?? [];
  return [...new Set(numbers)].sort().join(' ');
}

/**
 * Keeps the right answer to a question, in place of one kept before.
 *
 * @throws `apps/question`, `apps/correction`; what `put` throws
 */
export async function correctAnswer(
  collection: Collection,
  { question, answer, source = 'correction' }: Correction,
  options?: PutOptions,
): Promise<void> {
  checkQuestion(question);
  if (answer.trim() === '') throw fail('apps/correction', {});
  const document = { key: correctionKey(question), text: answer.trim(), title: question, source };
  await collection.put([document], options);
}

/** Forgets a correction; false if there is none. @throws `apps/question` */
export async function forgetCorrection(collection: Collection, question: string): Promise<boolean> {
  checkQuestion(question);
  return (await collection.remove([correctionKey(question)])) > 0;
}

/** Whether a document is a correction. */
export const isCorrectionKey = (key: string): boolean => key.startsWith(PREFIX);

/** Whether a passage is the correction of this very question, perhaps in other words. */
export function isCorrectionOf(
  { key, title }: Pick<Passage, 'key' | 'title'>,
  question: string,
  { analyze, weights }: { readonly analyze: Collection['analyze']; readonly weights: TermWeights },
): boolean {
  if (!isCorrectionKey(key) || title === null) return false;
  if (numbersOf(question) !== numbersOf(title)) return false;
  const held = (one: string, other: string): number =>
    coverage(topicTerms(one, analyze), readText(other, analyze), weights);
  return Math.min(held(question, title), held(title, question)) >= SAME_QUESTION;
}
