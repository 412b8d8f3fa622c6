/** What a GGUF file is made of (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): types of values and of tensors. */

/** Types of single metadata values: the number in a file and bytes each; a string has 8 of length and its own. */
export const ggufScalars = {
  u8: { code: 0, bytes: 1, array: Uint8Array },
  i8: { code: 1, bytes: 1, array: Int8Array },
  u16: { code: 2, bytes: 2, array: Uint16Array },
  i16: { code: 3, bytes: 2, array: Int16Array },
  u32: { code: 4, bytes: 4, array: Uint32Array },
  i32: { code: 5, bytes: 4, array: Int32Array },
  f32: { code: 6, bytes: 4, array: Float32Array },
  bool: { code: 7, bytes: 1, array: Uint8Array },
  u64: { code: 10, bytes: 8, array: BigUint64Array },
  i64: { code: 11, bytes: 8, array: BigInt64Array },
  f64: { code: 12, bytes: 8, array: Float64Array },
} as const;

export type GgufScalar = keyof typeof ggufScalars;

export const GGUF_STRING = 8;
export const GGUF_ARRAY = 9;

/** Numbers of one type in a row; bool as 0 and 1. */
export type GgufNumbers = InstanceType<(typeof ggufScalars)[GgufScalar]['array']>;

/** One metadata value with its type. 64-bit integers are bigints. */
export type GgufValue =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'u64' | 'i64'; readonly value: bigint }
  | { readonly type: Exclude<GgufScalar, 'bool' | 'u64' | 'i64'>; readonly value: number }
  | GgufArray;

export type GgufArray =
  | { readonly type: 'array'; readonly of: GgufScalar; readonly value: GgufNumbers }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly string[] }
  | { readonly type: 'array'; readonly of: 'array'; readonly value: readonly GgufArray[] };

/**
 * Types of tensors: the number in a file, elements of a block along the last axis, and bytes of a block. Blocks of the K types
 * hold 256 elements in 8 or 16 parts, each with a scale of its own.
 */
export const ggufTypes = {
  F32: { code: 0, elements: 1, bytes: 4 },
  F16: { code: 1, elements: 1, bytes: 2 },
  Q4_0: { code: 2, elements: 32, bytes: 18 },
  Q4_1: { code: 3, elements: 32, bytes: 20 },
  Q5_0: { code: 6, elements: 32, bytes: 22 },
  Q5_1: { code: 7, elements: 32, bytes: 24 },
  Q8_0: { code: 8, elements: 32, bytes: 34 },
  Q2_K: { code: 10, elements: 256, bytes: 84 },
  Q3_K: { code: 11, elements: 256, bytes: 110 },
  Q4_K: { code: 12, elements: 256, bytes: 144 },
  Q5_K: { code: 13, elements: 256, bytes: 176 },
  Q6_K: { code: 14, elements: 256, bytes: 210 },
  BF16: { code: 30, elements: 1, bytes: 2 },
} as const;

export type GgufType = keyof typeof ggufTypes;

/** Bytes of so many elements in whole blocks. */
export const ggufBytes = (type: GgufType, elements: number): number =>
  (elements / ggufTypes[type].elements) * ggufTypes[type].bytes;

export const GGUF_MAGIC = 0x46554747;
export const GGUF_ALIGNMENT = 32;
