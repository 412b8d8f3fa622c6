/** An answer: whom it is for, what may come, the best of it, and why. */

import { nearest } from '../errors.ts';
import { popularity } from './by-readers.ts';
import { fail, requireNumber, share, wholePositive } from './errors.ts';
import type { Item } from './items.ts';
import type { Lexicon } from './lexicon.ts';
import { limits } from './limits.ts';
import type { Judgement, Recommender, Taste, WordReason } from './method.ts';
import { rankItems } from './rank.ts';
import type { ReadingLog } from './reading-log.ts';

/** Whom it is for: any of these together. */
export interface Wish {
  /** What this reader met before. */
  readonly user?: string;
  /** Items that are liked, or, with a weight below 0, are not. */
  readonly read?: readonly { readonly item: string; readonly weight?: number }[];
  /** Words of what is wanted, or a text that is liked. */
  readonly text?: string;
}

export interface RecommendOptions {
  /** How many. Default 10. */
  readonly top?: number;
  /** From 0, the best, to 1, the most different from each other. Default 0. */
  readonly diversity?: number;
  /** Of one category at most so many. Default: all. */
  readonly perCategory?: number;
  /** Only of this category. */
  readonly category?: string;
  /** Only items that nobody liked so far. */
  readonly isNewOnly?: boolean;
  /** Whether what was met before may come again. Default false. */
  readonly again?: boolean;
  /** Texts and words that are told for each. Default 3. */
  readonly reasons?: number;
  readonly signal?: AbortSignal;
}

export interface Recommendation {
  readonly item: Item;
  readonly score: number;
  /** How many readers liked it. 0: it is new, and only its text speaks for it. */
  readonly readers: number;
  /** What was read that led to it, the loudest first; `item` is undefined for a text of the wish. `share`: of all that speaks for it. */
  readonly because: readonly { readonly item: Item | undefined; readonly share: number }[];
  /** Words of its text that led to it. */
  readonly words: readonly WordReason[];
  readonly wordsBy: 'weights' | 'shared' | undefined;
}

export interface Recommendations {
  /** `popularity`: nothing that is known of the reader says anything, so what most readers like is told. */
  readonly by: 'taste' | 'popularity';
  readonly method: string;
  /** How many things that were read were looked at. */
  readonly read: number;
  readonly items: readonly Recommendation[];
}

export interface Shelf {
  readonly lexicon: Lexicon;
  readonly log: ReadingLog;
  readonly recommender: Recommender;
}

/** Ids that are looked through for the nearest: of more it takes long. */
const COMPARED = 20_000;

/** The place of an item that must be there. @throws `recommend/no-item` */
export function itemPlace({ items, placeOf }: Pick<ReadingLog, 'items' | 'placeOf'>, id: string): number {
  const place = placeOf(id);
  if (place !== undefined) return place;
  const shown = id.slice(0, limits.idCharacters);
  const near = nearest(
    shown,
    items.slice(0, COMPARED).map((one) => one.id),
  );
  throw fail('recommend/no-item', { item: shown, near });
}

/** The taste of a wish, and what it has met. @throws `recommend/no-item` */
export function tasteOf(
  { user, read = [], text }: Wish,
  log: ReadingLog,
): { readonly taste: Taste; readonly met: ReadonlySet<number> } {
  const known = user === undefined ? [] : log.historyOf(user);
  const named = read.map(({ item, weight = 1 }) => ({ item: itemPlace(log, item), weight }));
  const met = new Set([...known, ...named].map(({ item }) => item));
  // What is named now says more of an item than what was read before.
  const again = new Set(named.map(({ item }) => item));
  const taste: Taste = [
    ...known.filter(({ item }) => !again.has(item)).slice(-limits.history),
    ...named,
    ...(text?.trim() ? [{ text, weight: 1 }] : []),
  ];
  return { taste, met };
}

/**
 * The items that fit a reader best, of those that were not met before. Whoever is not known and says nothing gets what most readers like.
 *
 * @throws `recommend/option`, `recommend/no-item`
 *
 * @example
 * const lexicon = createLexicon(items);
 * const { log } = logOf(items, events, ratingScale(events));
 * await recommend({ user: 'anna' }, { lexicon, log, recommender: byTerms('tfidf', lexicon) }, { top: 5 });
 */
export async function recommend(
  wish: Wish,
  { lexicon, log, recommender }: Shelf,
  options: RecommendOptions = {},
): Promise<Recommendations> {
  const { top = 10, diversity = 0, perCategory, category, again = false, reasons = 3, signal } = options;
  requireNumber('top', top, {
    test: (x) => wholePositive.test(x) && x <= limits.top,
    en: `a whole number from 1 to ${limits.top}`,
    zh: `为 1 到 ${limits.top} 的整数`,
  });
  requireNumber('diversity', diversity, share);
  if (perCategory !== undefined) requireNumber('perCategory', perCategory, wholePositive);
  const { taste, met } = tasteOf(wish, log);
  const judged = taste.length === 0 ? undefined : await recommender.judge(taste, log, { signal });
  signal?.throwIfAborted();
  const judgement: Judgement = judged ?? (await popularity.judge(taste, log))!;
  const candidates: number[] = [];
  for (let item = 0; item < log.items.length; item++) {
    if (!again && met.has(item)) continue;
    if (category !== undefined && log.items[item].category !== category) continue;
    if (options.isNewOnly && log.likes[item] > 0) continue;
    candidates.push(item);
  }
  const { likeness } = lexicon;
  const chosen = rankItems(candidates, judgement.scores, { top, diversity, perCategory, log, likeness });
  return {
    by: judged ? 'taste' : 'popularity',
    method: judged ? recommender.method : 'popularity',
    read: taste.length,
    items: chosen.map((item) => ({
      item: log.items[item],
      score: judgement.scores[item],
      readers: log.likes[item],
      ...reasonsOf(item, judgement, { taste, reasons, items: log.items }),
    })),
  };
}

function reasonsOf(
  item: number,
  { explain }: Judgement,
  { taste, reasons, items }: { taste: Taste; reasons: number; items: readonly Item[] },
): Pick<Recommendation, 'because' | 'words' | 'wordsBy'> {
  if (!explain || reasons === 0) return { because: [], words: [], wordsBy: undefined };
  const { reads, words, wordsBy } = explain(item);
  const speaking = reads.filter(({ weight }) => weight > 0);
  const all = speaking.reduce((sum, { weight }) => sum + weight, 0);
  const because = speaking.slice(0, reasons).map(({ read, weight }) => {
    const { item: place } = taste[read];
    return { item: place === undefined ? undefined : items[place], share: weight / all };
  });
  const told = tellable(words, reasons);
  return { because, words: told, wordsBy: told.length > 0 ? wordsBy : undefined };
}

/** The first that speak for it and stand in its text; a character of a pair that is told already is not told again. */
function tellable(words: readonly WordReason[], most: number): WordReason[] {
  const told: WordReason[] = [];
  for (const word of words) {
    if (told.length === most) break;
    if (word.weight <= 0 || word.places.length === 0) continue;
    const isInside = ([start, end]: readonly [number, number]): boolean =>
      told.some(({ places }) => places.some(([from, to]) => from <= start && end <= to));
    if (!word.places.every(isInside)) told.push(word);
  }
  return told;
}
