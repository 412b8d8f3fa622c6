/**
 * Hamming, "Error detecting and error correcting codes", 1950: four bits of data in seven, of which any one may flip, and in eight,
 * where two flips are noticed as well.
 */

import { fail } from '../errors.ts';

/** Position i of a word is bit i − 1; positions 1, 2 and 4 are parities, 3, 5, 6 and 7 hold the data, lowest bit first. */
const DATA_POSITIONS = [3, 5, 6, 7] as const;
const PARITY_POSITIONS = [1, 2, 4] as const;

/** The (7,4) word of four bits. */
export function hammingEncode(data: number): number {
  checkBits('hammingEncode', 'data', data, 4);
  let word = 0;
  DATA_POSITIONS.forEach((position, i) => {
    word |= ((data >> i) & 1) << (position - 1);
  });
  // Each parity position makes the positions whose number has its bit an even number of ones.
  const open = syndrome(word);
  for (const position of PARITY_POSITIONS) if (open & position) word |= 1 << (position - 1);
  return word;
}

export interface HammingWord {
  readonly data: number;
  /** The position that was flipped back, from 1; 0 if none was. */
  readonly flipped: number;
}

/** Reads a (7,4) word: right whenever at most one bit was flipped. */
export function hammingDecode(word: number): HammingWord {
  checkBits('hammingDecode', 'word', word, 7);
  const flipped = syndrome(word);
  const mended = flipped === 0 ? word : word ^ (1 << (flipped - 1));
  return { data: dataOf(mended), flipped };
}

/** The (8,4) word of four bits: bit 7 makes the number of ones even. */
export function extendedHammingEncode(data: number): number {
  checkBits('extendedHammingEncode', 'data', data, 4);
  const word = hammingEncode(data);
  return word | (parity(word) << 7);
}

export type ExtendedHammingWord =
  | { readonly status: 'clean'; readonly data: number }
  /** `flipped`: the position that was flipped back, 8 for the parity of all. */
  | { readonly status: 'corrected'; readonly data: number; readonly flipped: number }
  /** Two bits were flipped: the data is lost. */
  | { readonly status: 'damaged' };

/** Reads an (8,4) word: right whenever at most one bit was flipped, and `damaged` when two were. */
export function extendedHammingDecode(word: number): ExtendedHammingWord {
  checkBits('extendedHammingDecode', 'word', word, 8);
  const inner = word & 0x7f;
  const flipped = syndrome(inner);
  const isOdd = parity(word) === 1;
  if (!isOdd) return flipped === 0 ? { status: 'clean', data: dataOf(inner) } : { status: 'damaged' };
  const { data } = hammingDecode(inner);
  return { status: 'corrected', data, flipped: flipped === 0 ? 8 : flipped };
}

/** Each byte as two (8,4) words, the lower four bits first. */
export function hammingEncodeBytes(bytes: Uint8Array): Uint8Array {
  const words = new Uint8Array(2 * bytes.length);
  bytes.forEach((byte, i) => {
    words[2 * i] = extendedHammingEncode(byte & 0xf);
    words[2 * i + 1] = extendedHammingEncode(byte >> 4);
  });
  return words;
}

export interface HammingBytes {
  readonly bytes: Uint8Array;
  /** How many words had one bit flipped back. */
  readonly corrected: number;
  /** Places of bytes that are lost: two bits of one of their words were flipped. They are 0. */
  readonly damaged: readonly number[];
}

/** Reads bytes that `hammingEncodeBytes` wrote. @throws when a word is missing. */
export function hammingDecodeBytes(words: Uint8Array): HammingBytes {
  if (words.length % 2 !== 0) {
    throw fail('eval/option', {
      where: 'hammingDecodeBytes',
      option: 'words',
      rule: 'an even number of bytes',
      got: words.length,
    });
  }
  const bytes = new Uint8Array(words.length / 2);
  const damaged: number[] = [];
  let corrected = 0;
  bytes.forEach((_, i) => {
    const [low, high] = [extendedHammingDecode(words[2 * i]), extendedHammingDecode(words[2 * i + 1])];
    corrected += Number(low.status === 'corrected') + Number(high.status === 'corrected');
    if (low.status === 'damaged' || high.status === 'damaged') damaged.push(i);
    else bytes[i] = low.data | (high.data << 4);
  });
  return { bytes, corrected, damaged };
}

/** The exclusive or of the positions that hold a one: 0 for a word, else where it was flipped. */
function syndrome(word: number): number {
  let sum = 0;
  for (let position = 1; position <= 7; position++) if ((word >> (position - 1)) & 1) sum ^= position;
  return sum;
}

function dataOf(word: number): number {
  return DATA_POSITIONS.reduce((data, position, i) => data | (((word >> (position - 1)) & 1) << i), 0);
}

function parity(word: number): number {
  let ones = 0;
  for (let rest = word; rest > 0; rest >>= 1) ones ^= rest & 1;
  return ones;
}

function checkBits(where: string, option: string, value: number, bits: number): void {
  if (Number.isInteger(value) && value >= 0 && value < 1 << bits) return;
  throw fail('eval/option', { where, option, rule: `an integer of ${bits} bits`, got: value });
}
