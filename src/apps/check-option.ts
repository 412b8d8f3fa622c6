/** Rules of numbers that the options of this room share. */

import { fail } from './errors.ts';

/** Whose option it is. */
type Where = 'answer' | 'summary';

/** @throws `apps/option` */
export function checkWhole(where: Where, option: string, got: number, most?: number): void {
  const [rule, zhRule] =
    most === undefined
      ? ['a whole number of at least 1', '为不小于 1 的整数']
      : [`a whole number from 1 to ${most}`, `为 1 到 ${most} 的整数`];
  if (!(Number.isSafeInteger(got) && got >= 1 && got <= (most ?? got)))
    throw fail('apps/option', { where, option, rule, zhRule, got });
}

/** @throws `apps/option` */
export function checkShare(where: Where, option: string, got: number): void {
  if (!(got >= 0 && got <= 1))
    throw fail('apps/option', { where, option, rule: 'from 0 to 1', zhRule: '在 0 到 1 之间', got });
}
