/** Which rank is in charge of which numbers of every parameter (ZeRO, Rajbhandari et al. 2020), and the flat memory that they exchange. */

import { rowsView, type Tensor, withShape, zeros } from '../tensor/index.ts';
import type { Grouping, Optimizer, ParameterGroup, TrackedParameter } from '../train/index.ts';

/** A stretch of a parameter, and where it lies in the block of the rank that is in charge of it. */
interface Piece {
  readonly from: number;
  readonly count: number;
  readonly at: number;
}

/** In flat memory there is a block for each rank, all of one length. */
export interface ShardLayout {
  readonly ranks: number;
  readonly blockLength: number;
  /** Of each parameter, the piece of each rank. */
  readonly pieces: readonly (readonly Piece[])[];
}

export interface ShardedSize {
  readonly size: number;
  /** One rank takes it alone. */
  readonly isWhole: boolean;
}

/** Even pieces of every parameter; what must stay whole goes, the largest first, to the rank with the least. */
export function layoutShards(parameters: readonly ShardedSize[], ranks: number): ShardLayout {
  const filled = new Array<number>(ranks).fill(0);
  const take = (rank: number, from: number, count: number): Piece => {
    filled[rank] += count;
    return { from, count, at: filled[rank] - count };
  };
  const pieces: Piece[][] = [];
  const places = parameters.map((_, i) => i).sort((a, b) => parameters[b].size - parameters[a].size);
  for (const i of places) {
    const { size, isWhole } = parameters[i];
    const owner = filled.indexOf(Math.min(...filled));
    const each = Math.ceil(size / ranks);
    pieces[i] = filled.map((_, rank) => {
      if (isWhole) return take(rank, 0, rank === owner ? size : 0);
      const from = Math.min(size, rank * each);
      return take(rank, from, Math.min(each, size - from));
    });
  }
  return { ranks, blockLength: Math.max(1, ...filled), pieces };
}

/** A stretch of every rank's block: what is exchanged at once. */
export interface Window {
  readonly start: number;
  readonly length: number;
}

/** Numbers that are exchanged at once: more would take memory that a sharded optimizer is to save. */
const MOST_AT_ONCE = 1 << 22;

export function windowsOf({ ranks, blockLength }: ShardLayout, most = MOST_AT_ONCE): Window[] {
  const each = Math.max(1, Math.min(blockLength, Math.floor(most / ranks)));
  return Array.from({ length: Math.ceil(blockLength / each) }, (_, i) => ({
    start: i * each,
    length: Math.min(each, blockLength - i * each),
  }));
}

type Arrays = readonly (Float32Array | undefined)[];

/** A window of the blocks of all ranks, from parameters (or what has their shapes) to flat memory; undefined ones as zeros. */
export function pack(layout: ShardLayout, window: Window, values: Arrays, flat: Float32Array): void {
  for (let rank = 0; rank < layout.ranks; rank++)
    packBlock(layout, rank, window, values, blockIn(flat, rank, window));
}

/** The way back. */
export function unpack(layout: ShardLayout, window: Window, values: Arrays, flat: Float32Array): void {
  for (let rank = 0; rank < layout.ranks; rank++)
    unpackBlock(layout, rank, window, values, blockIn(flat, rank, window));
}

const blockIn = (flat: Float32Array, rank: number, { length }: Window): Float32Array =>
  flat.subarray(rank * length, (rank + 1) * length);

type CopyBlock = (
  layout: ShardLayout,
  rank: number,
  window: Window,
  values: Arrays,
  block: Float32Array,
) => void;

/** The same for the block of one rank. */
export const packBlock: CopyBlock = (layout, rank, window, values, block) => {
  block.fill(0);
  eachStretch(layout, rank, window, (i, from, count, at) => {
    const value = values[i];
    if (value) block.set(value.subarray(from, from + count), at);
  });
};

/** And back. */
export const unpackBlock: CopyBlock = (layout, rank, window, values, block) => {
  eachStretch(layout, rank, window, (i, from, count, at) => {
    values[i]?.set(block.subarray(at, at + count), from);
  });
};

/** What of each parameter lies in a window of a rank's block: where it begins in the parameter, and in the window. */
function eachStretch(
  { pieces }: ShardLayout,
  rank: number,
  { start, length }: Window,
  visit: (parameter: number, from: number, count: number, at: number) => void,
): void {
  pieces.forEach((ofRanks, i) => {
    const { from, count, at } = ofRanks[rank];
    const [low, high] = [Math.max(at, start), Math.min(at + count, start + length)];
    if (low < high) visit(i, from + low - at, high - low, low - start);
  });
}

/** The piece of a rank in each parameter, as a tensor over the same memory. */
export function pieceOf(layout: ShardLayout, index: number, rank: number, x: Tensor): Tensor {
  const { from, count } = layout.pieces[index][rank];
  return count === x.size ? x : rowsView(withShape(x, [x.size]), from, from + count);
}

/** The layout of arrays that hold a rank's pieces alone, as the slots do that it keeps. */
export const ownLayout = (layout: ShardLayout): ShardLayout => ({
  ...layout,
  pieces: layout.pieces.map((ofRanks) => ofRanks.map((piece) => ({ ...piece, from: 0 }))),
});

/** The same groups, of which this rank keeps and updates its own pieces alone. */
export function shardedGrouping(
  grouping: Grouping,
  layout: ShardLayout,
  rank: number,
  indexOf: ReadonlyMap<string, number>,
): Grouping {
  return (path, parameter): ParameterGroup | undefined => {
    const group = grouping(path, parameter);
    const index = indexOf.get(path);
    if (!group || index === undefined) return group;
    const mine = (x: Tensor): Tensor => pieceOf(layout, index, rank, x);
    const { count } = layout.pieces[index][rank];
    const optimizer: Optimizer = {
      slots: (whole) => group.optimizer.slots(mine(whole)),
      update(whole, gradient, slots, context) {
        if (count) group.optimizer.update(mine(whole), mine(gradient), slots, context);
      },
    };
    return { ...group, optimizer };
  };
}

/** The same parameters with slots of their whole shapes, as a checkpoint has them. */
export const withWholeSlots = (tracked: readonly TrackedParameter[]): TrackedParameter[] =>
  tracked.map((parameter) => {
    const names = Object.keys(parameter.slots);
    return {
      ...parameter,
      slots: Object.fromEntries(names.map((name) => [name, zeros(parameter.tensor.shape)])),
    };
  });

/** The k-th slot of every parameter, for each k. */
export function slotArrays(tracked: readonly TrackedParameter[]): Arrays[] {
  const slots = tracked.map((parameter) => Object.values(parameter.slots));
  const most = Math.max(0, ...slots.map(({ length }) => length));
  return Array.from({ length: most }, (_, k) => slots.map((of) => of[k]?.data as Float32Array | undefined));
}
