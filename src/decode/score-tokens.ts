/** How likely a model finds a text that is there already. */

import type { LanguageModel } from '../types.ts';
import { fail } from './errors.ts';
import { nextTurn } from './next-turn.ts';
import { checkIds, checkInteger } from './options.ts';
import { createScorer, type IdScore } from './scores.ts';
import { PART } from './step-together.ts';

export interface ScoredToken extends IdScore {
  /** The likeliest tokens at its place, greatest first. */
  readonly top?: readonly IdScore[];
}

/**
 * Log-probabilities (natural, before any processor) of `ids[1]`, `ids[2]`, … each given all before it, with `top`
 * alternatives. @throws when there are more ids than the context holds, or the signal aborts.
 */
export async function scoreTokens(
  model: LanguageModel,
  ids: ArrayLike<number>,
  { top = 0, signal }: { readonly top?: number; readonly signal?: AbortSignal } = {},
): Promise<ScoredToken[]> {
  checkInteger('top', top, 0);
  checkIds('ids', ids, model.vocabSize);
  if (ids.length > model.contextLength) {
    throw fail('decode/context', { tokens: ids.length, contextLength: model.contextLength });
  }
  const scorer = createScorer(top);
  const all = Array.from(ids);
  const scores: ScoredToken[] = [];
  const sequence = model.open();
  try {
    for (let from = 0; from + 1 < all.length; from += PART) {
      await nextTurn();
      signal?.throwIfAborted();
      const part = all.slice(from, Math.min(from + PART, all.length - 1));
      const [{ logits }] = model.step([{ sequence, ids: part }], { logits: 'all' });
      logits.forEach((row, i) => {
        const id = all[from + i + 1];
        scores.push({ id, ...(scorer(row)(id) as { logprob: number }) });
      });
    }
  } finally {
    sequence.close();
  }
  return scores;
}
