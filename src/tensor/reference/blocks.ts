/** Numbers to and from blocks of 32 with a scale (`BlockType`); the arithmetic is ggml's, in f32 step by step. */

import { fromHalf, toHalf } from '../../half.ts';
import { BLOCK_SIZE, type Blocks, type BlockType, bytesPerElement, type Floats, Q8Blocks } from '../dtype.ts';

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
