/** What is learnt from and what is tested on: nothing that comes later, and no new item, is known to what learns. */

import { fail, inside, requireNumber } from './errors.ts';
import type { ReaderEvent } from './events.ts';
import { hash } from './hash.ts';
import type { Item } from './items.ts';
import { type RatingScale, weightOf } from './reading-log.ts';

export const splits = ['last', 'time', 'new'] as const;
/**
 * `last`: of every reader the last item that was liked (leave-last-out); others' later events are known to the learner. `time`: all events
 * from one moment on, as it is where it is used. `new`: all events on some of the items, which are then new to everybody.
 */
export type Split = (typeof splits)[number];

export interface SplitEvents {
  readonly train: readonly ReaderEvent[];
  /** What each reader liked of what is held out; readers of whom nothing is known are left out. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Readers that are left out since nothing that they liked is in `train`. */
  readonly strangers: number;
  /** With `new`: the items that nobody met. */
  readonly fresh: ReadonlySet<string> | undefined;
}

export interface SplitOptions {
  /** Of the events (`time`) or the items (`new`). Default 0.2. */
  readonly heldOut?: number;
  readonly seed?: number;
}

/** @throws `recommend/no-times`, `recommend/nothing-to-test`, `recommend/option` */
export function splitEvents(
  split: Split,
  { items, events, scale }: { items: readonly Item[]; events: readonly ReaderEvent[]; scale: RatingScale },
  { heldOut = 0.2, seed = 0 }: SplitOptions = {},
): SplitEvents {
  requireNumber('heldOut', heldOut, inside);
  const known = new Set(items.map(({ id }) => id));
  const usable = events.filter(({ item }) => known.has(item));
  const sides = bySplit[split](usable, { heldOut, seed, scale });
  const isLiked = ({ rating }: ReaderEvent): boolean => weightOf(rating, scale) > 0;
  const met = new Map<string, Set<string>>();
  const readers = new Set<string>();
  for (const event of sides.train) {
    if (isLiked(event)) readers.add(event.user);
    addTo(met, event);
  }
  const wanted = new Map<string, Set<string>>();
  const strangers = new Set<string>();
  for (const event of sides.test) {
    // What was met before is never recommended, so it cannot be wanted.
    if (!isLiked(event) || met.get(event.user)?.has(event.item)) continue;
    if (readers.has(event.user)) addTo(wanted, event);
    else strangers.add(event.user);
  }
  if (wanted.size === 0) throw fail('recommend/nothing-to-test', { split });
  return { train: sides.train, wanted, strangers: strangers.size, fresh: sides.fresh };
}

function addTo(sets: Map<string, Set<string>>, { user, item }: ReaderEvent): void {
  const own = sets.get(user);
  if (own) own.add(item);
  else sets.set(user, new Set([item]));
}

interface Sides {
  readonly train: readonly ReaderEvent[];
  readonly test: readonly ReaderEvent[];
  readonly fresh?: ReadonlySet<string>;
}
type SplitBy = (
  events: readonly ReaderEvent[],
  options: { readonly heldOut: number; readonly seed: number; readonly scale: RatingScale },
) => Sides;

/** By time where every event has one; else as they come. */
function inOrder(events: readonly ReaderEvent[]): ReaderEvent[] {
  const isTimed = events.every(({ when }) => when !== undefined);
  return isTimed ? [...events].sort((a, b) => a.when! - b.when!) : [...events];
}

const bySplit: { readonly [S in Split]: SplitBy } = {
  last(events, { scale }) {
    const ordered = inOrder(events);
    const last = new Map<string, number>();
    ordered.forEach(({ user, rating }, i) => {
      if (weightOf(rating, scale) > 0) last.set(user, i);
    });
    // What a reader did later is left out.
    const train = ordered.filter(({ user }, i) => i < (last.get(user) ?? Number.POSITIVE_INFINITY));
    return { train, test: [...last.values()].sort((a, b) => a - b).map((i) => ordered[i]) };
  },
  time(events, { heldOut }) {
    const without = events.filter(({ when }) => when === undefined).length;
    if (without > 0) throw fail('recommend/no-times', { split: 'time', count: without });
    const ordered = inOrder(events);
    const at = ordered[Math.floor((1 - heldOut) * ordered.length)]?.when ?? 0;
    const place = ordered.findIndex(({ when }) => when! >= at);
    return { train: ordered.slice(0, place), test: ordered.slice(place) };
  },
  new(events, { heldOut, seed }) {
    const isFresh = (item: string): boolean => hash(`${seed} ${item}`) / 2 ** 32 < heldOut;
    const fresh = new Set(events.map(({ item }) => item).filter(isFresh));
    const ordered = inOrder(events);
    return {
      train: ordered.filter(({ item }) => !fresh.has(item)),
      test: ordered.filter(({ item }) => fresh.has(item)),
      fresh,
    };
  },
};
