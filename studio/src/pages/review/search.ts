/** What the address of this page holds. */

import { type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface ReviewSearch {
  readonly status?: 'done';
  /** One text, by its id. */
  readonly id?: string;
}

export const reviewSearch = (raw: RawSearch): ReviewSearch =>
  searchOf({ status: textOf(raw, 'status') === 'done' ? 'done' : undefined, id: textOf(raw, 'id') });
