/** Element types. Arithmetic is f32; bf16 halves the bytes of weights; f64 exists in the reference kernels, for gradient checks. */

/** `i32` holds ids and counts, `u8` masks. bf16 is kept as raw 16-bit patterns. */
export type DType = 'f32' | 'bf16' | 'f64' | 'i32' | 'u8' | 'i8';

export type Floats = Float32Array | Float64Array;
/** Numbers that products read and write: floats, or bf16. */
export type Stored = Floats | Uint16Array;

export interface ArrayOf {
  readonly f32: Float32Array;
  readonly bf16: Uint16Array;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
}

export type Data = ArrayOf[DType];

export const arrayConstructors = {
  f32: Float32Array,
  bf16: Uint16Array,
  f64: Float64Array,
  i32: Int32Array,
  u8: Uint8Array,
  i8: Int8Array,
} as const;

export const bytesPerElement: { readonly [D in DType]: number } = {
  f32: 4,
  bf16: 2,
  f64: 8,
  i32: 4,
  u8: 1,
  i8: 1,
};

export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'bf16' || dtype === 'f64';
}
