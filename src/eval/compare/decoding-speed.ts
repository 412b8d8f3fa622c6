/** How fast models write, one beside the other. */

import type { LanguageModel } from '../../types.ts';
import { checkInteger } from '../errors.ts';
import { median } from '../spread.ts';

export interface DecodingSpeedOptions {
  /** Tokens that each writes in a round. Default 16. */
  readonly tokens?: number;
  /** Default 5. */
  readonly rounds?: number;
  /** Texts that are written at once. Default 1. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
}

/**
 * Tokens per second of each model, over all texts of the batch: the median step of all rounds. They take turns, so that what
 * else the machine does meets all of them. An abort is thrown.
 */
export async function decodingSpeed(
  models: readonly LanguageModel[],
  options: DecodingSpeedOptions = {},
): Promise<number[]> {
  const { tokens = 16, rounds = 5, batch = 1, signal } = options;
  const where = 'decodingSpeed';
  checkInteger(where, 'tokens', tokens, 1);
  checkInteger(where, 'rounds', rounds, 1);
  checkInteger(where, 'batch', batch, 1);
  const steps = models.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, model] of models.entries()) {
      signal?.throwIfAborted();
      const sequences = Array.from({ length: batch }, () => model.open());
      const write = (place: number) =>
        model.step(sequences.map((sequence) => ({ sequence, ids: [place % model.vocabSize] })));
      write(0);
      for (let place = 1; place <= Math.min(tokens, model.contextLength - 1); place++) {
        const start = performance.now();
        write(place);
        steps[i].push(performance.now() - start);
      }
      for (const sequence of sequences) sequence.close();
      await new Promise(setImmediate);
    }
  }
  return steps.map((times) => (batch * 1000) / median(times));
}
