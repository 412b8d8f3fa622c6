/** The two 16-bit floats, as bit patterns: IEEE 754 binary16 (f16) and bfloat16, the upper half of an f32. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The number behind an f16 pattern: sign, 5 bits of exponent, 10 of fraction. */
export function fromHalf(pattern: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> 10) & 0x1f;
  const fraction = pattern & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
}

/** The f16 pattern nearest to an f32 number (ties to even); infinite where it is too large, a NaN stays a NaN. */
export function toHalf(value: number): number {
  float[0] = value;
  const pattern = bits[0];
  const sign = (pattern >>> 16) & 0x8000;
  const size = pattern & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  // From 65,520 on the nearest is infinity.
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) {
    // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴: adding 1/2 leaves them, rounded, in the last bits of an f32.
    bits[0] = size;
    float[0] += 0.5;
    return sign | (bits[0] - 0x3f000000);
  }
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

/** The bf16 pattern nearest to a number (ties to even); a NaN stays a NaN. */
export function toBf16(value: number): number {
  float[0] = value;
  const pattern = bits[0];
  if (Number.isNaN(value)) return (pattern >>> 16) | 0x40;
  return (pattern + 0x7fff + ((pattern >>> 16) & 1)) >>> 16;
}

/** The number behind a bf16 pattern. */
export function fromBf16(pattern: number): number {
  bits[0] = pattern << 16;
  return float[0];
}
