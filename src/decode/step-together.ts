/** Puts the steps of many strategies into one batch. */

import type { LanguageModel, StepRequest, StepResult, StepWants } from '../types.ts';
import type { Reply, StepCall } from './strategy.ts';

/** A strategy that waits for a step. */
export interface StepWaiter {
  readonly call: StepCall;
  answer(results: readonly StepResult[]): void;
}

/** A step of a model; one of nothing, which only asks for a turn, is none. */
export const stepOf = (
  model: LanguageModel,
  batch: readonly StepRequest[],
  wants?: StepWants,
): readonly StepResult[] => (batch.length === 0 ? [] : model.step(batch, wants));

/** Asks for as few steps as there are different models and wants, and gives everyone the results of their own requests. */
export function* stepTogether(waiters: readonly StepWaiter[]): Generator<StepCall, void, Reply> {
  for (let waiting = waiters; waiting.length > 0; ) {
    const [{ call: first }] = waiting;
    const together: StepWaiter[] = [];
    const others: StepWaiter[] = [];
    for (const waiter of waiting) (isAlike(waiter.call, first) ? together : others).push(waiter);
    const batch = together.flatMap(({ call }) => call.batch);
    const results = (yield { ...first, batch }) as readonly StepResult[];
    let from = 0;
    for (const { call, answer } of together) answer(results.slice(from, (from += call.batch.length)));
    waiting = others;
  }
}

const isAlike = (a: StepCall, b: StepCall): boolean =>
  a.model === b.model && (a.wants === b.wants || wantsOf(a) === wantsOf(b));

function wantsOf({ wants = {} }: StepCall): string {
  const { logits = 'last', hidden = false, attention = false, layers = false } = wants;
  return `${logits} ${hidden} ${attention} ${layers}`;
}

/** Tokens that are read in one go; a longer prompt is read in parts, so that nobody waits for all of it. */
export const PART = 64;

export const isLong = ({ ids }: StepRequest): boolean => ids.length > PART;

/** The beginning of a long request, to be read without wanting anything. */
export const firstPart = ({ sequence, ids }: StepRequest): StepRequest => ({
  sequence,
  ids: Array.from(ids).slice(0, PART),
});

/** What is left of it then. */
export const restOf = (request: StepRequest): StepRequest => ({
  ...request,
  ids: Array.from(request.ids).slice(PART),
});
