/** A binary heap of places by their scores. */

export interface Heap {
  readonly size: number;
  push(index: number, score: number): void;
  /** The place at the top, and its score; only while there is one. */
  topIndex(): number;
  topScore(): number;
  /** Takes the top away. */
  pop(): void;
}

/** A heap with the highest score at the top, or the lowest. */
export function createHeap(top: 'highest' | 'lowest'): Heap {
  const sign = top === 'highest' ? -1 : 1;
  const indexes: number[] = [];
  // The lowest key is at the top.
  const keys: number[] = [];
  const swap = (a: number, b: number): void => {
    [indexes[a], indexes[b]] = [indexes[b], indexes[a]];
    [keys[a], keys[b]] = [keys[b], keys[a]];
  };
  return {
    get size() {
      return keys.length;
    },
    push(index, score) {
      let at = keys.length;
      indexes.push(index);
      keys.push(sign * score);
      for (let above = (at - 1) >> 1; at > 0 && keys[above] > keys[at]; above = (at - 1) >> 1) {
        swap(at, above);
        at = above;
      }
    },
    topIndex: () => indexes[0],
    topScore: () => sign * keys[0],
    pop() {
      const last = keys.length - 1;
      swap(0, last);
      indexes.pop();
      keys.pop();
      for (let at = 0; ; ) {
        const left = 2 * at + 1;
        if (left >= last) break;
        const child = left + 1 < last && keys[left + 1] < keys[left] ? left + 1 : left;
        if (keys[child] >= keys[at]) break;
        swap(at, child);
        at = child;
      }
    },
  };
}
