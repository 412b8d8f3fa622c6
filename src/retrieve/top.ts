/** The best of many. */

/** A place in a list and its score; more is better. */
export interface Scored {
  readonly index: number;
  readonly score: number;
}

/** The `count` highest scores, the best first; of equals the one that stands first. Scores that are no number are left out. */
export function topScores(scores: ArrayLike<number>, count: number): Scored[] {
  const best: Scored[] = [];
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index];
    if (Number.isNaN(score) || (best.length >= count && score <= best[best.length - 1].score)) continue;
    let at = best.length;
    while (at > 0 && best[at - 1].score < score) at--;
    best.splice(at, 0, { index, score });
    if (best.length > count) best.pop();
  }
  return best;
}
