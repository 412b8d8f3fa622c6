/** A text as the model reads it: each token with what was expected in its place. */

import { type EndLoop, endLoop, type Ids } from '../../repeat/index.ts';
import type { LanguageModel, Tokenizer } from '../../types.ts';
import { inspectLimits } from './inspect-limits.ts';
import { type Expectation, expectationOf, type Piece, pieceOf, rankOf } from './inspect-pieces.ts';
import { checkBetween, checkText, readAlong } from './inspect-read.ts';

export interface TokenReading extends Piece {
  /** What the model expected here, given all before; nothing for the first token. */
  readonly expected?: Expectation & {
    /** Of the token that stands here, in nats. */
    readonly logprob: number;
    /** Its place in the order of likelihood; 1 is the likeliest. */
    readonly rank: number;
  };
}

export interface TextReading {
  readonly tokens: readonly TokenReading[];
  /** What it expects after the text. */
  readonly next: Expectation;
  /** exp of the mean loss; none for a single token. */
  readonly perplexity?: number;
  /** The loop in which the text ends. */
  readonly loop?: EndLoop;
}

/** Reads the ids once. `top` alternatives at each place, default 5. */
export async function inspectTokens(
  model: LanguageModel,
  tokenizer: Tokenizer,
  ids: Ids,
  { top = 5, signal }: { readonly top?: number; readonly signal?: AbortSignal } = {},
): Promise<TextReading> {
  checkText('inspectTokens', model, ids);
  checkBetween('inspectTokens', 'top', top, [0, inspectLimits.top]);
  const tokens: TokenReading[] = [pieceOf(tokenizer, ids[0])];
  let next: Expectation = { entropy: 0, top: [] };
  let total = 0;
  await readAlong(model, ids, { signal }, (at, { logits }, row) => {
    const { logprobOf, ...expected } = expectationOf(tokenizer, logits[row], top);
    if (at + 1 === ids.length) next = expected;
    else {
      const id = ids[at + 1];
      const logprob = logprobOf(id);
      total += logprob;
      tokens.push({
        ...pieceOf(tokenizer, id),
        expected: { ...expected, logprob, rank: rankOf(logits[row], id) },
      });
    }
  });
  const loop = endLoop(ids);
  return {
    tokens,
    next,
    ...(ids.length > 1 && { perplexity: Math.exp(-total / (ids.length - 1)) }),
    ...(loop && { loop }),
  };
}
