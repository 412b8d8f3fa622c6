/** How long the end of a growing sequence has been an exact copy of what stands a fixed distance earlier. */

/** O(1) per push and per forgotten id. */
export interface CopyRun {
  readonly length: number;
  /** The last so many ids equal those `period` places earlier; 0 when the last id continues no copy. */
  readonly run: number;
  /** Distance to the copied ids; meaningful when `run` > 0. */
  readonly period: number;
  /** Where the copy begins, with the id before the run where that is a copy too. */
  readonly start: number;
  push(id: number): void;
  rewind(length: number): void;
  fork(): CopyRun;
}

interface Memory {
  ids: number[];
  /** Per id: the place it copies, −1 if none; and the run so far. */
  source: number[];
  run: number[];
  /** Hash of two neighbours → where the second stood last; and per id what the entry was before. */
  lastPair: Map<number, number>;
  replaced: number[];
}

/**
 * A copy begins at the second id of a pair that was seen before, at its latest place, and goes on as long as the ids
 * agree. Its true beginning may be one id earlier (`start`).
 */
export function createCopyRun(): CopyRun {
  return grow({ ids: [], source: [], run: [], lastPair: new Map(), replaced: [] });
}

function grow(m: Memory): CopyRun {
  const pairAt = (at: number): number =>
    Math.imul(m.ids[at - 1] + 1, 0x9e3779b1) ^ Math.imul(m.ids[at] + 1, 0x85ebca6b);
  const last = (row: readonly number[], otherwise: number): number => row[row.length - 1] ?? otherwise;
  const period = (): number => m.ids.length - 1 - last(m.source, 0);
  return {
    get length() {
      return m.ids.length;
    },
    get run() {
      return last(m.run, 0);
    },
    get period() {
      return period();
    },
    get start() {
      const first = m.ids.length - last(m.run, 0);
      return m.ids[first - 1] === m.ids[first - 1 - period()] ? first - 1 : first;
    },
    push(id) {
      const at = m.ids.push(id) - 1;
      let source = last(m.source, -1);
      let run = last(m.run, 0) + 1;
      let before = -1;
      if (at > 0) {
        before = m.lastPair.get(pairAt(at)) ?? -1;
        m.lastPair.set(pairAt(at), at);
      }
      source = source >= 0 && m.ids[source + 1] === id ? source + 1 : -1;
      if (source < 0) {
        const samePair = before >= 0 && m.ids[before] === id && m.ids[before - 1] === m.ids[at - 1];
        source = samePair ? before : -1;
        run = samePair ? 1 : 0;
      }
      m.source.push(source);
      m.run.push(run);
      m.replaced.push(before);
    },
    rewind(length) {
      for (let at = m.ids.length - 1; at >= length && at > 0; at--) {
        if (m.replaced[at] < 0) m.lastPair.delete(pairAt(at));
        else m.lastPair.set(pairAt(at), m.replaced[at]);
      }
      for (const row of [m.ids, m.source, m.run, m.replaced]) row.length = length;
    },
    fork: () =>
      grow({
        ids: m.ids.slice(),
        source: m.source.slice(),
        run: m.run.slice(),
        lastPair: new Map(m.lastPair),
        replaced: m.replaced.slice(),
      }),
  };
}
