/** Several methods as one: their rankings are fused. */

import { reciprocalRankFusion } from '../retrieve/index.ts';
import type { Judgement, Recommender } from './method.ts';
import { orderOf } from './rank.ts';

/** Ranks of a method that count. */
const DEPTH = 1000;

/** By reciprocal ranks (Cormack, Clarke and Büttcher 2009); reasons are those of the first that has some. */
export function fused(parts: readonly Recommender[]): Recommender {
  if (parts.length === 1) return parts[0];
  return {
    method: parts.map(({ method }) => method).join('+'),
    async judge(taste, log, options) {
      const judgements: Judgement[] = [];
      for (const part of parts) {
        const judgement = await part.judge(taste, log, options);
        if (judgement) judgements.push(judgement);
      }
      if (judgements.length === 0) return undefined;
      const scores = new Float64Array(log.items.length);
      const fuse = (candidates: readonly number[]): void => {
        const rankings = judgements.map((one) =>
          orderOf(candidates, one.scores, log, DEPTH).map((id) => ({ id, score: one.scores[id] })),
        );
        for (const { id, score } of reciprocalRankFusion(rankings)) scores[id] = score;
      };
      const all = [...log.items.keys()];
      const met = new Set(taste.map(({ item }) => item));
      // What was read is like what was read: it would push everything else down. It has ranks of its own.
      fuse(all);
      fuse(all.filter((item) => !met.has(item)));
      const explain = judgements.find((one) => one.explain)?.explain;
      return { scores, ...(explain && { explain }) };
    },
  };
}
