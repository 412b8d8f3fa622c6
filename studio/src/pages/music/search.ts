/** What the address of the music page holds: enough to write the same tune again. */

import { numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface MusicSearch {
  readonly model?: string;
  readonly key?: string;
  readonly metre?: string;
  readonly seed?: number;
}

// They become parts of a pattern that the server is given.
const KEY = /^[A-G][#b]?(?:m|Dor|Mix|Lyd|Phr|Loc)?$/;
const METRE = /^[1-9]\d?\/(?:1|2|4|8|16|32)$/;

export const musicSearch = (raw: RawSearch): MusicSearch =>
  searchOf({
    model: textOf(raw, 'model'),
    key: fitting(textOf(raw, 'key'), KEY),
    metre: fitting(textOf(raw, 'metre'), METRE),
    seed: numberOf(raw, 'seed'),
  });

const fitting = (value: string | undefined, pattern: RegExp): string | undefined =>
  value !== undefined && pattern.test(value) ? value : undefined;
