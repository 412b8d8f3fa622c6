/** Reading a text piece by piece while something of the model is looked at; others' tokens go on between the pieces. */

import { nextTurn } from '../../decode/index.ts';
import type { Ids } from '../../repeat/index.ts';
import type { LanguageModel, StepResult, StepWants } from '../../types.ts';
import { fail } from '../errors.ts';
import { inspectLimits } from './inspect-limits.ts';

/** Tokens read at once: what is held of a model's insides at one time. */
const PIECE = 32;

export interface ReadAlongOptions {
  readonly wants?: Omit<StepWants, 'logits'>;
  /** Places before it are read and not shown. Default 0. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/** Calls `visit` for each place in turn, with what the model says after it: row `row` of `result`. */
export async function readAlong(
  model: LanguageModel,
  ids: Ids,
  { wants, from = 0, signal }: ReadAlongOptions,
  visit: (at: number, result: StepResult, row: number) => void,
): Promise<void> {
  const sequence = model.open();
  try {
    for (let start = 0; start < ids.length; ) {
      await nextTurn();
      signal?.throwIfAborted();
      const isHidden = start < from;
      const end = Math.min(start + PIECE, isHidden ? from : ids.length);
      const piece = Array.prototype.slice.call(ids, start, end) as number[];
      const given: StepWants = isHidden ? { logits: 'none' } : { ...wants, logits: 'all' };
      const [result] = model.step([{ sequence, ids: piece }], given);
      if (!isHidden) result.logits.forEach((_, row) => visit(start + row, result, row));
      start = end;
    }
  } finally {
    sequence.close();
  }
}

/** A text must have a token, and fit into the context and the limit. */
export function checkText(where: string, model: LanguageModel, ids: Ids): void {
  const most = Math.min(model.contextLength, inspectLimits.tokens);
  if (ids.length === 0) throw fail('eval/no-tokens', { where });
  if (ids.length > most) throw fail('eval/too-long', { where, tokens: ids.length, most });
}

/** Checks an integer between two ends, both allowed. */
export function checkBetween(
  where: string,
  option: string,
  value: number,
  [least, most]: readonly [number, number],
): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw fail('eval/option', { where, option, rule: `an integer from ${least} to ${most}`, got: value });
}
