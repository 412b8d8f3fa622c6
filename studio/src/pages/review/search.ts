/** What the address of this page holds. */

import { compact, type RawSearch, textOf } from '../../parts/search.ts';

export interface ReviewSearch {
  readonly model?: string;
}

export const reviewSearch = (raw: RawSearch): ReviewSearch => compact({ model: textOf(raw, 'model') });
