/** What the address of the music page holds: enough to write the same tune again. */

import { compact, numberOf, type RawSearch, textOf } from '../../parts/search.ts';

export interface MusicSearch {
  readonly model?: string;
  readonly key?: string | undefined;
  readonly metre?: string | undefined;
  readonly seed?: number;
}

// They become parts of a pattern that the server is given.
const KEY = /^[A-G][#b]?(?:m|Dor|Mix|Lyd|Phr|Loc)?$/;
const METRE = /^[1-9]\d?\/(?:1|2|4|8|16|32)$/;

export const musicSearch = (raw: RawSearch): MusicSearch => ({
  ...compact({ model: textOf(raw, 'model'), seed: numberOf(raw, 'seed') }),
  // NOTE Named even where it is undefined: what is left out the router takes from the raw address.
  key: fitting(textOf(raw, 'key'), KEY),
  metre: fitting(textOf(raw, 'metre'), METRE),
});

const fitting = (value: string | undefined, pattern: RegExp): string | undefined =>
  value !== undefined && pattern.test(value) ? value : undefined;
