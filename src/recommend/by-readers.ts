/** What others read: the baselines that every recommender must beat, and items that go together. They see no text, so no new item. */

import { loudest, loudnessOf, type MemoryOptions, type Recommender } from './method.ts';
import type { ReadingLog } from './reading-log.ts';

/** How many readers liked an item; the same for everybody. */
export const popularity: Recommender = {
  method: 'popularity',
  judge: async (_, log) => ({ scores: Float64Array.from(log.likes) }),
};

const DAY_MS = 86_400_000;

/** Popularity of late: what was liked counts half as much so many days later. Without times it is popularity. */
export function recentPopularity({
  halfLifeDays = 30,
}: {
  readonly halfLifeDays?: number;
} = {}): Recommender {
  const kept = new WeakMap<ReadingLog, { readonly version: number; readonly scores: Float64Array }>();
  return {
    method: 'recent',
    async judge(_, log) {
      const version = log.version();
      let known = kept.get(log);
      if (known?.version !== version)
        kept.set(log, (known = { version, scores: recentLikes(log, halfLifeDays) }));
      return { scores: Float64Array.from(known!.scores) };
    },
  };
}

function recentLikes(log: ReadingLog, halfLifeDays: number): Float64Array {
  const newest = log.newest();
  const scores = new Float64Array(log.items.length);
  for (const user of log.users()) {
    for (const { item, weight, when } of log.historyOf(user)) {
      if (weight <= 0) continue;
      const days = newest === undefined || when === undefined ? 0 : (newest - when) / DAY_MS;
      scores[item] += 0.5 ** (days / halfLifeDays);
    }
  }
  return scores;
}

/** Of one reader the latest of what was liked, so many: whoever read everything joins everything. */
const MOST_OF_ONE = 300;
/** Neighbours of an item that are kept. */
const NEIGHBOURS = 100;
/** Readers in common count less where they are few (shrinkage; Bell and Koren 2007). */
const SHRINK = 10;

/**
 * Items that the same readers liked: the cosine of the sets of their readers, shrunk by n / (n + 10) (Sarwar et al. 2001; Bell and Koren
 * 2007). Learnt from the log as it is now; what is read later is a taste, but joins no items.
 */
export function neighbours(log: ReadingLog, options: MemoryOptions = {}): Recommender {
  const near = nearItems(log);
  return {
    method: 'neighbours',
    async judge(taste) {
      const loudness = loudnessOf(taste, options);
      const scores = new Float64Array(log.items.length);
      let isKnown = false;
      taste.forEach(({ item }, read) => {
        if (item === undefined || loudness[read] === 0) return;
        for (const { other, likeness } of near[item]) {
          isKnown ||= loudness[read] > 0;
          scores[other] += loudness[read] * likeness;
        }
      });
      if (!isKnown) return undefined;
      return {
        scores,
        explain(place) {
          const reads = taste.flatMap(({ item }, read) => {
            const found = item === undefined ? undefined : near[item].find(({ other }) => other === place);
            return found && loudness[read] !== 0 ? [{ read, weight: loudness[read] * found.likeness }] : [];
          });
          return { reads: loudest(reads), words: [], wordsBy: 'shared' };
        },
      };
    },
  };
}

interface Neighbour {
  readonly other: number;
  readonly likeness: number;
}

function nearItems(log: ReadingLog): Neighbour[][] {
  const readers: number[][] = log.items.map(() => []);
  const liked: number[][] = [];
  for (const user of log.users()) {
    const own = log
      .historyOf(user)
      .filter(({ weight }) => weight > 0)
      .slice(-MOST_OF_ONE)
      .map(({ item }) => item);
    for (const item of own) readers[item].push(liked.length);
    liked.push(own);
  }
  const common = new Uint32Array(log.items.length);
  return readers.map((own, item) => {
    const met: number[] = [];
    for (const reader of own) {
      for (const other of liked[reader]) {
        if (other === item) continue;
        if (common[other]++ === 0) met.push(other);
      }
    }
    const found = met.map((other) => {
      const n = common[other];
      common[other] = 0;
      const cosine = n / Math.sqrt(own.length * readers[other].length);
      return { other, likeness: (cosine * n) / (n + SHRINK) };
    });
    return found.sort((a, b) => b.likeness - a.likeness || a.other - b.other).slice(0, NEIGHBOURS);
  });
}
