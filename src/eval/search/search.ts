/** Search for good settings: trial after trial, each told when it is done, so that a search that was stopped can go on. */

import type { SearchSpace, Settings } from './space.ts';
import { type SearchStrategy, searchStrategies } from './strategies.ts';

/** What came of settings: a score, or why there is none. */
export type Measurement =
  | { readonly score: number; readonly deviation?: number }
  | { readonly failed: string };

export interface Trial {
  /** From 0. */
  readonly index: number;
  readonly settings: Settings;
  readonly score?: number;
  /** The standard deviation of the score over repetitions or folds. */
  readonly deviation?: number;
  /** Why there is no score. */
  readonly failed?: string;
  readonly seconds: number;
}

export interface SearchOptions {
  readonly strategy: SearchStrategy;
  /** Trials in all, those that are there already among them. */
  readonly trials: number;
  readonly goal: 'max' | 'min';
  readonly seed: number;
  /** What was tried before, from the first on. */
  readonly earlier?: readonly Trial[];
  readonly signal?: AbortSignal;
}

/**
 * Measures settings one after another; yields each new trial. What is tried follows from the seed and the trials before it, so a
 * search that goes on with `earlier` does as one that was never stopped.
 *
 * @example for await (const trial of search(parseSpace('x=float:0:1'), async ({ x }) => ({ score: -((+x - 0.3) ** 2) }), options)) …
 */
export async function* search(
  space: SearchSpace,
  measure: (settings: Settings, trial: number) => Promise<Measurement>,
  { strategy, trials, goal, seed, earlier = [], signal }: SearchOptions,
): AsyncGenerator<Trial> {
  const propose = searchStrategies[strategy]({ space, trials, goal, seed });
  const done = [...earlier];
  while (done.length < trials) {
    signal?.throwIfAborted();
    const settings = propose(done);
    if (!settings) return;
    const start = performance.now();
    const found = await measure(settings, done.length);
    signal?.throwIfAborted();
    const isNumber = 'failed' in found || Number.isFinite(found.score);
    const result = isNumber ? found : { failed: `score ${found.score}` };
    const seconds = (performance.now() - start) / 1000;
    const trial: Trial = { index: done.length, settings, ...result, seconds };
    done.push(trial);
    yield trial;
  }
}

/** The trials with a score, the best first; of equal ones the earlier. */
export function rankTrials(trials: readonly Trial[], goal: SearchOptions['goal']): Trial[] {
  const sign = goal === 'max' ? -1 : 1;
  return trials
    .filter(({ score }) => score !== undefined)
    .sort((a, b) => sign * (a.score! - b.score!) || a.index - b.index);
}
