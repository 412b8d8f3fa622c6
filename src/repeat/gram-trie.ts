/** Which n-grams, n ≤ k, a growing sequence has already used, and where the last one of k ids ended. */

/** Ids must be integers in [0, 2²⁹). O(k) per push and per forgotten id, whatever the length. */
export interface GramTrie {
  readonly length: number;
  push(id: number): void;
  /** Length of the longest suffix of the first `end` ids, at most k, that also ends earlier. */
  seenAt(end: number): number;
  /** Where the k-gram that is the end of the first `end` ids ended before, the last time; 0 if it is new. */
  previousAt(end: number): number;
  rewind(length: number): void;
  fork(): GramTrie;
}

interface Memory {
  /** Every gram of 1…k ids is a node: (node of the gram without its last id, that id) → node. The root is 0. */
  children: Map<number, number>;
  /** Per node: where it last ended; only for grams of k ids. */
  lastEnd: number[];
  /** Per id pushed: the nodes of its suffixes of 1…k ids (0 where the text is too short). */
  nodes: number[];
  seen: number[];
  previous: number[];
  ids: number[];
}

export function createGramTrie(k: number): GramTrie {
  return grow(k, { children: new Map(), lastEnd: [0], nodes: [], seen: [], previous: [], ids: [] });
}

function grow(k: number, m: Memory): GramTrie {
  const parentOf = (at: number, size: number): number => (size === 1 ? 0 : m.nodes[(at - 1) * k + size - 2]);
  return {
    get length() {
      return m.ids.length;
    },
    push(id) {
      const at = m.ids.length;
      let seen = 0;
      for (let size = 1; size <= k; size++) {
        let node = 0;
        if (size <= at + 1) {
          const key = parentOf(at, size) * 2 ** 29 + id;
          const known = m.children.get(key);
          if (known !== undefined) seen = size;
          else m.children.set(key, m.lastEnd.push(0) - 1);
          node = known ?? m.lastEnd.length - 1;
        }
        m.nodes.push(node);
      }
      m.ids.push(id);
      m.seen.push(seen);
      const whole = m.nodes[at * k + k - 1];
      m.previous.push(m.lastEnd[whole]);
      if (whole !== 0) m.lastEnd[whole] = at + 1;
    },
    seenAt: (end) => (end === 0 ? 0 : m.seen[end - 1]),
    previousAt: (end) => (end === 0 ? 0 : m.previous[end - 1]),
    rewind(length) {
      for (let at = m.ids.length - 1; at >= length; at--) {
        const whole = m.nodes[at * k + k - 1];
        if (whole !== 0) m.lastEnd[whole] = m.previous[at];
        for (let size = Math.min(k, at + 1); size > m.seen[at]; size--) {
          m.children.delete(parentOf(at, size) * 2 ** 29 + m.ids[at]);
          m.lastEnd.pop();
        }
      }
      for (const row of [m.ids, m.seen, m.previous]) row.length = length;
      m.nodes.length = length * k;
    },
    fork: () =>
      grow(k, {
        children: new Map(m.children),
        lastEnd: m.lastEnd.slice(),
        nodes: m.nodes.slice(),
        seen: m.seen.slice(),
        previous: m.previous.slice(),
        ids: m.ids.slice(),
      }),
  };
}
