/** Who read what, kept by reader and by item. The last event of a reader on an item counts: people change their minds. */

import type { ReaderEvent } from './events.ts';
import type { Item } from './items.ts';

/** An item that a reader met. */
export interface Read {
  /** Its place among the items. */
  readonly item: number;
  /** From −1, disliked, to 1, liked; 0 says nothing. */
  readonly weight: number;
  readonly when: number | undefined;
}

export interface ReadingLog {
  readonly items: readonly Item[];
  /** Places by id. */
  readonly placeOf: (id: string) => number | undefined;
  readonly users: () => Iterable<string>;
  /** What a reader met, the oldest first; of a stranger nothing. */
  readonly historyOf: (user: string) => readonly Read[];
  /** How many readers liked each item. */
  readonly likes: Float64Array;
  /** The newest time there is. */
  readonly newest: () => number | undefined;
  /** Grows with every event. */
  readonly version: () => number;
  /** Whether the item is there; events on others are passed over. */
  readonly add: (event: ReaderEvent) => boolean;
}

/** From a rating to how much it says: −1 at the lowest, 0 at `neutral`, 1 at the highest. */
export interface RatingScale {
  readonly low: number;
  readonly neutral: number;
  readonly high: number;
}

/** The scale that ratings are on: from the lowest to the highest there is; `neutral`, where nothing else is said, half-way. */
export function ratingScale(events: Iterable<ReaderEvent>, neutral?: number): RatingScale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { rating } of events) {
    if (rating === undefined) continue;
    low = Math.min(low, rating);
    high = Math.max(high, rating);
  }
  if (low > high) return { low: 1, neutral: neutral ?? 3, high: 5 };
  if (low === high) {
    // One rating alone is a thumb: what is rated is liked, unless it says 0 or less.
    return { low: Math.min(0, low) - 1, neutral: neutral ?? Math.min(0, low - 1), high: Math.max(high, 0) };
  }
  return { low, neutral: neutral ?? (low + high) / 2, high };
}

/** How much a rating says on this scale; none says that it was liked. */
export function weightOf(rating: number | undefined, { low, neutral, high }: RatingScale): number {
  if (rating === undefined) return 1;
  const side = rating >= neutral ? high - neutral : neutral - low;
  return side > 0 ? Math.max(-1, Math.min(1, (rating - neutral) / side)) : Math.sign(rating - neutral);
}

/**
 * A log of these items; the places of `items` are those of every score. Events without a time keep the order in which they come. With
 * `base` it begins with what that one holds, and adds to it what nobody else sees.
 */
export function readingLog(items: readonly Item[], scale: RatingScale, base?: ReadingLog): ReadingLog {
  const places = base ? undefined : new Map(items.map(({ id }, place) => [id, place]));
  const placeOf = base ? base.placeOf : (id: string) => places!.get(id);
  const histories = new Map<string, Map<number, Read>>();
  const sorted = new Map<string, readonly Read[]>();
  const likes = base ? Float64Array.from(base.likes) : new Float64Array(items.length);
  let newest = base?.newest();
  let version = base?.version() ?? 0;
  const ownOf = (user: string): Map<number, Read> => {
    let own = histories.get(user);
    if (!own) {
      own = new Map(base?.historyOf(user).map((read) => [read.item, read]));
      histories.set(user, own);
    }
    return own;
  };
  return {
    ...{ items, likes, placeOf },
    *users() {
      if (base) for (const user of base.users()) if (!histories.has(user)) yield user;
      yield* histories.keys();
    },
    newest: () => newest,
    version: () => version,
    historyOf(user) {
      const known = sorted.get(user);
      if (known) return known;
      const own = histories.get(user);
      if (!own) return base?.historyOf(user) ?? [];
      const reads = [...own.values()];
      // A stable sort: what has no time stays where it came.
      if (reads.every(({ when }) => when !== undefined)) reads.sort((a, b) => a.when! - b.when!);
      sorted.set(user, reads);
      return reads;
    },
    add({ user, item: id, when, rating }) {
      const item = placeOf(id);
      if (item === undefined) return false;
      const own = ownOf(user);
      const before = own.get(item);
      if (before?.when !== undefined && when !== undefined && when < before.when) return true;
      const weight = weightOf(rating, scale);
      if (before && before.weight > 0) likes[item]--;
      if (weight > 0) likes[item]++;
      own.delete(item);
      own.set(item, { item, weight, when });
      sorted.delete(user);
      if (when !== undefined) newest = Math.max(newest ?? when, when);
      version++;
      return true;
    },
  };
}

/** A log with these events in it, and how many were on items that are not there. */
export function logOf(
  items: readonly Item[],
  events: Iterable<ReaderEvent>,
  scale: RatingScale,
): { readonly log: ReadingLog; readonly unknown: number } {
  const log = readingLog(items, scale);
  let unknown = 0;
  for (const event of events) if (!log.add(event)) unknown++;
  return { log, unknown };
}
