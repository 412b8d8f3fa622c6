/** What the address of the page of papers holds. */

import { type RawSearch, searchOf, textOf } from '../../parts/search.ts';
import { isPaperTask, type PaperTask } from './tasks.ts';

export interface PapersSearch {
  readonly task?: PaperTask;
  /** The subject of a table or a review. */
  readonly about?: string;
  /** Who writes; without, sentences are quoted. */
  readonly model?: string;
}

export const papersSearch = (raw: RawSearch): PapersSearch => {
  const task = textOf(raw, 'task') ?? '';
  return searchOf({
    task: isPaperTask(task) ? task : undefined,
    about: textOf(raw, 'about'),
    model: textOf(raw, 'model'),
  });
};
