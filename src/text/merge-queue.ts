/** The queue of a BPE trainer: the pair with the largest count first, of equal ones that with the smaller ids. */

/** A pair and the words to look at when it is merged. */
export interface QueuedPair {
  readonly pair: number;
  count: number;
  readonly words: readonly number[];
}

/**
 * A heap over pairs whose counts change behind its back: an entry with an outdated count goes back in with the true
 * one when it comes to the top. `lefts`, `rights` and `totals` are the pairs' ids and current counts.
 */
export function createMergeQueue(
  lefts: readonly number[],
  rights: readonly number[],
  totals: readonly number[],
) {
  const heap: QueuedPair[] = [];

  const before = (a: QueuedPair, b: QueuedPair): boolean => {
    if (a.count !== b.count) return a.count > b.count;
    if (lefts[a.pair] !== lefts[b.pair]) return lefts[a.pair] < lefts[b.pair];
    return rights[a.pair] < rights[b.pair];
  };

  function up(entry: QueuedPair): void {
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  /** Puts `entry` in the place of the top. */
  function down(entry: QueuedPair): void {
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], entry)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
  }

  return {
    push(pair: number, words: readonly number[]): void {
      const entry = { pair, count: totals[pair], words };
      heap.push(entry);
      up(entry);
    },
    /** The pair to merge next, with its true count. */
    pop(): QueuedPair | undefined {
      while (heap.length > 0) {
        const top = heap[0];
        if (top.count !== totals[top.pair]) {
          top.count = totals[top.pair];
          down(top);
          continue;
        }
        const last = heap.pop()!;
        if (heap.length > 0) down(last);
        return top;
      }
      return undefined;
    },
  };
}
