/** From scores to what is shown: filters, equal scores, no more of one kind than wanted, and not ten times the same. */

import { hash } from './hash.ts';
import type { ReadingLog } from './reading-log.ts';

/**
 * The `top` of the candidates, the best first. Of equal scores the one that more readers liked comes first, then one by the hash of its id: where
 * an item stands in its file says nothing.
 */
export function orderOf(
  candidates: readonly number[],
  scores: ArrayLike<number>,
  { likes, items }: Pick<ReadingLog, 'likes' | 'items'>,
  top: number,
): number[] {
  const before = (a: number, b: number): number =>
    scores[b] - scores[a] || likes[b] - likes[a] || hash(items[a].id) - hash(items[b].id) || a - b;
  if (candidates.length <= 2 * top) return [...candidates].sort(before).slice(0, top);
  // All of a score that just reaches the top are compared.
  const values = Float64Array.from(candidates, (item) => scores[item]).sort();
  const least = values[values.length - top];
  return candidates
    .filter((item) => scores[item] >= least)
    .sort(before)
    .slice(0, top);
}

export interface RankOptions {
  /** How many. */
  readonly top: number;
  /**
   * From 0, the best scores, to 1: how much an item that is like one before it is put back (maximal marginal relevance; Carbonell and
   * Goldstein 1998). Default 0.
   */
  readonly diversity?: number;
  /** Of one category at most so many; items without one are not counted. */
  readonly perCategory?: number;
}

/** Of so many times `top` items the diverse ones are chosen. */
const POOL = 10;

export function rankItems(
  candidates: readonly number[],
  scores: ArrayLike<number>,
  {
    log,
    likeness,
    ...options
  }: RankOptions & { readonly log: ReadingLog; readonly likeness: (a: number, b: number) => number },
): number[] {
  const { top, diversity = 0, perCategory = Number.POSITIVE_INFINITY } = options;
  const wide = diversity > 0 ? Math.max(100, POOL * top) : top;
  // Of a category that is full others come up, from wherever they stand.
  const isLimited = perCategory < top;
  const pool = orderOf(candidates, scores, log, isLimited ? candidates.length : wide);
  const taken = new Map<string, number>();
  const isFull = (item: number): boolean => {
    const { category } = log.items[item];
    return category !== undefined && (taken.get(category) ?? 0) >= perCategory;
  };
  const chosen: number[] = [];
  const take = (item: number): void => {
    chosen.push(item);
    const { category } = log.items[item];
    if (category !== undefined) taken.set(category, (taken.get(category) ?? 0) + 1);
  };
  if (diversity === 0) {
    for (const item of pool) {
      if (chosen.length === top) break;
      if (!isFull(item)) take(item);
    }
    return chosen;
  }
  const rest = isLimited ? limited(pool, log, { perCategory, wide }) : pool;
  if (rest.length === 0) return [];
  const low = scores[rest.at(-1)!];
  const range = scores[rest[0]] - low || 1;
  const nearest = new Float64Array(rest.length);
  const left = new Set(rest.keys());
  while (chosen.length < top && left.size > 0) {
    let best = -1;
    let bestValue = Number.NEGATIVE_INFINITY;
    for (const i of left) {
      const value = ((1 - diversity) * (scores[rest[i]] - low)) / range - diversity * nearest[i];
      if (value > bestValue) [best, bestValue] = [i, value];
    }
    left.delete(best);
    if (isFull(rest[best])) continue;
    take(rest[best]);
    for (const i of left) nearest[i] = Math.max(nearest[i], likeness(rest[i], rest[best]));
  }
  return chosen;
}

/** The first of each category, as many as one answer could take; so wide a pool at most. */
function limited(
  pool: readonly number[],
  { items }: ReadingLog,
  { perCategory, wide }: { readonly perCategory: number; readonly wide: number },
): number[] {
  const seen = new Map<string, number>();
  const kept: number[] = [];
  for (const item of pool) {
    if (kept.length === wide) break;
    const { category } = items[item];
    const count = category === undefined ? 0 : (seen.get(category) ?? 0);
    // Some to choose from: the best of a category need not be the most diverse.
    if (count >= 3 * perCategory) continue;
    if (category !== undefined) seen.set(category, count + 1);
    kept.push(item);
  }
  return kept;
}
