/** One ranking of several. */

/** What a search found: what it is and how good; the best first. */
export interface Ranked<Id> {
  readonly id: Id;
  readonly score: number;
}

const best = <Id>(scores: ReadonlyMap<Id, number>): Ranked<Id>[] =>
  Array.from(scores, ([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score);

/**
 * Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009): Σ 1 / (k + rank), ranks from 1. Scores of the rankings do not
 * count; what a ranking lacks adds nothing.
 */
export function reciprocalRankFusion<Id>(
  rankings: readonly (readonly Ranked<Id>[])[],
  { k = 60 }: { readonly k?: number } = {},
): Ranked<Id>[] {
  const scores = new Map<Id, number>();
  for (const ranking of rankings) {
    for (const [i, { id }] of ranking.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (k + i + 1));
  }
  return best(scores);
}

/**
 * The weighted sum of scores, each ranking's brought to [0, 1] first: its best is 1, its worst 0 (all equal: 1). What a ranking lacks
 * gets 0 from it.
 */
export function weightedFusion<Id>(
  rankings: readonly (readonly Ranked<Id>[])[],
  weights: readonly number[],
): Ranked<Id>[] {
  const scores = new Map<Id, number>();
  for (const [i, ranking] of rankings.entries()) {
    const values = ranking.map(({ score }) => score);
    const least = Math.min(...values);
    const range = Math.max(...values) - least;
    for (const { id, score } of ranking) {
      const share = range > 0 ? (score - least) / range : 1;
      scores.set(id, (scores.get(id) ?? 0) + weights[i] * share);
    }
  }
  return best(scores);
}
