/** Checks of whole numbers in the options of word vectors. */

import { fail } from '../errors.ts';

/** @throws when the value is no whole number of at least `least`. */
export function checkWhole(where: string, option: string, value: number, least = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw fail('train/option', {
    where,
    option,
    rule: `a whole number of at least ${least}`,
    zhRule: `为不小于 ${least} 的整数`,
    got: value,
  });
}
