/** One guarded text on its way to the reader: what may be the start of a loop waits. */

import {
  createLoopDetector,
  endLoop,
  LOOP_THRESHOLD,
  type Loop,
  type LoopDetector,
  type LoopDetectorOptions,
} from '../repeat/index.ts';

/** Holds back the suspect end of a growing text. An item is whatever the reader gets for an id. */
export interface Watch<Item> {
  /** The ids of the text so far, those held back included. */
  readonly ids: readonly number[];
  /** How many of them the reader has. */
  readonly shown: number;
  /** The most that ever waited. */
  readonly longestHold: number;
  /** How many were taken back. */
  readonly discarded: number;
  /** Adds an id; the loop in which the text now is, if one is certain. */
  push(id: number, item: Item): Loop | undefined;
  /** The next item for the reader: one that is no longer suspect, or with `all` any. */
  next(all?: boolean): Item | undefined;
  /** Takes back everything after the first `length` ids; never what was shown. */
  rewind(length: number): void;
}

/** Makes the detector of a text; a keener one for a text that has looped before. */
export type MakeDetector = (isKeen: boolean) => LoopDetector;

/** Of the threshold, where a text has looped before. */
const KEEN_SHARE = 0.5;

/** Detectors by options, on top of `defaults`; one of the caller's own is never keener. */
export function detectorMaker(
  detector: LoopDetectorOptions | (() => LoopDetector),
  defaults: LoopDetectorOptions = {},
): MakeDetector {
  if (typeof detector === 'function') return detector;
  const { threshold = LOOP_THRESHOLD, ...options } = { ...defaults, ...detector };
  return (isKeen) =>
    createLoopDetector({ ...options, threshold: isKeen ? KEEN_SHARE * threshold : threshold });
}

/**
 * At most `maxHold` ids wait; when there are more, the oldest are let through, suspect or not. `createDetector` is asked for
 * a keener detector once something was taken back: a text that went round once will sooner do so again.
 */
export function createWatch<Item>(createDetector: MakeDetector, maxHold: number): Watch<Item> {
  let detector = createDetector(false);
  let isKeen = false;
  const ids: number[] = [];
  const items: Item[] = [];
  let shown = 0;
  let longestHold = 0;
  let discarded = 0;
  return {
    ids,
    get shown() {
      return shown;
    },
    get longestHold() {
      return longestHold;
    },
    get discarded() {
      return discarded;
    },
    push(id, item) {
      ids.push(id);
      items.push(item);
      const loop = detector.push(id);
      const free = Math.min(detector.suspectFrom ?? ids.length, ids.length);
      longestHold = Math.max(longestHold, Math.min(ids.length - Math.max(free, shown), maxHold));
      return loop;
    },
    next(all = false) {
      const suspectFrom = all ? undefined : detector.suspectFrom;
      const free = Math.max(suspectFrom ?? ids.length, ids.length - maxHold);
      if (shown >= free) return undefined;
      const item = items[0];
      items.shift();
      shown++;
      return item;
    },
    rewind(length) {
      discarded += ids.length - length;
      ids.length = length;
      items.length = length - shown;
      if (isKeen) return detector.rewind(length);
      isKeen = true;
      detector = createDetector(true);
      for (const id of ids) detector.push(id);
    },
  };
}

/** Copies back to back at the end of a text that was cut there, as far as they were not shown. */
export function loopAtEnd({ ids, shown }: Watch<unknown>): Loop | undefined {
  const loop = endLoop(ids);
  if (!loop || shown === ids.length) return undefined;
  return { kind: 'exact', ...loop, end: ids.length, confidence: 1 };
}
