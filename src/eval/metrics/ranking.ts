/** What a search found against what people judged relevant, by the definitions of trec_eval. */

import { checkInteger, fail } from '../errors.ts';

/** For each query, the ids found, the best first. */
export type Rankings = Readonly<Record<string, readonly string[]>>;

/** For each query, how relevant an id is: above 0 is relevant, 0 or below was judged not to be; others are not judged. */
export type Judgements = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface RankingOptions {
  /** The depths of the scores "at k". Default 1, 5, 10, 100. */
  readonly depths?: readonly number[];
  /**
   * A judged query for which nothing was found counts 0 (default, trec_eval -c), or is left out (`skip`, trec_eval and
   * pytrec_eval by themselves).
   */
  readonly missing?: 'zero' | 'skip';
}

/** Of one query, or the mean over queries; all in [0, 1]. Entry i of a list is at `depths[i]`. */
export interface RankingScore {
  /** Gain = relevance, discount log₂(rank + 1), divided by the best order there is. */
  readonly ndcg: readonly number[];
  readonly recall: readonly number[];
  readonly precision: readonly number[];
  /** 1 where at least one relevant id is among the first k. */
  readonly success: readonly number[];
  /** Mean over the relevant ids of the precision at their ranks, 0 for those not found; over queries: MAP. */
  readonly averagePrecision: number;
  /** 1 / rank of the first relevant id; over queries: MRR. */
  readonly reciprocalRank: number;
}

export interface RankingScores extends RankingScore {
  readonly depths: readonly number[];
  readonly queries: readonly ({ readonly query: string } & RankingScore)[];
}

/**
 * nDCG, recall, precision and success at k, MAP and MRR of rankings. Queries without judgements are left out; one without a
 * relevant id scores 0, as in trec_eval. An id found twice counts once, at its first rank.
 * @throws where no query has judgements
 *
 * @example
 * const { ndcg, averagePrecision } = rankingScores({ q1: ['d3', 'd7'] }, { q1: { d7: 1 } }, { depths: [10] });
 */
export function rankingScores(
  rankings: Rankings,
  judgements: Judgements,
  { depths = [1, 5, 10, 100], missing = 'zero' }: RankingOptions = {},
): RankingScores {
  for (const k of depths) checkInteger('rankingScores', 'depths', k, 1);
  const judged = Object.keys(judgements).filter(
    (query) => missing === 'zero' || Object.hasOwn(rankings, query),
  );
  if (judged.length === 0) throw fail('eval/no-records', { where: 'rankingScores' });
  const queries = judged.map((query) => {
    const found = Object.hasOwn(rankings, query) ? rankings[query] : [];
    return { query, ...rankingScore(found, judgements[query], depths) };
  });
  return { depths, ...meanRanking(queries), queries };
}

/** The scores of one query. */
export function rankingScore(
  found: readonly string[],
  relevance: Readonly<Record<string, number>>,
  depths: readonly number[],
): RankingScore {
  const gains = [...new Set(found)].map((id) =>
    Object.hasOwn(relevance, id) ? Math.max(relevance[id], 0) : 0,
  );
  const best = Object.values(relevance)
    .filter((gain) => gain > 0)
    .sort((a, b) => b - a);
  const share = (value: number, of: number): number => (of === 0 ? 0 : value / of);
  const hitsAt = (k: number): number => gains.slice(0, k).filter((gain) => gain > 0).length;
  let hits = 0;
  let precisions = 0;
  gains.forEach((gain, i) => {
    if (gain > 0) precisions += ++hits / (i + 1);
  });
  const first = gains.findIndex((gain) => gain > 0);
  return {
    ndcg: depths.map((k) => share(discounted(gains, k), discounted(best, k))),
    recall: depths.map((k) => share(hitsAt(k), best.length)),
    precision: depths.map((k) => hitsAt(k) / k),
    success: depths.map((k) => (hitsAt(k) > 0 ? 1 : 0)),
    averagePrecision: share(precisions, best.length),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
  };
}

/** Ids with scores as a ranking: the highest first, equal scores by id from last to first, as trec_eval orders them. */
export function rankByScore(scores: Readonly<Record<string, number>>): string[] {
  return Object.keys(scores).sort((a, b) => scores[b] - scores[a] || (a < b ? 1 : -1));
}

/** Σ gain / log₂(rank + 1) over the first k. */
function discounted(gains: readonly number[], k: number): number {
  return gains.slice(0, k).reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
}

function meanRanking(scores: readonly RankingScore[]): RankingScore {
  const mean = (of: (score: RankingScore) => number): number =>
    scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
  const means = (name: 'ndcg' | 'recall' | 'precision' | 'success'): number[] =>
    scores[0][name].map((_, i) => mean((score) => score[name][i]));
  return {
    ndcg: means('ndcg'),
    recall: means('recall'),
    precision: means('precision'),
    success: means('success'),
    averagePrecision: mean((score) => score.averagePrecision),
    reciprocalRank: mean((score) => score.reciprocalRank),
  };
}
