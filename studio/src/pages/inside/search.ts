/** What the address of this page holds. */

import { compact, type RawSearch, textOf } from '../../parts/search.ts';

export interface InsideSearch {
  readonly model?: string;
}

export const insideSearch = (raw: RawSearch): InsideSearch => compact({ model: textOf(raw, 'model') });
