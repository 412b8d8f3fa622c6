/** Rows for learning to answer: what is asked is read, and only the tokens of answers count (Ouyang et al. 2022, arXiv:2203.02155). */

import { createRng } from '../rng.ts';
import { fail } from './errors.ts';
import { epochOrder, IGNORE, type RowSource } from './rows.ts';

/** A conversation: its tokens, and 1 for each that counts. */
export interface AnswerExample {
  readonly ids: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

export interface AnswerRowsOptions {
  readonly contextLength: number;
  /** Shuffles anew for every epoch; without it they come in order. */
  readonly seed?: number;
}

/**
 * One example in each row, filled up with places that do not count. Of one that is longer than the row the beginning is taken.
 * @throws `data/empty` without examples
 */
export function answerRows(
  examples: readonly AnswerExample[],
  { contextLength, seed }: AnswerRowsOptions,
): RowSource {
  if (examples.length === 0) throw fail('data/empty', { where: 'answerRows' });
  const exampleIn =
    seed === undefined
      ? (row: number) => row % examples.length
      : epochOrder(examples.length, createRng(seed).split('answers'));
  return {
    contextLength,
    rowsPerEpoch: examples.length,
    fill(row, inputs, targets, at) {
      const { ids, counts } = examples[exampleIn(row)];
      for (let i = 0; i < contextLength; i++) {
        const isThere = i + 1 < ids.length;
        inputs[at + i] = isThere ? ids[i] : 0;
        targets[at + i] = isThere && counts[i + 1] ? ids[i + 1] : IGNORE;
      }
    },
  };
}

/** The tokens of an example that count in rows of this length. */
export function answerCount({ counts }: AnswerExample, contextLength: number): number {
  let sum = 0;
  for (let i = 1; i < Math.min(counts.length, contextLength + 1); i++) sum += counts[i];
  return sum;
}
