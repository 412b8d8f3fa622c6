/**
 * What a decoding strategy is: a generator that asks for model steps and offers tokens. It stands on the four verbs of a
 * sequence (append through a step, rewind, fork, close) and never calls the model itself, so that whoever runs it can put
 * the steps of many into one batch, stop between any two, and take tokens back.
 */

import type {
  FinishReason,
  GuardStats,
  LanguageModel,
  StepRequest,
  StepResult,
  StepWants,
} from '../types.ts';
import type { ChosenScore } from './scores.ts';
import { isTurnSpent } from './turn-work.ts';

/** One prompt to continue. Everything in it has been checked. */
export interface DecodeTask {
  readonly model: Pick<LanguageModel, 'vocabSize' | 'contextLength' | 'hasPrefix' | 'open'>;
  /** What is there already; at least one id, at most `contextLength`. */
  readonly promptIds: readonly number[];
  /**
   * How many of them are the prompt. The rest is the beginning of the text itself, which is taken up again: it counts for
   * penalties and constraints like every token of the text, but is not offered again and does not count for `maxTokens`.
   */
  readonly promptLength: number;
  /** How many texts shall come out. */
  readonly n: number;
  /** The most tokens that a text may have; `Infinity` for as many as the context holds. */
  readonly maxTokens: number;
  /** Ids that end a text. They are not part of it. */
  readonly eosIds: ReadonlySet<number>;
  readonly seed: number;
  /** Number of alternatives to score beside each token; `undefined` for no scores. */
  readonly logprobs: number | undefined;
}

/** Asks for a batched step; answered with its results. */
export interface StepCall {
  readonly type: 'step';
  readonly batch: readonly StepRequest[];
  readonly wants?: StepWants;
  /** The model to step when it is not the task's: one that drafts, one that stands beside it. */
  readonly model?: LanguageModel;
}

/** The next token of text `index`; answered with a verdict or nothing. */
export interface TokenEvent extends ChosenScore {
  readonly type: 'token';
  readonly index: number;
  readonly id: number;
}

/** Text `index` has ended; nothing more comes of it. */
export interface FinishEvent {
  readonly type: 'finish';
  readonly index: number;
  readonly reason: FinishReason;
  /** How many tokens were offered. */
  readonly completionTokens: number;
  /** What went wrong, when the reason is `error`. */
  readonly error?: unknown;
  /** By what a search ranked the text. */
  readonly score?: number;
  /** What the guard did to it, when there was one. */
  readonly guard?: GuardStats;
}

/** Text `index` fell into a loop; what was not shown yet is taken back and written anew. */
export interface LoopRepairedEvent {
  readonly type: 'loop-repaired';
  readonly index: number;
  /** Where the first copy begins, in tokens of the text. */
  readonly onset: number;
  /** Tokens from one copy to the next. */
  readonly period: number;
  /** What is done against it. */
  readonly action: string;
}

/** What a strategy offers to its reader. */
export type DecodeEvent = TokenEvent | FinishEvent | LoopRepairedEvent;

/** What the reader may say to a token: end this text here, for this reason. */
export interface Verdict {
  readonly type: 'finish';
  readonly reason: FinishReason;
}

export type Reply = readonly StepResult[] | Verdict | undefined;

/** Continues one prompt. All sequences it opened are closed when it returns or is returned. */
export type Strategy = (task: DecodeTask) => Generator<StepCall | DecodeEvent, void, Reply>;

/** Inside a strategy: `const results = yield* runStep(batch)`; of the task's model, unless another is given. */
export function* runStep(
  batch: readonly StepRequest[],
  wants?: StepWants,
  model?: LanguageModel,
): Generator<StepCall, readonly StepResult[], Reply> {
  return (yield { type: 'step', batch, wants, ...(model && { model }) }) as readonly StepResult[];
}

/** Inside a strategy that has worked much since its last step: goes on in a fresh turn of the event loop. */
export function* takeTurn(): Generator<StepCall, void, Reply> {
  if (isTurnSpent()) yield* runStep([]);
}

/** Inside a strategy: `const verdict = yield* offerToken({ index, id })`. */
export function* offerToken(
  token: Omit<TokenEvent, 'type'>,
): Generator<TokenEvent, Verdict | undefined, Reply> {
  return (yield { type: 'token', ...token }) as Verdict | undefined;
}
