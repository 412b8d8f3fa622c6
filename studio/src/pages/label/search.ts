/** What the address of this page holds. */

import { type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface LabelSearch {
  /** The task that is open, by its id. */
  readonly task?: string;
  readonly view?: 'results';
}

export const labelSearch = (raw: RawSearch): LabelSearch =>
  searchOf({
    task: textOf(raw, 'task'),
    view: textOf(raw, 'view') === 'results' ? 'results' : undefined,
  });
