/** What the addresses of the run pages hold. */

import { compact, numberOf, type RawSearch, textOf } from '../../parts/search.ts';

export interface RunSearch {
  /** How much the loss is smoothed, in [0, 1). */
  readonly smooth?: number;
}

export const runSearch = (raw: RawSearch): RunSearch => {
  const smooth = numberOf(raw, 'smooth');
  return compact({ smooth: smooth !== undefined && smooth >= 0 && smooth < 1 ? smooth : undefined });
};

export interface CompareSearch extends RunSearch {
  /** Names, separated by commas. */
  readonly runs?: string;
}

export const compareSearch = (raw: RawSearch): CompareSearch =>
  compact({ runs: textOf(raw, 'runs'), ...runSearch(raw) });
