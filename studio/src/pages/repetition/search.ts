/** What the address of this page holds. */

import { compact, type RawSearch, textOf } from '../../parts/search.ts';

export interface RepetitionSearch {
  readonly model?: string;
}

export const repetitionSearch = (raw: RawSearch): RepetitionSearch =>
  compact({ model: textOf(raw, 'model') });
