/**
 * Classifier-free guidance for text (Sanchez et al. 2023): away from what the model would say without the prompt, or after
 * a prompt that is not wanted. The formula is that of Hugging Face transformers.
 */

import { withCompanion } from './companion.ts';
import { logSoftmax } from './log-softmax.ts';
import { checkIds, checkNumber } from './options.ts';
import { sampling } from './sampling.ts';
import type { Strategy } from './strategy.ts';

export interface GuidanceOptions {
  /** 1 is off; above 1 towards the prompt and away from the negative one. Default 1.5. */
  readonly scale?: number;
  /** The negative prompt. Default: the last token of the prompt alone, which says nothing of it. */
  readonly negativeIds?: readonly number[];
}

/** log p = log p(without) + scale · (log p(with) − log p(without)), then the strategy's own processors. */
export function classifierFreeGuidance(
  strategy: Strategy = sampling(),
  options: GuidanceOptions = {},
): Strategy {
  const { scale = 1.5, negativeIds } = options;
  checkNumber('scale', scale, 'a number ≥ 0', (s) => s >= 0);
  const guided = withCompanion(strategy, {
    promptIds: ({ promptIds, promptLength }) => negativeIds ?? [promptIds[promptLength - 1]],
    combine(logits, beside) {
      logSoftmax(logits);
      logSoftmax(beside);
      for (let id = 0; id < logits.length; id++) {
        if (beside[id] > Number.NEGATIVE_INFINITY && logits[id] > Number.NEGATIVE_INFINITY) {
          logits[id] = beside[id] + scale * (logits[id] - beside[id]);
        }
      }
    },
  });
  return (task) => {
    if (negativeIds) checkIds('negativeIds', negativeIds, task.model.vocabSize);
    return guided(task);
  };
}
