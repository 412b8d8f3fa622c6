/** Contrastive decoding (Li et al. 2022): what an expert says more than an amateur does, among what the expert finds plausible. */

import type { LanguageModel } from '../types.ts';
import { withCompanion } from './companion.ts';
import { logSoftmax } from './log-softmax.ts';
import { checkNumber } from './options.ts';
import { sampling } from './sampling.ts';
import type { Strategy } from './strategy.ts';

export interface ContrastiveDecodingOptions {
  /** The strategy that sees the difference. Default `sampling()`; the paper has `beamSearch({ beams: 5 })`. */
  readonly strategy?: Strategy;
  /** Only tokens at least `alpha` times as likely for the expert as its likeliest are plausible. Default 0.1. */
  readonly alpha?: number;
  /** Divides the amateur's logits. Default 1; the paper has 0.5 for GPT-2. */
  readonly amateurTemperature?: number;
  /** Left out: expert − amateur. Given: (1 + beta) · expert − beta · amateur (O'Brien and Lewis 2023, with 0.5). */
  readonly beta?: number;
}

/** The difference of log-probabilities as logits. `amateur` is a smaller or worse model with the same vocabulary. */
export function contrastiveDecoding(
  amateur: LanguageModel,
  options: ContrastiveDecodingOptions = {},
): Strategy {
  const { strategy = sampling(), alpha = 0.1, amateurTemperature = 1, beta } = options;
  checkNumber('alpha', alpha, 'in [0, 1]', (a) => a >= 0 && a <= 1);
  checkNumber('amateurTemperature', amateurTemperature, 'a number > 0', (t) => t > 0);
  if (beta !== undefined) checkNumber('beta', beta, 'a number ≥ 0', (b) => b >= 0);
  const forExpert = beta === undefined ? 1 : 1 + beta;
  const forAmateur = beta === undefined ? 1 : beta;
  return withCompanion(strategy, {
    model: amateur,
    combine(logits, beside) {
      if (amateurTemperature !== 1)
        for (let id = 0; id < beside.length; id++) beside[id] /= amateurTemperature;
      logSoftmax(beside);
      logSoftmax(logits);
      const least = greatest(logits) + Math.log(alpha);
      for (let id = 0; id < logits.length; id++) {
        logits[id] =
          logits[id] < least
            ? Number.NEGATIVE_INFINITY
            : forExpert * logits[id] - forAmateur * Math.max(beside[id], FLOOR);
      }
    },
  });
}

/** What an amateur bans would be worth +∞ otherwise. */
const FLOOR = -100;

function greatest(values: Float32Array): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) if (values[i] > max) max = values[i];
  return max;
}
