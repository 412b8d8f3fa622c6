/** Options of adapters, checked once. */

import { fail } from './errors.ts';

export const refuseOption = (option: string, rule: string, zhRule: string, got: number) =>
  fail('adapt/option', { option, rule, zhRule, got });

/** @throws unless it is a whole number of at least 1 */
export function checkCount(option: string, got: number): void {
  if (!(Number.isInteger(got) && got > 0))
    throw refuseOption(option, 'a whole number of at least 1', '为不小于 1 的整数', got);
}
