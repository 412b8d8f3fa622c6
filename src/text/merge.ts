/**
 * The merging of one piece: always the pair of lowest priority, the leftmost first. Short pieces scan an array;
 * long ones keep a heap over a linked list, so that a piece of n bytes costs O(n log n).
 */

import type { PairTable } from './pair-table.ts';

/** Up to this many symbols scanning beats the heap (measured on English and Chinese text). */
const SCAN_LIMIT = 48;
const NONE = 0x7fffffff;

/** Replaces pairs in `symbols[0, count)` until none of the table is left; returns the number of symbols. */
export type MergeSymbols = (symbols: Int32Array, count: number) => number;

/** `pairs`: (left, right) → priority (lower first), id of the merged token. */
export function createMerger(pairs: PairTable): MergeSymbols {
  const priorities = new Int32Array(SCAN_LIMIT);

  function scan(symbols: Int32Array, given: number): number {
    let count = given;
    for (let i = 0; i + 1 < count; i++) {
      const priority = pairs.get(symbols[i], symbols[i + 1]);
      priorities[i] = priority < 0 ? NONE : priority;
    }
    while (count > 1) {
      let best = NONE;
      let at = -1;
      for (let i = 0; i + 1 < count; i++) {
        if (priorities[i] < best) {
          best = priorities[i];
          at = i;
        }
      }
      if (at < 0) break;
      symbols[at] = pairs.second(symbols[at], symbols[at + 1]);
      count--;
      for (let i = at + 1; i < count; i++) {
        symbols[i] = symbols[i + 1];
        priorities[i] = priorities[i + 1];
      }
      if (at + 1 < count) {
        const priority = pairs.get(symbols[at], symbols[at + 1]);
        priorities[at] = priority < 0 ? NONE : priority;
      }
      if (at > 0) {
        const priority = pairs.get(symbols[at - 1], symbols[at]);
        priorities[at - 1] = priority < 0 ? NONE : priority;
      }
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
      const priority = right < count ? pairs.get(symbols[at], symbols[right]) : -1;
      current[at] = priority;
      // NOTE: priority · 2³² + place is exact (priorities < 2²¹) and orders by priority, then from the left.
      if (priority >= 0) heap.push(priority * 0x100000000 + at);
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
      symbols[at] = pairs.second(symbols[at], symbols[right]);
      current[right] = -1;
      next[at] = next[right];
      if (next[at] < count) previous[next[at]] = at;
      offer(at);
      if (previous[at] >= 0) offer(previous[at]);
    }
    let kept = 0;
    for (let i = 0; i < count; i = next[i]) symbols[kept++] = symbols[i];
    return kept;
  }

  return (symbols, count) => (count <= SCAN_LIMIT ? scan(symbols, count) : withHeap(symbols, count));
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
