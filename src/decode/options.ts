/** Checks of options: done once, when something is built. */

import { nearest } from '../errors.ts';
import { fail } from './errors.ts';

/** A finite number that satisfies `holds`; `rule` says in words what must hold. */
export function checkNumber(
  option: string,
  value: unknown,
  rule: string,
  holds: (value: number) => boolean,
): void {
  if (!(typeof value === 'number' && Number.isFinite(value) && holds(value))) {
    throw fail('decode/option', { option, rule, value });
  }
}

/** An integer of at least `least`. */
export function checkInteger(option: string, value: unknown, least: number): void {
  checkNumber(option, value, `an integer ≥ ${least}`, (n) => Number.isSafeInteger(n) && n >= least);
}

/** One of a few known values. */
export function checkOneOf(option: string, value: unknown, known: readonly unknown[]): void {
  if (!known.includes(value)) throw fail('decode/option', { option, rule: known.join(' | '), value });
}

/** Every id an integer in [0, vocabSize). */
export function checkIds(where: string, ids: ArrayLike<number>, vocabSize: number): void {
  for (let i = 0; i < ids.length; i++) {
    if (!(Number.isInteger(ids[i]) && ids[i] >= 0 && ids[i] < vocabSize)) {
      throw fail('decode/id', { where, id: ids[i], vocabSize });
    }
  }
}

/** No key beside the known ones, so that a misspelt option is never ignored. `within` names the option that has them. */
export function checkKeys(options: object, known: readonly string[], within?: string): void {
  for (const option of Object.keys(options)) {
    if (!known.includes(option))
      throw fail('decode/unknown-option', { option, near: nearest(option, known), within });
  }
}
