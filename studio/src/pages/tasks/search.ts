/** What the address of the tasks page holds: enough to ask the same again. */

import { flagOf, numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface TasksSearch {
  readonly model?: string;
  readonly text?: string;
  /** Of a summary: what it shall answer, and its sentences at most. */
  readonly question?: string;
  readonly sentences?: number;
  /** Of a blank: guesses. */
  readonly top?: number;
  /** Of a field: one of its kits. */
  readonly kit?: string;
  /** Of recommendations: the reader, how unlike each other they shall be, and whether only new items are wanted. */
  readonly user?: string;
  readonly diversity?: number;
  readonly fresh?: true;
  /** Of drawings: how many, how much the prompt leads, and the seed of the first. */
  readonly pictures?: number;
  readonly guidance?: number;
  readonly seed?: number;
}

export const tasksSearch = (raw: RawSearch): TasksSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    text: textOf(raw, 'text'),
    question: textOf(raw, 'question'),
    sentences: numberOf(raw, 'sentences'),
    top: numberOf(raw, 'top'),
    kit: textOf(raw, 'kit'),
    user: textOf(raw, 'user'),
    diversity: numberOf(raw, 'diversity'),
    fresh: flagOf(raw, 'fresh'),
    pictures: numberOf(raw, 'pictures'),
    guidance: numberOf(raw, 'guidance'),
    seed: numberOf(raw, 'seed'),
  });
