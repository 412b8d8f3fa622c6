/** What the address of the tasks page holds: enough to ask the same again. */

import { numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

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
}

export const tasksSearch = (raw: RawSearch): TasksSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    text: textOf(raw, 'text'),
    question: textOf(raw, 'question'),
    sentences: numberOf(raw, 'sentences'),
    top: numberOf(raw, 'top'),
    kit: textOf(raw, 'kit'),
  });
