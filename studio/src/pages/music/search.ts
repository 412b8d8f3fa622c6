/** What the address of the music page holds: enough to write the same tune again. */

import { compact, numberOf, type RawSearch, textOf } from '../../parts/search.ts';

export interface MusicSearch {
  readonly model?: string;
  readonly key?: string;
  readonly metre?: string;
  readonly seed?: number;
}

export const musicSearch = (raw: RawSearch): MusicSearch =>
  compact({
    model: textOf(raw, 'model'),
    key: textOf(raw, 'key'),
    metre: textOf(raw, 'metre'),
    seed: numberOf(raw, 'seed'),
  });
