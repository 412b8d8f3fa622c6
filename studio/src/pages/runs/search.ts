/** What the addresses of the run pages hold. */

import { numberOf, type RawSearch, searchOf, textOf } from '../../parts/search.ts';

export interface RunSearch {
  /** How much the loss is smoothed, in [0, 1). */
  readonly smooth?: number;
}

export const runSearch = (raw: RawSearch): RunSearch => {
  const smooth = numberOf(raw, 'smooth');
  return searchOf({ smooth: smooth !== undefined && smooth >= 0 && smooth < 1 ? smooth : undefined });
};

export interface CompareSearch extends RunSearch {
  /** Names, separated by commas. */
  readonly runs?: string;
}

export const compareSearch = (raw: RawSearch): CompareSearch =>
  searchOf({ runs: textOf(raw, 'runs'), smooth: runSearch(raw).smooth });
