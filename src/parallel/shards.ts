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

/** Memory for the blocks of all ranks. */
export const flatMemory = ({ ranks, blockLength }: ShardLayout): Float32Array =>
  new Float32Array(ranks * blockLength);

/** Copies parameters (or what has their shapes) into flat memory; undefined ones as zeros. */
export function pack(
  layout: ShardLayout,
  values: readonly (Float32Array | undefined)[],
  flat: Float32Array,
): void {
  eachPiece(layout, ({ from, count }, i, at) => {
    const value = values[i];
    if (value) flat.set(value.subarray(from, from + count), at);
    else flat.fill(0, at, at + count);
  });
}

/** The way back. */
export function unpack(
  layout: ShardLayout,
  flat: Float32Array,
  values: readonly (Float32Array | undefined)[],
): void {
  eachPiece(layout, ({ from, count }, i, at) => {
    values[i]?.set(flat.subarray(at, at + count), from);
  });
}

function eachPiece(
  { pieces, blockLength }: ShardLayout,
  visit: (piece: Piece, parameter: number, at: number) => void,
): void {
  pieces.forEach((ofRanks, i) => {
    ofRanks.forEach((piece, rank) => {
      if (piece.count) visit(piece, i, rank * blockLength + piece.at);
    });
  });
}

/** The piece of a rank in each parameter, as a tensor over the same memory. */
export function pieceOf(layout: ShardLayout, index: number, rank: number, x: Tensor): Tensor {
  const { from, count } = layout.pieces[index][rank];
  return count === x.size ? x : rowsView(withShape(x, [x.size]), from, from + count);
}

/** Copies this rank's pieces, each of its own array, into its block (or back). */
export function copyBlock(
  layout: ShardLayout,
  rank: number,
  pieces: readonly (Float32Array | undefined)[],
  block: Float32Array,
  isBack = false,
): void {
  layout.pieces.forEach((ofRanks, i) => {
    const piece = ofRanks[rank];
    const own = pieces[i];
    if (!piece.count || !own) return;
    const there = block.subarray(piece.at, piece.at + piece.count);
    if (isBack) own.set(there);
    else there.set(own);
  });
}

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

/** The same parameters with slots of their whole shapes, for a checkpoint, and which arrays those are, slot by slot. */
export function wholeSlots(tracked: readonly TrackedParameter[]) {
  const whole = tracked.map((parameter) => ({
    ...parameter,
    slots: Object.fromEntries(
      Object.keys(parameter.slots).map((name) => [name, zeros(parameter.tensor.shape)]),
    ),
  }));
  return { whole, ...slotArrays(tracked), wholeArrays: slotArrays(whole).arrays };
}

/** The k-th slot of every parameter, for each k. */
function slotArrays(tracked: readonly TrackedParameter[]) {
  const slots = tracked.map((parameter) => Object.values(parameter.slots));
  const most = Math.max(0, ...slots.map(({ length }) => length));
  const arrays = Array.from({ length: most }, (_, k) =>
    slots.map((of) => of[k]?.data as Float32Array | undefined),
  );
  return { arrays };
}
