/** Fractions as 32-bit integers whose sums wrap around: what is added and taken away again cancels exactly. */

import { fail } from './errors.ts';

/** One unit is 2⁻²⁷: a number is kept within 4·10⁻⁹, and a sum below 16 in size does not overflow. */
const UNITS = 2 ** 27;
const LIMIT = 15;

/** Each value times `share`, mod 2³². Shares of one sum must add up to at most 1. @throws for values beyond ±15 or not finite */
export function toFixedPoint(values: Float32Array, share: number): Uint32Array {
  const fixed = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    if (!(Math.abs(values[i]) <= LIMIT)) throw fail('federated/range', { got: values[i], limit: LIMIT });
    fixed[i] = Math.round(values[i] * share * UNITS);
  }
  return fixed;
}

/** The numbers that such integers, or sums of them, stand for. */
export function fromFixedPoint(fixed: Uint32Array): Float64Array {
  return Float64Array.from(new Int32Array(fixed.buffer, fixed.byteOffset, fixed.length), (x) => x / UNITS);
}

/** sum ← sum + sign·row, mod 2³². */
export function addFixed(sum: Uint32Array, row: Uint32Array, sign: 1 | -1 = 1): void {
  if (sign === 1) for (let i = 0; i < sum.length; i++) sum[i] += row[i];
  else for (let i = 0; i < sum.length; i++) sum[i] -= row[i];
}
