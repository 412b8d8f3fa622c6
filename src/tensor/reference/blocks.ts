/** Numbers to and from blocks of 32 with a scale (`BlockType`); the arithmetic is ggml's, in f32 step by step. */

import { fromBf16, fromHalf, toHalf } from '../../half.ts';
import {
  BLOCK_SIZE,
  type Blocks,
  type BlockType,
  bytesPerElement,
  type Floats,
  Q8Blocks,
  type Stored,
} from '../dtype.ts';

const { abs, fround, max, min, sign, floor, trunc } = Math;

/** Bytes of a block, its scale included. */
const bytesOf = (type: BlockType): number => BLOCK_SIZE * bytesPerElement[type];

const scaleAt = (blocks: Blocks, at: number): number => fromHalf(blocks[at] | (blocks[at + 1] << 8));

/** out = the numbers behind whole blocks. */
export function fromBlocks(blocks: Blocks, out: Floats): void {
  const isWide = blocks instanceof Q8Blocks;
  const step = bytesOf(isWide ? 'q8_0' : 'q4_0');
  for (let to = 0, at = 0; to < out.length; to += BLOCK_SIZE, at += step) {
    const scale = scaleAt(blocks, at);
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const byte = blocks[at + 2 + (isWide ? i : i & 15)];
      out[to + i] = fround(scale * (isWide ? (byte << 24) >> 24 : (i < 16 ? byte & 15 : byte >> 4) - 8));
    }
  }
}

/** To the nearest whole number, halves away from zero. */
const rounded = (x: number): number => sign(x) * floor(abs(x) + 0.5);

/** The scale of 32 numbers from `from` on: the largest size is 127 steps of Q8_0; in Q4_0 the number that has it becomes −8. */
function scaleOf(type: BlockType, x: Floats, from: number): number {
  let largest = 0;
  for (let i = from; i < from + BLOCK_SIZE; i++) if (abs(x[i]) > abs(largest)) largest = x[i];
  return type === 'q8_0' ? fround(abs(largest) / 127) : fround(largest / -8);
}

/** Blocks of activations whose largest number is below this count as zeros. */
const SMALLEST = 2 ** -120;

/** A copy of x, a multiple of 32 numbers, as products of 8 bits see it: rounded in blocks, the largest to ±127. What is not finite makes its block NaN. */
export function throughInt8(x: Stored): Float64Array {
  const out = Float64Array.from(x, x instanceof Uint16Array ? fromBf16 : undefined);
  for (let from = 0; from < out.length; from += BLOCK_SIZE) {
    const block = out.subarray(from, from + BLOCK_SIZE);
    const most = block.reduce((so, number) => max(so, abs(number)), 0);
    if (!(most < Number.POSITIVE_INFINITY)) block.fill(Number.NaN);
    else if (most < SMALLEST) block.fill(0);
    else {
      const [scale, factor] = [fround(most / 127), fround(127 / most)];
      for (let i = 0; i < BLOCK_SIZE; i++) block[i] = scale * nearestEven(fround(block[i] * factor));
    }
  }
  return out;
}

/** To the nearest whole number, halves to the even one. */
function nearestEven(x: number): number {
  const below = floor(x);
  const rest = x - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** blocks = the numbers x, a multiple of 32 of them. */
export function toBlocks(type: BlockType, x: Floats, blocks: Uint8Array): void {
  const step = bytesOf(type);
  for (let from = 0, at = 0; from < x.length; from += BLOCK_SIZE, at += step) {
    const scale = scaleOf(type, x, from);
    const factor = scale === 0 ? 0 : fround(1 / scale);
    const pattern = toHalf(scale);
    blocks[at] = pattern;
    blocks[at + 1] = pattern >> 8;
    const steps = (i: number): number => fround(x[from + i] * factor);
    const small = (i: number): number => max(0, min(15, trunc(fround(steps(i) + 8.5))));
    if (type === 'q8_0') for (let i = 0; i < BLOCK_SIZE; i++) blocks[at + 2 + i] = rounded(steps(i));
    else for (let i = 0; i < 16; i++) blocks[at + 2 + i] = small(i) | (small(i + 16) << 4);
  }
}
