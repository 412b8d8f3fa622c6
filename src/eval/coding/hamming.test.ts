/** Hamming codes, exhaustively: every word, with every flip of one bit and of two. */

import { describe, expect, test } from 'vitest';
import {
  extendedHammingDecode,
  extendedHammingEncode,
  hammingDecode,
  hammingDecodeBytes,
  hammingEncode,
  hammingEncodeBytes,
} from './hamming.ts';

const nibbles = Array.from({ length: 16 }, (_, data) => data);
const ones = (word: number): number => word.toString(2).replaceAll('0', '').length;

describe('(7,4)', () => {
  test('all 16 words differ from each other in at least 3 bits, and some in just 3', () => {
    const words = nibbles.map(hammingEncode);
    const distances = words.flatMap((a, i) => words.slice(0, i).map((b) => ones(a ^ b)));
    expect(Math.min(...distances)).toBe(3);
    expect(distances).toHaveLength(120);
  });

  test('the word of 1011 (data 1, 0, 1, 1 at positions 3, 5, 6, 7) is 0110011, as in the textbooks', () => {
    expect([...hammingEncode(0b1101).toString(2).padStart(7, '0')].reverse().join('')).toBe('0110011');
  });

  test('every word with every single flip is read right, and the flip is named', () => {
    for (const data of nibbles) {
      expect(hammingDecode(hammingEncode(data))).toEqual({ data, flipped: 0 });
      for (let position = 1; position <= 7; position++) {
        const word = hammingEncode(data) ^ (1 << (position - 1));
        expect(hammingDecode(word)).toEqual({ data, flipped: position });
      }
    }
  });

  test('the code is perfect: each of the 128 words is a code word or one flip away from just one', () => {
    const near = new Map<number, number>();
    for (const data of nibbles) {
      for (const flip of [0, ...Array.from({ length: 7 }, (_, bit) => 1 << bit)]) {
        near.set(hammingEncode(data) ^ flip, data);
      }
    }
    expect(near.size).toBe(128);
    for (const [word, data] of near) expect(hammingDecode(word).data).toBe(data);
  });
});

describe('(8,4)', () => {
  test('every flip of one bit is corrected, every flip of two is noticed', () => {
    for (const data of nibbles) {
      const word = extendedHammingEncode(data);
      expect(ones(word) % 2).toBe(0);
      expect(extendedHammingDecode(word)).toEqual({ status: 'clean', data });
      for (let a = 1; a <= 8; a++) {
        const once = word ^ (1 << (a - 1));
        expect(extendedHammingDecode(once)).toEqual({ status: 'corrected', data, flipped: a });
        for (let b = a + 1; b <= 8; b++) {
          expect(extendedHammingDecode(once ^ (1 << (b - 1)))).toEqual({ status: 'damaged' });
        }
      }
    }
  });
});

describe('bytes', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);

  test('one flip in every word is mended; two in one word lose that byte and say so', () => {
    const words = hammingEncodeBytes(bytes);
    expect(hammingDecodeBytes(words)).toEqual({ bytes, corrected: 0, damaged: [] });
    expect(hammingDecodeBytes(words.map((word, i) => word ^ (1 << (i % 8))))).toEqual({
      bytes,
      corrected: 512,
      damaged: [],
    });
    const broken = words.slice();
    broken[2 * 7 + 1] ^= 0b11;
    const { bytes: read, corrected, damaged } = hammingDecodeBytes(broken);
    expect({ corrected, damaged }).toEqual({ corrected: 0, damaged: [7] });
    expect([...read]).toEqual([...bytes].map((byte) => (byte === 7 ? 0 : byte)));
  });

  test.each([
    [() => hammingEncode(16), /`data` must be an integer of 4 bits, got 16/],
    [() => hammingDecode(128), /`word` must be an integer of 7 bits, got 128/],
    [() => extendedHammingDecode(-1), /`word` must be an integer of 8 bits, got -1/],
    [() => hammingDecodeBytes(Uint8Array.of(1)), /an even number of bytes, got 1/],
  ])('what is no word is an error', (act, error) => {
    expect(act).toThrow(error);
  });
});
