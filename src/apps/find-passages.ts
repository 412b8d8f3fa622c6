/** The passages that a question is answered from: those that hold enough of what it is about. */

import type { Collection, Passage, SearchOptions } from '../retrieve/index.ts';
import type { GivenPassage } from './answer.ts';
import { isCorrectionKey, isCorrectionOf } from './corrections.ts';
import {
  coverage,
  type ReadText,
  readText,
  type TermWeights,
  topicTerms,
  weighTerms,
} from './term-weights.ts';

export interface FindOptions {
  readonly top: number;
  readonly minMatch: number;
  readonly minSimilarity?: number | undefined;
  readonly search?: SearchOptions | undefined;
  readonly expand?: Expand | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A question in other words: a name of what it asks for, and the question with that name in it. */
export type Expand = (question: string) => readonly { readonly name: string; readonly question: string }[];

export interface FoundPassages {
  /** The best first, corrections before all. */
  readonly passages: readonly GivenPassage[];
  /** Whether one of them is near enough to answer from. */
  readonly isFound: boolean;
  /** What the question is about, in the words that the passages have for it, and how its terms weigh. */
  readonly topic: readonly string[];
  readonly weights: TermWeights;
}

/** Beside a passage that is near enough, one that is half as near may hold the rest. */
const SECOND_SHARE = 0.5;

/** A passage with its title, by which it is found, too. */
export const readPassage = ({ text, title }: Passage, analyze: Collection['analyze']): ReadText =>
  readText(title === null ? text : `${title}\n${text}`, analyze);

/** Searches all collections; their passages stand in the order of their match, those of one in the order of its search. */
export async function findPassages(
  question: string,
  collections: readonly Collection[],
  { top, minMatch, minSimilarity, search, expand, signal }: FindOptions,
): Promise<FoundPassages> {
  const [{ analyze }] = collections;
  const others = expand?.(question) ?? [];
  const query = [question, ...others.map(({ name }) => name)].join(' ');
  const lists = await Promise.all(
    collections.map((one) => one.search(query, { ...search, top, ...(signal && { signal }) })),
  );
  const all = lists.flat();
  const topics = [question, ...others.map((one) => one.question)].map((one) => topicTerms(one, analyze));
  const titles = all.flatMap(({ key, title }) =>
    title !== null && isCorrectionKey(key) ? topicTerms(title, analyze) : [],
  );
  const weights = await weighTerms(collections, [...topics.flat(), ...titles]);
  let [topic] = topics;
  let greatest = 0;
  const matchOf = (passage: Passage): number => {
    const text = readPassage(passage, analyze);
    const matches = topics.map((one) => coverage(one, text, weights));
    const match = Math.max(...matches);
    if (match > greatest) {
      greatest = match;
      topic = topics[matches.indexOf(match)];
    }
    return match;
  };
  const matched = all.map((passage) => ({
    ...passage,
    match: matchOf(passage),
    isCorrection: isCorrectionOf(passage, question, { analyze, weights }),
  }));
  if (lists.length > 1) matched.sort((a, b) => b.match - a.match);
  matched.sort((a, b) => Number(b.isCorrection) - Number(a.isCorrection));
  const isNear = ({ match, scores, isCorrection }: (typeof matched)[number], share: number): boolean =>
    isCorrection ||
    match >= share * minMatch ||
    (minSimilarity !== undefined && (scores.vector ?? Number.NEGATIVE_INFINITY) >= minSimilarity);
  const isFound = matched.some((passage) => isNear(passage, 1));
  const kept = matched.filter((passage) => !isFound || isNear(passage, SECOND_SHARE)).slice(0, top);
  return {
    passages: kept.map((passage, i) => ({ number: i + 1, ...passage })),
    isFound,
    topic,
    weights,
  };
}
