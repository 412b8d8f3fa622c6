/** What the command line tells a method of classification. */

import type { MethodOptions } from '../classify/index.ts';
import type { methodOptions } from './classify-options.ts';
import type { OptionValues } from './command.ts';

type Values = Partial<OptionValues<typeof methodOptions>>;

/** The options under the names that the methods know. */
export function methodSettings({ ngrams, hidden, loss, pooling, ...rest }: Values): MethodOptions {
  const { maxFeatures, epochs, c, smoothing, lr, batchSize, dropout, embedding, filters } = rest;
  return {
    ...(ngrams !== undefined && { ngrams: [1, ngrams] }),
    ...(hidden !== undefined && { hidden: [hidden] }),
    loss: loss as MethodOptions['loss'],
    pooling: pooling as MethodOptions['pooling'],
    ...{ maxFeatures, epochs, c, smoothing, lr, batchSize, dropout, embedding, filters },
  };
}
