/** Tokens as people can read them. */

import { topIds } from '../../decode/index.ts';
import type { Tokenizer } from '../../types.ts';

export interface Piece {
  readonly id: number;
  readonly text: string;
  /** The bytes, where they are not text by themselves: part of a character. */
  readonly bytes?: readonly number[];
  readonly isSpecial?: true;
}

/** The piece of text behind an id. */
export function pieceOf(tokenizer: Tokenizer, id: number): Piece {
  // A model may have rows beyond its vocabulary, for alignment.
  if (id >= tokenizer.vocabSize) return { id, text: '' };
  const text = tokenizer.decode([id], { keepSpecial: true });
  const bytes = tokenizer.tokenBytes(id);
  if (bytes.length === 0) return { id, text, isSpecial: true };
  return text.includes('\ufffd') ? { id, text, bytes: [...bytes] } : { id, text };
}

/** A token that could stand at a place. */
export interface Choice extends Piece {
  readonly probability: number;
}

/** What logits say: the likeliest tokens, and how sure the model is. */
export interface Expectation {
  /** In nats. */
  readonly entropy: number;
  readonly top: readonly Choice[];
}

/** The `count` likeliest tokens and the entropy of a row of logits; `logprobOf` any of its tokens. */
export function expectationOf(
  tokenizer: Tokenizer,
  logits: Float32Array,
  count: number,
): Expectation & { readonly logprobOf: (id: number) => number } {
  let most = Number.NEGATIVE_INFINITY;
  for (const logit of logits) if (logit > most) most = logit;
  let total = 0;
  let weighted = 0;
  for (const logit of logits) {
    const weight = Math.exp(logit - most);
    total += weight;
    if (weight > 0) weighted += weight * (logit - most);
  }
  const logTotal = Math.log(total);
  const logprobOf = (id: number): number => logits[id] - most - logTotal;
  const top = count === 0 ? [] : topIds(logits, Math.min(count, logits.length));
  return {
    entropy: Math.max(0, logTotal - weighted / total),
    top: top.map((id) => ({ ...pieceOf(tokenizer, id), probability: Math.exp(logprobOf(id)) })),
    logprobOf,
  };
}

/** The place of a token in the order of likelihood; 1 is the likeliest. */
export function rankOf(logits: Float32Array, id: number): number {
  let rank = 1;
  for (const logit of logits) if (logit > logits[id]) rank++;
  return rank;
}
