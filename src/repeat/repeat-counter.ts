/** Counts how often passages occur, in bounded memory. */

/** How many different passages a counter remembers before it forgets those seen once. */
export const MAX_PASSAGES = 2 ** 21;
export const WORST = 10;

/** A passage and how often it occurs. */
export interface Offender {
  readonly text: string;
  readonly count: number;
  /**
   * How often a model is expected to write it, against a passage seen once: count³. (A sequence seen 10 times is generated about 1,000
   * times as often: Kandpal et al., "Deduplicating training data mitigates privacy risks in language models", 2022.)
   */
  readonly reproduction: number;
}

/** Passages that occur `from` to `to` times, and the share of all text that they make up together. */
export interface CountBucket {
  readonly from: number;
  readonly to: number;
  readonly passages: number;
  readonly share: number;
}

/** What repeats at one level. Shares are of the size of all passages, in [0, 1]. */
export interface LevelRepetition {
  readonly passages: number;
  /** Different passages that occur at least twice. */
  readonly repeated: number;
  /** Share that is a copy of something earlier. */
  readonly share: number;
  /** Share of what a model would write verbatim that is expected to be one of the repeated passages: count³ over all. */
  readonly reproduced: number;
  readonly byCount: readonly CountBucket[];
  /** The most frequent, most first. */
  readonly worst: readonly Offender[];
  /** Passages forgotten for want of memory: then the figures are lower bounds. */
  readonly forgotten: number;
}

export interface RepeatCounter {
  /** One more occurrence of a passage; how often it was seen before. */
  add(key: number, size: number, text: () => string): number;
  /** `outside` more passages occurred once, of size 1, and were not added. */
  report(outside?: number): LevelRepetition;
}

interface Entry {
  count: number;
  readonly size: number;
  text: string;
}

const BUCKETS = [2, 3, 6, 11, 101, Number.POSITIVE_INFINITY] as const;

/** A counter of passages by the hash of what they say; see `hashText`. */
export function createRepeatCounter(maxPassages = MAX_PASSAGES, mostWorst = WORST): RepeatCounter {
  /** Seen once: only the size is kept. */
  const once = new Map<number, number>();
  const often = new Map<number, Entry>();
  let passages = 0;
  let size = 0;
  let copied = 0;
  let forgotten = 0;
  return {
    add(key, passageSize, text) {
      passages++;
      size += passageSize;
      const known = often.get(key);
      if (known) {
        copied += passageSize;
        return known.count++;
      }
      if (once.has(key)) {
        once.delete(key);
        often.set(key, { count: 2, size: passageSize, text: text() });
        copied += passageSize;
        return 1;
      }
      if (once.size + often.size >= maxPassages) {
        forgotten += once.size;
        once.clear();
      }
      if (often.size < maxPassages) once.set(key, passageSize);
      else forgotten++;
      return 0;
    },
    report(outside = 0) {
      const all = Math.max(size + outside, 1);
      const entries = [...often.values()].sort((a, b) => b.count - a.count || b.size - a.size);
      const cubes = entries.reduce((sum, { count }) => sum + count ** 3, 0);
      return {
        passages: passages + outside,
        repeated: entries.length,
        share: copied / all,
        reproduced: cubes / Math.max(cubes + once.size + forgotten + outside, 1),
        byCount: BUCKETS.slice(0, -1).map((from, i) => {
          const inside = entries.filter(({ count }) => count >= from && count < BUCKETS[i + 1]);
          const total = inside.reduce((sum, entry) => sum + entry.count * entry.size, 0);
          return { from, to: BUCKETS[i + 1] - 1, passages: inside.length, share: total / all };
        }),
        worst: entries
          .slice(0, mostWorst)
          .map(({ text, count }) => ({ text, count, reproduction: count ** 3 })),
        forgotten,
      };
    },
  };
}

/** A number in [0, 2⁵³) for a text: two 32-bit multiplicative hashes side by side. */
export function hashText(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995);
    b ^= b >>> 15;
  }
  return joinHashes(a ^ (a >>> 16), b);
}

/** 21 bits of one hash and 32 of the other. */
export function joinHashes(a: number, b: number): number {
  return (a >>> 11) * 2 ** 32 + (b >>> 0);
}
