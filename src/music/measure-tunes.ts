/** What tunes are worth: how many parse and fit their metre, how they repeat, how much of them others have. */

import { type KnownTunes, repeatedBars } from './known-tunes.ts';
import type { WrittenTune } from './write-tunes.ts';

/** Shares of tunes, but for those of bars. */
export interface TuneFigures {
  readonly tunes: number;
  /** Ended by the model, not cut. */
  readonly ended: number;
  readonly parses: number;
  readonly plays: number;
  readonly fits: number;
  /** All of that. */
  readonly passes: number;
  /** Of bars with a metre to hold them against: those that are not wrong. */
  readonly barsThatFit: number;
  /** Of bars: those that the tune had before. */
  readonly repeatedBars: number;
  /** Every bar of it stands, in this order, in one known tune. */
  readonly copies: number;
  /** The longest run of bars that one known tune has, as a share of the tune's bars; the mean. */
  readonly knownRun: number;
}

/** The figures of tunes; of none all are 0. */
export function measureTunes(tunes: readonly WrittenTune[], known: KnownTunes): TuneFigures {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const count = (is: (tune: WrittenTune) => boolean): number => share(tunes.filter(is).length, tunes.length);
  const runs = tunes.map(({ text }) => known.longestRun(text));
  const repeats = tunes.map(({ text }) => repeatedBars(text));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const fitting = sum(tunes.map(({ check: { bars } }) => bars.full + bars.partial));
  const wrong = sum(tunes.map(({ check: { bars } }) => bars.wrong));
  return {
    tunes: tunes.length,
    ended: count(({ isEnded }) => isEnded),
    parses: count(({ check }) => check.parses),
    plays: count(({ midi }) => midi !== undefined),
    fits: count(({ check }) => check.fits),
    passes: count(({ passes }) => passes),
    barsThatFit: share(fitting, fitting + wrong),
    repeatedBars: share(sum(repeats.map(({ repeated }) => repeated)), sum(repeats.map(({ bars }) => bars))),
    copies: share(runs.filter(({ bars, known }) => bars > 0 && known === bars).length, tunes.length),
    knownRun: share(sum(runs.map(({ bars, known }) => share(known, bars))), tunes.length),
  };
}
