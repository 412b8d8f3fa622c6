/** Element types. Arithmetic is f32; bf16 halves the bytes of weights; f64 exists in the reference kernels, for gradient checks. */

/** `i32` holds ids and counts, `u8` masks. bf16 is kept as raw 16-bit patterns. Weights that are only read may be in blocks. */
export type DType = 'f32' | 'bf16' | 'f64' | 'i32' | 'u8' | 'i8' | BlockType;

/**
 * Numbers in blocks of 32 along a row, each with a scale in half precision before its bytes: ggml's Q8_0 (32 whole numbers of
 * 8 bits) and Q4_0 (16 bytes: numbers 0 … 15 in the low halves, 16 … 31 in the high ones, 8 too large).
 */
export type BlockType = 'q8_0' | 'q4_0';

/** Numbers in a block. */
export const BLOCK_SIZE = 32;

/** The bytes of blocks; the class tells a kernel their type. */
export class Q8Blocks extends Uint8Array<ArrayBuffer> {}
export class Q4Blocks extends Uint8Array<ArrayBuffer> {}
export type Blocks = Q8Blocks | Q4Blocks;

export type Floats = Float32Array | Float64Array;
/** Numbers that products read and write: floats, or bf16. */
export type Stored = Floats | Uint16Array;
/** What the right side of a product may be besides. */
export type Weights = Stored | Blocks;

export interface ArrayOf {
  readonly f32: Float32Array;
  readonly bf16: Uint16Array;
  readonly f64: Float64Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly q8_0: Q8Blocks;
  readonly q4_0: Q4Blocks;
}

export type Data = ArrayOf[DType];

export const arrayConstructors = {
  f32: Float32Array,
  bf16: Uint16Array,
  f64: Float64Array,
  i32: Int32Array,
  u8: Uint8Array,
  i8: Int8Array,
  q8_0: Q8Blocks,
  q4_0: Q4Blocks,
} as const;

export const bytesPerElement: { readonly [D in DType]: number } = {
  f32: 4,
  bf16: 2,
  f64: 8,
  i32: 4,
  u8: 1,
  i8: 1,
  q8_0: 34 / BLOCK_SIZE,
  q4_0: 18 / BLOCK_SIZE,
};

export function isFloat(dtype: DType): boolean {
  return dtype === 'f32' || dtype === 'bf16' || dtype === 'f64';
}

export function isBlocks(dtype: DType): dtype is BlockType {
  return dtype === 'q8_0' || dtype === 'q4_0';
}

/** How long the array of so many elements is: blocks are counted in bytes. */
export function arrayLength(dtype: DType, count: number): number {
  return isBlocks(dtype) ? count * bytesPerElement[dtype] : count;
}
