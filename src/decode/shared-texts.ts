/** For searches whose n texts have their tokens in common: a token is offered to every text that still goes on. */

import type { FinishReason } from '../types.ts';
import type { ChosenScore } from './scores.ts';
import { type FinishEvent, offerToken, type Reply, type TokenEvent } from './strategy.ts';

type Events<Result> = Generator<TokenEvent | FinishEvent, Result, Reply>;

export interface SharedTexts {
  /** Tokens offered to all. */
  readonly length: number;
  /** Whether nobody wants to read on. */
  readonly isOver: boolean;
  /** The next token of every open text. */
  offer(id: number, score?: ChosenScore): Events<void>;
  /** What is left of text `index`, and its end. Nothing if it has ended. */
  finish(index: number, rest: readonly Scored[], reason: FinishReason, score?: number): Events<void>;
  /** The same end for every open text. */
  finishAll(reason: FinishReason, error?: unknown): Events<void>;
}

export interface Scored {
  readonly id: number;
  readonly score?: ChosenScore;
}

/** `n` open texts without a token. */
export function sharedTexts(n: number): SharedTexts {
  const open = new Set(Array.from({ length: n }, (_, index) => index));
  let length = 0;
  function* end(
    index: number,
    reason: FinishReason,
    completionTokens: number,
    more: Pick<FinishEvent, 'error' | 'score'> = {},
  ): Events<void> {
    open.delete(index);
    yield { type: 'finish', index, reason, completionTokens, ...more };
  }
  return {
    get length() {
      return length;
    },
    get isOver() {
      return open.size === 0;
    },
    *offer(id, score) {
      length++;
      for (const index of [...open]) {
        const verdict = yield* offerToken({ index, id, ...score });
        if (verdict) yield* end(index, verdict.reason, length);
      }
    },
    *finish(index, rest, reason, score) {
      if (!open.has(index)) return;
      let tokens = length;
      for (const { id, score } of rest) {
        tokens++;
        const verdict = yield* offerToken({ index, id, ...score });
        if (verdict) return yield* end(index, verdict.reason, tokens);
      }
      yield* end(index, reason, tokens, score === undefined ? {} : { score });
    },
    *finishAll(reason, error) {
      for (const index of [...open]) yield* end(index, reason, length, error === undefined ? {} : { error });
    },
  };
}
