/**
 * Blocks of few bits and the numbers they stand for. Layouts and arithmetic are those of ggml (`ggml-quants.c`, whose Python
 * twin is `gguf/quants.py`), in f32 step by step, so that results are equal to the bit.
 */

import { fromBf16, fromHalf, toBf16, toHalf } from '../half.ts';
import { type GgufType, ggufBytes, ggufTypes } from './gguf-types.ts';

/** Reads the block that starts at byte `at` into `out` from place `to` on. */
type ReadBlock = (bytes: Uint8Array, at: number, out: Float32Array, to: number) => void;

const { fround } = Math;
const half = (bytes: Uint8Array, at: number): number => fromHalf(bytes[at] | (bytes[at + 1] << 8));
const signed = (byte: number): number => (byte << 24) >> 24;

/** 32 numbers of 4 or 5 bits: the low halves of 16 bytes, then the high halves; the fifth bits stand in 4 bytes before them. */
const smallBlock =
  ({ hasMinimum, hasFifth, zero }: { hasMinimum: boolean; hasFifth: boolean; zero: number }): ReadBlock =>
  (bytes, at, out, to) => {
    const scale = half(bytes, at);
    // NOTE Adding −0 leaves −0 as it is.
    const minimum = hasMinimum ? half(bytes, at + 2) : -0;
    const fifths = at + (hasMinimum ? 4 : 2);
    const low = fifths + (hasFifth ? 4 : 0);
    for (let i = 0; i < 32; i++) {
      const byte = bytes[low + (i & 15)];
      const fifth = hasFifth ? ((bytes[fifths + (i >> 3)] >> (i & 7)) & 1) << 4 : 0;
      const q = ((i < 16 ? byte & 15 : byte >> 4) | fifth) - zero;
      out[to + i] = fround(scale * q) + minimum;
    }
  };

/** Scales and minima of 8 parts, 6 bits each, in 12 bytes: the first four plain, the others with their top bits above those. */
function readScales(bytes: Uint8Array, at: number, scales: Uint8Array, minima: Uint8Array): void {
  for (let i = 0; i < 4; i++) {
    const scale = bytes[at + i];
    const minimum = bytes[at + 4 + i];
    const both = bytes[at + 8 + i];
    scales[i] = scale & 63;
    minima[i] = minimum & 63;
    scales[i + 4] = (both & 15) | ((scale >> 2) & 48);
    minima[i + 4] = (both >> 4) | ((minimum >> 2) & 48);
  }
}

const scales = new Uint8Array(8);
const minima = new Uint8Array(8);

/** 256 numbers of 4 or 5 bits in 8 parts of 32; two parts share 32 bytes. */
const largeBlock =
  (hasFifth: boolean): ReadBlock =>
  (bytes, at, out, to) => {
    const scale = half(bytes, at);
    const minimum = half(bytes, at + 2);
    readScales(bytes, at + 4, scales, minima);
    const fifths = at + 16;
    const low = fifths + (hasFifth ? 32 : 0);
    for (let part = 0; part < 8; part++) {
      const d = fround(scale * scales[part]);
      const m = fround(minimum * minima[part]);
      const from = low + (part >> 1) * 32;
      const shift = (part & 1) * 4;
      for (let i = 0; i < 32; i++) {
        const fifth = hasFifth ? ((bytes[fifths + i] >> part) & 1) << 4 : 0;
        const q = ((bytes[from + i] >> shift) & 15) | fifth;
        out[to + part * 32 + i] = fround(d * q) - m;
      }
    }
  };

type Readers = { readonly [T in GgufType]: ReadBlock };

const float = new DataView(new ArrayBuffer(4));

const readers: Readers = {
  F32(bytes, at, out, to) {
    for (let i = 0; i < 4; i++) float.setUint8(i, bytes[at + i]);
    out[to] = float.getFloat32(0, true);
  },
  F16(bytes, at, out, to) {
    out[to] = half(bytes, at);
  },
  BF16(bytes, at, out, to) {
    out[to] = fromBf16(bytes[at] | (bytes[at + 1] << 8));
  },
  Q4_0: smallBlock({ hasMinimum: false, hasFifth: false, zero: 8 }),
  Q4_1: smallBlock({ hasMinimum: true, hasFifth: false, zero: 0 }),
  Q5_0: smallBlock({ hasMinimum: false, hasFifth: true, zero: 16 }),
  Q5_1: smallBlock({ hasMinimum: true, hasFifth: true, zero: 0 }),
  Q8_0(bytes, at, out, to) {
    const scale = half(bytes, at);
    for (let i = 0; i < 32; i++) out[to + i] = scale * signed(bytes[at + 2 + i]);
  },
  /** 16 parts of 16 numbers of 2 bits; a byte for each part has its scale below and its minimum above. */
  Q2_K(bytes, at, out, to) {
    const scale = half(bytes, at + 80);
    const minimum = half(bytes, at + 82);
    for (let i = 0; i < 256; i++) {
      const both = bytes[at + (i >> 4)];
      const q = (bytes[at + 16 + (i >> 7) * 32 + (i & 31)] >> (((i >> 5) & 3) * 2)) & 3;
      out[to + i] = fround(fround(scale * (both & 15)) * q) - fround(minimum * (both >> 4));
    }
  },
  /** 16 parts of 16 numbers of 3 bits, the third bit apart: where it is 0, 4 is taken away. Scales have 6 bits. */
  Q3_K(bytes, at, out, to) {
    const scale = half(bytes, at + 108);
    for (let i = 0; i < 256; i++) {
      const part = i >> 4;
      const low = (bytes[at + 96 + (part & 7)] >> (part < 8 ? 0 : 4)) & 15;
      const high = (bytes[at + 104 + (part & 3)] >> ((part >> 2) * 2)) & 3;
      const third = (bytes[at + (i & 31)] >> (i >> 5)) & 1;
      const q = ((bytes[at + 32 + (i >> 7) * 32 + (i & 31)] >> (((i >> 5) & 3) * 2)) & 3) - (third ? 0 : 4);
      out[to + i] = fround(scale * ((low | (high << 4)) - 32)) * q;
    }
  },
  Q4_K: largeBlock(false),
  Q5_K: largeBlock(true),
  /** 16 parts of 16 numbers of 6 bits, 4 below and 2 apart. Scales are signed bytes. */
  Q6_K(bytes, at, out, to) {
    const scale = half(bytes, at + 208);
    for (let i = 0; i < 256; i++) {
      const low = (bytes[at + (i >> 7) * 64 + (i & 63)] >> (i & 64 ? 4 : 0)) & 15;
      const high = (bytes[at + 128 + (i >> 7) * 32 + (i & 31)] >> (((i >> 5) & 3) * 2)) & 3;
      out[to + i] = fround(scale * signed(bytes[at + 192 + (i >> 4)])) * ((low | (high << 4)) - 32);
    }
  },
};

/** The numbers behind whole blocks, f32. */
export function dequantize(type: GgufType, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const { elements, bytes: width } = ggufTypes[type];
  const blocks = Math.floor(bytes.length / width);
  if (type === 'F32') return new Float32Array(new Uint8Array(bytes.subarray(0, blocks * 4)).buffer);
  const out = new Float32Array(blocks * elements);
  const read = readers[type];
  for (let block = 0; block < blocks; block++) read(bytes, block * width, out, block * elements);
  return out;
}

/** Writes the block of the numbers from `from` on to byte `at`. */
type WriteBlock = (values: ArrayLike<number>, from: number, bytes: Uint8Array, at: number) => void;

const putHalf = (bytes: Uint8Array, at: number, pattern: number): void => {
  bytes[at] = pattern;
  bytes[at + 1] = pattern >> 8;
};

/** 1/d in f32; nothing where a block is all zeros. */
const inverse = (d: number): number => (d === 0 ? 0 : fround(1 / d));

/** To the nearest whole number, halves away from zero. */
const rounded = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

const writers = {
  F32(values, from, bytes, at) {
    float.setFloat32(0, values[from], true);
    for (let i = 0; i < 4; i++) bytes[at + i] = float.getUint8(i);
  },
  F16: (values, from, bytes, at) => putHalf(bytes, at, toHalf(values[from])),
  BF16: (values, from, bytes, at) => putHalf(bytes, at, toBf16(values[from])),
  /** Scale: the largest size / 127. */
  Q8_0(values, from, bytes, at) {
    let most = 0;
    for (let i = 0; i < 32; i++) most = Math.max(most, Math.abs(values[from + i]));
    const scale = fround(most / 127);
    const factor = inverse(scale);
    putHalf(bytes, at, toHalf(scale));
    for (let i = 0; i < 32; i++) bytes[at + 2 + i] = rounded(fround(values[from + i] * factor));
  },
  /** Scale: the number of the largest size becomes −8. */
  Q4_0(values, from, bytes, at) {
    let largest = 0;
    for (let i = 0; i < 32; i++) {
      if (Math.abs(values[from + i]) > Math.abs(largest)) largest = values[from + i];
    }
    const scale = fround(largest / -8);
    const factor = inverse(scale);
    putHalf(bytes, at, toHalf(scale));
    const place = (i: number): number =>
      Math.min(15, Math.trunc(fround(fround(values[from + i] * factor) + 8.5)));
    for (let i = 0; i < 16; i++) bytes[at + 2 + i] = place(i) | (place(i + 16) << 4);
  },
} as const satisfies { readonly [T in GgufType]?: WriteBlock };

/** Types that numbers can be written in. */
export type QuantizableType = keyof typeof writers;
export const quantizableTypes = Object.keys(writers) as readonly QuantizableType[];

/** Numbers as whole blocks: there must be a multiple of the type's block of them. Equal to the bytes of `gguf/quants.py`. */
export function quantize(type: QuantizableType, values: ArrayLike<number>): Uint8Array {
  const { elements, bytes: width } = ggufTypes[type];
  const out = new Uint8Array(ggufBytes(type, values.length));
  const write: WriteBlock = writers[type];
  for (let block = 0; block * elements < values.length; block++) {
    write(values, block * elements, out, block * width);
  }
  return out;
}
