/** What a way to recommend is: from what someone read to a score of every item, and the reasons for a score. */

import type { ReadingLog } from './reading-log.ts';

/** Something that speaks of a taste: an item of the log, or any other text. */
export type TasteRead = { readonly weight: number } & (
  | { readonly item: number; readonly text?: undefined }
  | { readonly item?: undefined; readonly text: string }
);

/** What someone likes and does not, the newest last. */
export type Taste = readonly TasteRead[];

/** How much something adds to the score of an item; below 0: it takes from it. */
export interface ReadReason {
  /** The place in the taste. */
  readonly read: number;
  readonly weight: number;
}

export interface WordReason {
  readonly text: string;
  readonly weight: number;
  /** Every place in the text of the item, in UTF-16 units. */
  readonly places: readonly (readonly [start: number, end: number])[];
}

export interface Explanation {
  /** Those that speak loudest first. */
  readonly reads: readonly ReadReason[];
  readonly words: readonly WordReason[];
  /**
   * `weights`: a word adds just so much to the score; `shared`: the method weighs no words, and these are what the item has in common with
   * what was read, weighed by tf-idf.
   */
  readonly wordsBy: 'weights' | 'shared';
}

/** What a method makes of a taste. */
export interface Judgement {
  /** For each item; more is better. */
  readonly scores: Float64Array;
  /** Of a method that looks at no texts: none. */
  readonly explain?: (item: number) => Explanation;
}

export interface Recommender {
  /** As it is chosen: `tfidf`, or `tfidf+neighbours`. */
  readonly method: string;
  /** `undefined`: it can say nothing of this taste. */
  readonly judge: (
    taste: Taste,
    log: ReadingLog,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<Judgement | undefined>;
}

export const recommendMethods = [
  'popularity',
  'recent',
  'neighbours',
  'tfidf',
  'bm25',
  'words',
  'encoder',
  'towers',
] as const;
export type RecommendMethod = (typeof recommendMethods)[number];

/** The first of what speaks loudest. */
export const loudest = <Reason extends { readonly weight: number }>(reasons: Reason[]): Reason[] =>
  reasons.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));

/** What was disliked counts a quarter of what was liked (Rocchio 1971, with 16 to 4 as in Buckley, Salton and Allan 1994). */
const DISLIKED = 0.25;

export interface MemoryOptions {
  /** So many reads later what was read speaks half as loud. Default: it never fades. */
  readonly halfLife?: number;
}

/** How loud each read speaks: what was liked sums to 1, what was disliked to −¼, the newest loudest. All 0: nothing was liked. */
export function loudnessOf(
  reads: readonly { readonly weight: number }[],
  { halfLife = Number.POSITIVE_INFINITY }: MemoryOptions = {},
): Float64Array {
  const own = Float64Array.from(
    reads,
    ({ weight }, i) => weight * 0.5 ** ((reads.length - 1 - i) / halfLife),
  );
  let liked = 0;
  let disliked = 0;
  for (const weight of own) {
    if (weight > 0) liked += weight;
    else disliked -= weight;
  }
  if (liked === 0) return own.fill(0);
  return own.map((weight) => (weight > 0 ? weight / liked : (DISLIKED * weight) / (disliked || 1)));
}
