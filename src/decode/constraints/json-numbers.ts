/** Numbers of JSON between bounds, digit by digit. */

import { charactersOf } from './character-set.ts';
import { character, choice, type Expression, empty, optional, repeat, sequence, text } from './expression.ts';

/** Digits before the point: as many as a double always holds exactly. */
export const INTEGER_DIGITS = 15;
const FRACTION_DIGITS = 15;

const digitFrom = (first: number, last: number): Expression =>
  character(charactersOf('0123456789'.slice(first, last + 1)));
const digit = digitFrom(0, 9);
const digits = (min: number, max: number): Expression => repeat(digit, min, max);
const nothing: Expression = { type: 'choice', parts: [] };

const naturalNumber = choice(text('0'), sequence(digitFrom(1, 9), digits(0, INTEGER_DIGITS - 1)));

export const anyInteger: Expression = choice(
  text('0'),
  sequence(optional(text('-')), digitFrom(1, 9), digits(0, INTEGER_DIGITS - 1)),
);

export const anyNumber: Expression = sequence(
  optional(text('-')),
  naturalNumber,
  optional(sequence(text('.'), digits(1, FRACTION_DIGITS))),
  optional(
    sequence(
      character(charactersOf('eE')),
      optional(character(charactersOf('+-'))),
      digitFrom(0, 9),
      optional(digit),
    ),
  ),
);

/** A bound of a range. */
export interface Bound {
  readonly value: number;
  /** Whether the number itself is left out. */
  readonly exclusive: boolean;
}

/** The integers between two bounds; `undefined` is no bound. */
export function integersBetween(low: Bound | undefined, high: Bound | undefined): Expression {
  const most = 10 ** INTEGER_DIGITS - 1;
  const from = low
    ? Math.max(-most, Math.ceil(low.value) + (low.exclusive && Number.isInteger(low.value) ? 1 : 0))
    : -most;
  const to = high
    ? Math.min(most, Math.floor(high.value) - (high.exclusive && Number.isInteger(high.value) ? 1 : 0))
    : most;
  const parts: Expression[] = [];
  if (from <= -1 && from <= to) parts.push(sequence(text('-'), naturalsBetween(Math.max(1, -to), -from)));
  if (to >= 0 && from <= to) parts.push(naturalsBetween(Math.max(0, from), to));
  return choice(...parts);
}

/** Integers in [from, to], 0 ≤ from. */
function naturalsBetween(from: number, to: number): Expression {
  if (from > to) return nothing;
  const parts: Expression[] = [];
  for (let length = String(from).length; length <= String(to).length; length++) {
    const low = Math.max(from, length === 1 ? 0 : 10 ** (length - 1));
    const high = Math.min(to, 10 ** length - 1);
    parts.push(sameLength(String(low), String(high)));
  }
  return choice(...parts);
}

/** Digits in [low, high], which have the same length. */
function sameLength(low: string, high: string): Expression {
  const visit = (i: number, atLow: boolean, atHigh: boolean): Expression => {
    if (i === low.length) return empty;
    if (!atLow && !atHigh) return digits(low.length - i, low.length - i);
    return choice(
      ...nextDigits(atLow ? Number(low[i]) : 0, atHigh ? Number(high[i]) : 9, (first, last) =>
        sequence(
          digitFrom(first, last),
          visit(i + 1, atLow && last === Number(low[i]), atHigh && first === Number(high[i])),
        ),
      ),
    );
  };
  return visit(0, true, true);
}

/** The ends of a range of digits apart, what lies between them together. */
function nextDigits(
  from: number,
  to: number,
  build: (first: number, last: number) => Expression,
): Expression[] {
  if (from > to) return [];
  if (from === to) return [build(from, from)];
  const inner = to - from > 1 ? [build(from + 1, to - 1)] : [];
  return [build(from, from), ...inner, build(to, to)];
}

/** The numbers between two bounds, without exponents; at least one bound. Bounds must be below 10^15 in size. */
export function numbersBetween(low: Bound | undefined, high: Bound | undefined): Expression {
  const negative = (bound: Bound | undefined): Bound | undefined =>
    bound && { ...bound, value: -bound.value };
  const parts: Expression[] = [];
  // NOTE: −0 is left out, so that no bound at 0 has two spellings.
  const nearZero: Bound = { value: 0, exclusive: true };
  if (!low || low.value < 0) {
    parts.push(
      sequence(
        text('-'),
        decimalsBetween(high && high.value < 0 ? negative(high)! : nearZero, negative(low)),
      ),
    );
  }
  if (!high || high.value >= 0) {
    parts.push(decimalsBetween(low && low.value >= 0 ? low : { value: 0, exclusive: false }, high));
  }
  return choice(...parts);
}

/** Numbers in [low, high], 0 ≤ low. */
function decimalsBetween(low: Bound, high: Bound | undefined): Expression {
  const l = decimal(low.value);
  const h = high && decimal(high.value);
  const most = 10 ** INTEGER_DIGITS - 1;
  const anyFraction = optional(sequence(text('.'), digits(1, FRACTION_DIGITS)));
  if (h && l.integer > h.integer) return nothing;
  if (h && l.integer === h.integer) {
    return sequence(text(String(l.integer)), fraction(l.fraction, low.exclusive, h.fraction, high.exclusive));
  }
  return choice(
    sequence(text(String(l.integer)), fraction(l.fraction, low.exclusive, undefined, false)),
    sequence(naturalsBetween(l.integer + 1, h ? h.integer - 1 : most), anyFraction),
    ...(h ? [sequence(text(String(h.integer)), fraction(undefined, false, h.fraction, high.exclusive))] : []),
  );
}

/** The digits of a number ≥ 0 on both sides of the point, without zeros at the end. */
function decimal(value: number): { readonly integer: number; readonly fraction: string } {
  const [mantissa, exponent = '0'] = String(value).split('e');
  const [whole, part = ''] = mantissa.split('.');
  const shift = Number(exponent);
  const all = whole + part;
  const point = whole.length + shift;
  const padded = point <= 0 ? '0'.repeat(1 - point) + all : all.padEnd(point, '0');
  const at = Math.max(point, 1);
  return { integer: Number(padded.slice(0, at)), fraction: padded.slice(at).replace(/0+$/, '') };
}

/** The point and the digits after it, between two fractions; nothing at all is 0. */
function fraction(
  low: string | undefined,
  aboveLow: boolean,
  high: string | undefined,
  belowHigh: boolean,
): Expression {
  const length = Math.max(1, low?.length ?? 0, high?.length ?? 0);
  const l = low?.padEnd(length, '0') ?? '';
  const h = high?.padEnd(length, '0') ?? '';
  const isZero = (rest: string) => /^0*$/.test(rest);
  const zeros = repeat(text('0'), 0, FRACTION_DIGITS);
  const anyDigits = digits(0, FRACTION_DIGITS);

  /** Whether it may end here: as if only zeros followed. */
  const mayEnd = (i: number, atLow: boolean, atHigh: boolean): boolean =>
    (!atLow || (isZero(l.slice(i)) && !aboveLow)) && (!atHigh || !isZero(h.slice(i)) || !belowHigh);
  const rest = (i: number, atLow: boolean, atHigh: boolean): Expression => {
    if (!atLow && !atHigh) return anyDigits;
    if (i === length) {
      if (atHigh) return belowHigh || (atLow && aboveLow) ? nothing : zeros;
      return aboveLow ? sequence(zeros, digitFrom(1, 9), anyDigits) : anyDigits;
    }
    const more = nextDigits(atLow ? Number(l[i]) : 0, atHigh ? Number(h[i]) : 9, (first, last) =>
      sequence(
        digitFrom(first, last),
        rest(i + 1, atLow && last === Number(l[i]), atHigh && first === Number(h[i])),
      ),
    );
    return choice(...more, ...(i > 0 && mayEnd(i, atLow, atHigh) ? [empty] : []));
  };
  const [atLow, atHigh] = [low !== undefined, high !== undefined];
  return choice(sequence(text('.'), rest(0, atLow, atHigh)), ...(mayEnd(0, atLow, atHigh) ? [empty] : []));
}
