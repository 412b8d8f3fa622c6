/** bfloat16 as raw 16-bit patterns: the upper half of an f32, rounded to nearest even. */

import type { Floats, Stored } from '../dtype.ts';

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The 16-bit pattern nearest to a number (ties to even); a NaN stays a NaN. */
export function toBf16(value: number): number {
  float[0] = value;
  const pattern = bits[0];
  if (Number.isNaN(value)) return (pattern >>> 16) | 0x40;
  return (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
}

/** The number behind a 16-bit pattern. */
export function fromBf16(pattern: number): number {
  bits[0] = pattern << 16;
  return float[0];
}

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
