/** Which tokens could follow which beams: the best ones, or ones drawn by chance. */

import type { Rng } from '../rng.ts';
import { topIds } from './select.ts';

/** A beam lengthened by one token. */
export interface Candidate {
  /** Which row. */
  readonly beam: number;
  readonly id: number;
  /** Sum of log-probabilities with the token. */
  readonly score: number;
}

/** Chooses at most `count` candidates, best first; fewer if fewer tokens are allowed. `scores` are those of the beams. */
export type ChooseCandidates = (
  rows: readonly Float32Array[],
  scores: readonly number[],
  count: number,
  rng: Rng,
) => Candidate[];

export const bestCandidates: ChooseCandidates = (rows, scores, count) =>
  rows
    .flatMap((row, beam) => topIds(row, count).map((id) => ({ beam, id, score: scores[beam] + row[id] })))
    .filter(({ score }) => score > Number.NEGATIVE_INFINITY)
    .sort(bestFirst)
    .slice(0, count);

/** Draws without replacement, each with a probability in proportion to exp(score). One random number a draw. */
export const drawCandidates: ChooseCandidates = (rows, scores, count, rng) => {
  const size = rows[0].length;
  const weights = new Float64Array(rows.length * size);
  let max = Number.NEGATIVE_INFINITY;
  rows.forEach((row, beam) => {
    for (let id = 0; id < size; id++) {
      const score = (weights[beam * size + id] = scores[beam] + row[id]);
      if (score > max) max = score;
    }
  });
  for (let i = 0; i < weights.length; i++) weights[i] = Math.exp(weights[i] - max);
  const drawn: Candidate[] = [];
  while (drawn.length < count) {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i];
    if (!(total > 0)) break;
    let i = placeOf(weights, rng.uniform() * total);
    weights[i] = 0;
    const beam = Math.floor(i / size);
    i -= beam * size;
    drawn.push({ beam, id: i, score: scores[beam] + rows[beam][i] });
  }
  return drawn.sort(bestFirst);
};

/** The first place at which the running sum exceeds `target`; the last that weighs anything if rounding passes it. */
function placeOf(weights: Float64Array, target: number): number {
  let sum = 0;
  let place = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    sum += weights[i];
    place = i;
    if (sum > target) break;
  }
  return place;
}

function bestFirst(a: Candidate, b: Candidate): number {
  return b.score - a.score || a.beam - b.beam || a.id - b.id;
}
