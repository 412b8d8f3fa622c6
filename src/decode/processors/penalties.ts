/** Penalties: tokens that were said become less likely. They cost what was said, not what could be. */

import type { CountScope } from '../history.ts';
import { checkInteger, checkNumber } from '../options.ts';
import type { LogitsProcessor } from './processor.ts';

export interface PenaltyOptions {
  /** Whether the tokens of the prompt count as said. Default: as the penalty's author had it, see each. */
  readonly includePrompt?: boolean;
  /** Only the last so many tokens of the text count. Default: all. */
  readonly window?: number;
}

/**
 * Makes every token that occurred less likely, once, however often it did: a positive logit is divided by `theta`, a
 * negative one multiplied (Keskar et al. 2019, with the sign corrected). Above 1 discourages, below 1 encourages. The
 * prompt counts by default.
 */
export function repetitionPenalty(theta: number, options: PenaltyOptions = {}): LogitsProcessor {
  checkNumber('repetitionPenalty', theta, 'a number > 0', (value) => value > 0);
  const { scope, window } = said('repetitionPenalty', options, true);
  return (logits, step) => {
    for (const id of step.counts(scope, window).keys())
      logits[id] = logits[id] < 0 ? logits[id] * theta : logits[id] / theta;
  };
}

/** Subtracts `alpha` for each time the text has the token (the OpenAI definition). By default the prompt does not count. */
export function frequencyPenalty(alpha: number, options: PenaltyOptions = {}): LogitsProcessor {
  checkNumber('frequencyPenalty', alpha, 'a number', () => true);
  const { scope, window } = said('frequencyPenalty', options, false);
  return (logits, step) => {
    for (const [id, count] of step.counts(scope, window)) logits[id] -= alpha * count;
  };
}

/** Subtracts `alpha` once if the text has the token (the OpenAI definition). By default the prompt does not count. */
export function presencePenalty(alpha: number, options: PenaltyOptions = {}): LogitsProcessor {
  checkNumber('presencePenalty', alpha, 'a number', () => true);
  const { scope, window } = said('presencePenalty', options, false);
  return (logits, step) => {
    for (const id of step.counts(scope, window).keys()) logits[id] -= alpha;
  };
}

function said(
  option: string,
  { includePrompt, window }: PenaltyOptions,
  promptByDefault: boolean,
): { scope: CountScope; window: number | undefined } {
  if (window !== undefined) checkInteger(`${option}.window`, window, 1);
  return { scope: (includePrompt ?? promptByDefault) ? 'all' : 'completion', window };
}
