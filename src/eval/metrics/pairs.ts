/** What all scores ask of what they compare: as many of the one as of the other, and something right for each. */

import { fail } from '../errors.ts';

/** @throws where there are not as many references as predictions, or none */
export function checkLengths(
  where: string,
  predictions: ArrayLike<unknown>,
  references: ArrayLike<unknown>,
): void {
  if (predictions.length === 0) throw fail('eval/no-records', { where });
  if (predictions.length === references.length) return;
  throw fail('eval/unequal', { where, predictions: predictions.length, references: references.length });
}

/** @throws also where a prediction has no reference at all */
export function checkPairs(
  where: string,
  predictions: readonly string[],
  references: readonly (readonly string[])[],
): void {
  checkLengths(where, predictions, references);
  const without = references.findIndex((own) => own.length === 0);
  if (without >= 0) throw fail('eval/no-reference', { where, record: without + 1 });
}

/** References of each text, or `var` where the number differs. */
export function referenceCount(references: readonly (readonly string[])[]): number | 'var' {
  const [{ length }] = references;
  return references.every((own) => own.length === length) ? length : 'var';
}
