/** Numbers of arrays that may hold bf16 patterns: the upper half of an f32, rounded to nearest even. */

import { fromBf16, toBf16 } from '../../half.ts';
import type { Floats, Stored } from '../dtype.ts';

/** The bf16 number nearest to a number. */
export function roundToBf16(value: number): number {
  return fromBf16(toBf16(value));
}

/** A number of an array that may hold patterns. */
export const numberAt = (data: Stored, i: number): number =>
  data instanceof Uint16Array ? fromBf16(data[i]) : data[i];

/** n numbers of an array that may hold patterns: the place itself, or a copy. */
export const numbersAt = (data: Stored, at: number, n: number): Floats =>
  data instanceof Uint16Array
    ? Float32Array.from(data.subarray(at, at + n), fromBf16)
    : data.subarray(at, at + n);

/** data[i] = value, rounded where the array holds patterns. */
export function put(data: Stored, i: number, value: number): void {
  data[i] = data instanceof Uint16Array ? toBf16(value) : value;
}
