/**
 * The merging of one piece: always the pair of lowest priority, the leftmost first. Short pieces scan an array;
 * long ones keep a heap over a linked list, so that a piece of n bytes costs O(n log n).
 */

import { type MergeRules, NEVER } from './merge-rules.ts';

/** Up to this many symbols scanning beats the heap (measured on English and Chinese text). */
const SCAN_LIMIT = 64;
const PLACE_BITS = 6;
const NEVER_KEY = NEVER << PLACE_BITS;

/** The smaller of two numbers that differ by less than 2³¹, without a branch to mispredict. */
function smaller(a: number, b: number): number {
  const difference = (b - a) | 0;
  return (a + (difference & (difference >> 31))) | 0;
}

/** Replaces pairs in `symbols[0, count)` until no rule applies; returns the number of symbols. */
export type MergeSymbols = (symbols: Int32Array, count: number) => number;

/** The merging function of some rules, with its own scratch memory. */
export function createMerger(rules: MergeRules, scanLimit = SCAN_LIMIT): MergeSymbols {
  // For each symbol but the last: priority · 64 + place, so that the smallest key is the pair to merge.
  const keys = new Int32Array(SCAN_LIMIT);

  function scan(symbols: Int32Array, given: number): number {
    let count = given;
    let best = NEVER_KEY;
    for (let i = 0; i + 1 < count; i++) {
      keys[i] = (rules.priority(symbols[i], symbols[i + 1]) << PLACE_BITS) | i;
      best = smaller(best, keys[i]);
    }
    while (best < NEVER_KEY) {
      const at = best & (SCAN_LIMIT - 1);
      symbols[at] = rules.result(best >> PLACE_BITS);
      count--;
      best = NEVER_KEY;
      for (let i = at + 1; i < count; i++) {
        symbols[i] = symbols[i + 1];
        // One place to the left: the key is one less.
        keys[i] = keys[i + 1] - 1;
      }
      if (at > 0) keys[at - 1] = (rules.priority(symbols[at - 1], symbols[at]) << PLACE_BITS) | (at - 1);
      if (at + 1 < count) keys[at] = (rules.priority(symbols[at], symbols[at + 1]) << PLACE_BITS) | at;
      for (let i = 0; i + 1 < count; i++) best = smaller(best, keys[i]);
    }
    return count;
  }

  const heap = createKeyHeap();
  let next = new Int32Array(0);
  let previous = next;
  // The priority that the pair starting here has now; a heap entry with another one is stale.
  let current = next;

  function withHeap(symbols: Int32Array, count: number): number {
    if (next.length < count) {
      next = new Int32Array(count);
      previous = new Int32Array(count);
      current = new Int32Array(count);
    }
    const offer = (at: number): void => {
      const right = next[at];
      const priority = right < count ? rules.priority(symbols[at], symbols[right]) : NEVER;
      current[at] = priority;
      // NOTE: priority · 2³² + place is exact (priorities < 2²¹) and orders by priority, then from the left.
      if (priority !== NEVER) heap.push(priority * 0x100000000 + at);
    };
    for (let i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (let i = 0; i + 1 < count; i++) offer(i);
    while (heap.size() > 0) {
      const key = heap.pop();
      const priority = Math.floor(key / 0x100000000);
      const at = key - priority * 0x100000000;
      if (current[at] !== priority) continue;
      const right = next[at];
      symbols[at] = rules.result(priority);
      current[right] = NEVER;
      next[at] = next[right];
      if (next[at] < count) previous[next[at]] = at;
      offer(at);
      if (previous[at] >= 0) offer(previous[at]);
    }
    let kept = 0;
    for (let i = 0; i < count; i = next[i]) symbols[kept++] = symbols[i];
    return kept;
  }

  return (symbols, count) => (count <= scanLimit ? scan(symbols, count) : withHeap(symbols, count));
}

/** A binary min-heap of numbers. */
function createKeyHeap() {
  let keys = new Float64Array(256);
  let size = 0;
  return {
    size: () => size,
    push(key: number): void {
      if (size === keys.length) {
        const larger = new Float64Array(size * 2);
        larger.set(keys);
        keys = larger;
      }
      let at = size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (keys[parent] <= key) break;
        keys[at] = keys[parent];
        at = parent;
      }
      keys[at] = key;
    },
    pop(): number {
      const top = keys[0];
      const key = keys[--size];
      let at = 0;
      for (;;) {
        let child = at * 2 + 1;
        if (child >= size) break;
        if (child + 1 < size && keys[child + 1] < keys[child]) child++;
        if (keys[child] >= key) break;
        keys[at] = keys[child];
        at = child;
      }
      keys[at] = key;
      return top;
    },
  };
}
