/** How well methods find what readers liked later, beside popularity: on items that others read, and on new ones that nobody did. */

import { holm, type Interval, pairedBootstrap, rankingScores } from '../eval/index.ts';
import { popularity } from './by-readers.ts';
import type { ReaderEvent } from './events.ts';
import type { Item } from './items.ts';
import type { Lexicon } from './lexicon.ts';
import { limits } from './limits.ts';
import type { Recommender } from './method.ts';
import { orderOf } from './rank.ts';
import { logOf, type RatingScale, type ReadingLog } from './reading-log.ts';
import { type Split, type SplitEvents, type SplitOptions, splitEvents } from './split-events.ts';

/** Of some of the wanted items: all, those that somebody liked before (`warm`), those that nobody did (`cold`). */
export interface FoundScores {
  readonly readers: number;
  /** At the depth: 1 where what was wanted stands on top (Järvelin and Kekäläinen 2002). */
  readonly ndcg: number;
  /** The share of what was wanted that is among the first. */
  readonly recall: number;
  /** The mean of 1 / the place of the first that was wanted, within 100. */
  readonly mrr: number;
}

export interface MethodScores {
  readonly method: string;
  readonly all: FoundScores;
  /** Absent where nothing of the kind was wanted. */
  readonly warm?: FoundScores;
  readonly cold?: FoundScores;
  /** The share of all candidates that is recommended to anyone. */
  readonly coverage: number;
  /** Bits: −log₂ of the share of readers who liked what is recommended, on average (Zhou et al. 2010); one that nobody did counts as half a reader. */
  readonly novelty: number;
  /** 1 − the mean likeness of two that are recommended together, by tf-idf (Ziegler et al. 2005). */
  readonly diversity: number;
  /** nDCG minus that of popularity on the same readers; p-values are Holm's over all methods. Absent for popularity itself. */
  readonly gain?: { readonly difference: number; readonly interval: Interval; readonly pValue: number };
  /** Readers for whom the method had nothing to say: popularity spoke. */
  readonly silent: number;
}

export interface Measured {
  readonly split: Split;
  readonly depth: number;
  readonly train: number;
  readonly readers: number;
  readonly wanted: number;
  readonly cold: number;
  readonly strangers: number;
  /** Items that could be recommended to a reader: all, or with `new` those that are held out. */
  readonly candidates: number;
  readonly methods: readonly MethodScores[];
}

export interface MeasureOptions extends SplitOptions {
  /** Default `last`. */
  readonly split?: Split;
  /** Of nDCG, recall and the lists that are looked at. Default 10. */
  readonly depth?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (method: string, share: number) => void | Promise<void>;
}

/** Makes a method from what may be known: the items with their texts, and what was read before. */
export type MakeRecommender = (shelf: {
  readonly lexicon: Lexicon;
  readonly log: ReadingLog;
}) => Promise<Recommender>;

/** Places that a reciprocal rank may have. */
const DEEPEST = 100;
/** Readers between two looks at the signal. */
const READERS_AT_ONCE = 16;

/**
 * Every method on the same readers, popularity first. What is held out is known to no method; texts of all items are, as in use.
 *
 * @throws as `splitEvents`
 */
export async function measureRecommenders(
  {
    lexicon,
    events,
    scale,
  }: { readonly lexicon: Lexicon; readonly events: readonly ReaderEvent[]; readonly scale: RatingScale },
  makers: Readonly<Record<string, MakeRecommender>>,
  { split = 'last', depth = 10, signal, onProgress, seed = 0, ...rest }: MeasureOptions = {},
): Promise<Measured> {
  const { items } = lexicon;
  const sides = splitEvents(split, { items, events, scale }, { seed, ...rest });
  const { log } = logOf(items, sides.train, scale);
  const isCold = (id: string): boolean => log.likes[log.placeOf(id)!] === 0;
  const all: Readonly<Record<string, MakeRecommender>> = { popularity: async () => popularity, ...makers };
  const found = [];
  for (const [name, make] of Object.entries(all)) {
    await onProgress?.(name, 0);
    const recommender = await make({ lexicon, log });
    found.push(
      await runMethod(name, recommender, { sides, log, depth, lexicon, isCold, signal, onProgress }),
    );
  }
  const baseline = found[0].gains;
  const gains = found.map(({ gains: own }) =>
    pairedBootstrap(baseline.length, meanOf(baseline), meanOf(own), { seed }),
  );
  const pValues = holm(gains.slice(1).map(({ pValue }) => pValue));
  const wanted = [...sides.wanted.values()].flatMap((own) => [...own]);
  return {
    ...{ split, depth, train: sides.train.length, readers: sides.wanted.size },
    ...{ wanted: wanted.length, cold: wanted.filter(isCold).length, strangers: sides.strangers },
    candidates: sides.fresh?.size ?? items.length,
    methods: found.map(({ gains: _, ...scores }, i) =>
      i === 0 ? scores : { ...scores, gain: { ...gains[i], pValue: pValues[i - 1] } },
    ),
  };
}

const meanOf =
  (values: readonly number[]) =>
  (items: ArrayLike<number> = Int32Array.from(values.keys())): number => {
    let sum = 0;
    for (let i = 0; i < items.length; i++) sum += values[items[i]];
    return sum / items.length;
  };

interface Test extends Pick<MeasureOptions, 'signal' | 'onProgress'> {
  readonly sides: SplitEvents;
  readonly log: ReadingLog;
  readonly lexicon: Lexicon;
  readonly depth: number;
  readonly isCold: (id: string) => boolean;
}

async function runMethod(
  name: string,
  recommender: Recommender,
  { sides, log, lexicon, depth, isCold, signal, onProgress }: Test,
) {
  const { items } = log;
  const fresh = sides.fresh && Int32Array.from(sides.fresh, (id) => log.placeOf(id)!);
  const every = fresh ?? Int32Array.from(items.keys());
  const readers = [...sides.wanted.keys()];
  const everyone = [...log.users()].length;
  const rankings: Record<string, string[]> = Object.create(null);
  const shown = new Set<number>();
  let [silent, novelty, lists, likeness, pairs] = [0, 0, 0, 0, 0];
  for (const [i, user] of readers.entries()) {
    if (i % READERS_AT_ONCE === 0) {
      signal?.throwIfAborted();
      await onProgress?.(name, i / readers.length);
    }
    const history = log.historyOf(user);
    const judged = await recommender.judge(history.slice(-limits.history), log, { signal });
    if (!judged) silent++;
    const { scores } = judged ?? (await popularity.judge([], log))!;
    const met = new Set(history.map(({ item }) => item));
    const candidates = Array.from(every).filter((item) => !met.has(item));
    const order = orderOf(candidates, scores, log, Math.max(depth, DEEPEST));
    rankings[user] = order.map((item) => items[item].id);
    const top = order.slice(0, depth);
    lists++;
    for (const [k, item] of top.entries()) {
      shown.add(item);
      novelty -= Math.log2(Math.max(log.likes[item], 0.5) / everyone) / top.length;
      for (const other of top.slice(0, k)) {
        likeness += lexicon.likeness(item, other);
        pairs++;
      }
    }
  }
  const scoresOf = (isWanted: (id: string) => boolean) => {
    const judgements: Record<string, Record<string, number>> = Object.create(null);
    for (const [user, wanted] of sides.wanted) {
      const own = [...wanted].filter(isWanted);
      if (own.length > 0) judgements[user] = Object.fromEntries(own.map((id) => [id, 1]));
    }
    const count = Object.keys(judgements).length;
    if (count === 0) return undefined;
    const { ndcg, recall, reciprocalRank, queries } = rankingScores(rankings, judgements, {
      depths: [depth],
    });
    const found = { readers: count, ndcg: ndcg[0], recall: recall[0], mrr: reciprocalRank };
    return { found, gains: queries.map((query) => query.ndcg[0]) };
  };
  const all = scoresOf(() => true)!;
  const warm = scoresOf((id) => !isCold(id))?.found;
  const cold = scoresOf(isCold)?.found;
  await onProgress?.(name, 1);
  return {
    method: name,
    all: all.found,
    ...(warm && { warm }),
    ...(cold && { cold }),
    coverage: shown.size / every.length,
    novelty: novelty / Math.max(1, lists),
    diversity: pairs === 0 ? 0 : 1 - likeness / pairs,
    silent,
    gains: all.gains,
  };
}

/** What the events of an item file say without any split: for reports. */
export const describeEvents = (
  items: readonly Item[],
  log: ReadingLog,
): { readonly readers: number; readonly newItems: number } => {
  let readers = 0;
  for (const _ of log.users()) readers++;
  return { readers, newItems: items.filter((_, item) => log.likes[item] === 0).length };
};
