/**
 * A training on several ranks: every rank takes its rows of each batch, and the mean gradient is that of the whole batch. Sharded, the
 * state of the optimizer is kept in pieces, one for each rank (ZeRO stage 1, Rajbhandari et al. 2020).
 */

import { affine, currentKernels, type lastingScope, scope, type Tensor, zeros } from '../tensor/index.ts';
import {
  type GradientRule,
  meanGradients,
  type Snapshot,
  type TrackedParameter,
  type TrainOptions,
} from '../train/index.ts';
import { leaves } from '../tree.ts';
import type { Communicator } from './communicator.ts';
import {
  layoutShards,
  ownLayout,
  pack,
  packBlock,
  shardedGrouping,
  slotArrays,
  unpack,
  unpackBlock,
  type Window,
  windowsOf,
  withWholeSlots,
} from './shards.ts';
import { sharedClock } from './shared-clock.ts';

export interface ParallelOptions<Batch> {
  readonly communicator: Communicator;
  /** Whether each rank keeps only its piece of the optimizer's state. */
  readonly isSharded?: boolean;
  /** This rank's part of a batch, and the share that its mean loss has in that of the whole batch. */
  readonly partOf: (batch: Batch) => { readonly part: Batch; readonly share: number };
  /** Numbers that are exchanged at once; default: 4 Mi. */
  readonly exchangedAtOnce?: number;
}

/**
 * The same training as one of its ranks. What `batch` gives is the whole batch, on every rank; losses, gradient norms, the clock and
 * the wish to stop are those of all ranks. `save` and `resume` are asked of rank 0 alone, with whole tensors: a checkpoint does not
 * tell how many ranks wrote it. `evaluate` is called on all ranks at the same step, and must give the same on each.
 */
export function inParallel<Params, Batch>(
  options: TrainOptions<Params, Batch>,
  { communicator, isSharded = false, partOf, exchangedAtOnce }: ParallelOptions<Batch>,
): TrainOptions<Params, Batch> {
  const { rank } = communicator;
  const isFirst = rank === 0;
  const { layout, indexOf } = layoutOf(options, communicator.size);
  const own = ownLayout(layout);
  const windows = windowsOf(layout, exchangedAtOnce);
  const flatMemory = new Float32Array(communicator.size * windows[0].length);
  const blockMemory = new Float32Array(windows[0].length);
  /** Window by window: the blocks of all ranks, and this rank's. */
  const eachWindow = async (
    exchange: (window: Window, flat: Float32Array, block: Float32Array) => Promise<void>,
  ): Promise<void> => {
    for (const window of windows) {
      const flat = flatMemory.subarray(0, communicator.size * window.length);
      await exchange(window, flat, blockMemory.subarray(0, window.length));
    }
  };
  const clock = sharedClock(options.now);
  const stopping = new AbortController();
  const parameters = leaves<Tensor>(options.params).map(([, tensor]) => tensor);
  const gradients: GradientRule<Params, Batch> = async (step, memory) => {
    const parts = step.batches.map(partOf);
    const found = await meanGradients<Params, { part: Batch; share: number }>(
      {
        ...step,
        batches: parts,
        // Rows in which nothing counts have no loss of their own: it would be refused, or not a number.
        loss: (params, { part, share }) =>
          share === 0 ? zeros([]) : affine(step.loss(params, part), share, 0),
        gradients: undefined,
      },
      memory,
    );
    const reached = await gradientsOfAll(found.gradients, step.tracked, memory);
    const whole = arraysOf(reached);
    let squares = 0;
    await eachWindow(async (window, flat, block) => {
      pack(layout, window, whole, flat);
      if (isSharded) {
        await communicator.reduceScatter(flat, block);
        unpackBlock(layout, rank, window, whole, block);
        squares += sumOfSquares(block);
      } else {
        await communicator.allReduce(flat);
        unpack(layout, window, whole, flat);
        if (isFirst) squares += sumOfSquares(flat);
      }
    });
    const wish = options.signal?.aborted ? 1 : 0;
    const figures = Float64Array.of(found.loss, squares, wish, isFirst ? clock.spent() : 0);
    await communicator.allReduce(figures);
    const [loss, square, wishes, spent] = figures;
    clock.goOn(spent);
    if (wishes > 0) stopping.abort();
    return { ...found, gradients: reached, loss, gradNorm: Math.sqrt(square) * found.scale };
  };

  /** What this rank's rows did not reach, as experts to which they were not sent, has a gradient of zeros where those of another did. */
  const gradientsOfAll = async (
    found: readonly (Tensor | undefined)[],
    tracked: readonly TrackedParameter[],
    memory: ReturnType<typeof lastingScope>,
  ): Promise<readonly (Tensor | undefined)[]> => {
    const ranks = Float32Array.from(found, (gradient) => (gradient ? 1 : 0));
    await communicator.allReduce(ranks);
    return found.map((gradient, i) =>
      gradient || ranks[i] === 0 ? gradient : memory.run(() => zeros(tracked[i].tensor.shape)),
    );
  };

  const shareParameters = (): Promise<void> =>
    eachWindow(async (window, flat, block) => {
      packBlock(layout, rank, window, arraysOf(parameters), block);
      await communicator.allGather(block, flat);
      unpack(layout, window, arraysOf(parameters), flat);
    });

  const save = async (run: (snapshot: Snapshot) => Promise<void> | void, { place, tracked }: Snapshot) => {
    if (!isSharded) return isFirst ? run({ place, tracked }) : undefined;
    // Only the first rank has room for all of them.
    const whole = isFirst ? withWholeSlots(tracked) : [];
    const wholeArrays = slotArrays(whole);
    for (const [k, pieces] of slotArrays(tracked).entries()) {
      await eachWindow(async (window, flat, block) => {
        packBlock(own, rank, window, pieces, block);
        await communicator.allGather(block, flat);
        if (isFirst) unpack(layout, window, wholeArrays[k], flat);
      });
    }
    if (isFirst) await run({ place, tracked: whole });
  };

  const restore = async (
    read: (tracked: readonly TrackedParameter[]) => Promise<void> | void,
    tracked: readonly TrackedParameter[],
  ): Promise<void> => {
    if (!isSharded) {
      if (isFirst) await read(tracked);
      await broadcastAll(
        communicator,
        tracked.flatMap(({ slots }) => Object.values(slots)),
      );
    } else {
      const whole = isFirst ? withWholeSlots(tracked) : [];
      if (isFirst) await read(whole);
      const wholeArrays = slotArrays(whole);
      for (const [k, pieces] of slotArrays(tracked).entries()) {
        await eachWindow(async (window, flat) => {
          if (isFirst) pack(layout, window, wholeArrays[k], flat);
          await communicator.broadcast(flat, 0);
          unpackBlock(own, rank, window, pieces, flat.subarray(rank * window.length));
        });
      }
    }
    await broadcastAll(
      communicator,
      tracked.map(({ tensor }) => tensor),
    );
  };

  const { grouping, resume } = options;
  return {
    ...options,
    gradients,
    grouping: isSharded ? shardedGrouping(grouping, layout, rank, indexOf) : grouping,
    ...(isSharded && { afterUpdate: shareParameters }),
    now: clock.now,
    signal: stopping.signal,
    ...(options.save && {
      save: { ...options.save, run: (snapshot: Snapshot) => save(options.save!.run, snapshot) },
    }),
    ...(resume && {
      resume: {
        ...resume,
        restore: (tracked: readonly TrackedParameter[]) => restore(resume.restore, tracked),
      },
    }),
  };
}

/** Makes the tensors on every rank those of rank 0. */
export async function broadcastAll(communicator: Communicator, tensors: readonly Tensor[]): Promise<void> {
  for (const tensor of tensors) await communicator.broadcast(tensor.data as Float32Array, 0);
}

/** Bytes of the optimizer's state: of a whole one, and on the rank that keeps most where it is sharded. None of it is made. */
export function optimizerBytes<Params, Batch>(
  options: Pick<TrainOptions<Params, Batch>, 'params' | 'grouping'>,
  ranks: number,
): { readonly whole: number; readonly sharded: number } {
  const { pieces } = layoutOf(options, ranks).layout;
  const ofRanks = new Array<number>(ranks).fill(0);
  let whole = 0;
  leaves<Tensor>(options.params).forEach(([path, tensor], i) => {
    const group = options.grouping(path, tensor);
    const slots = group ? scope(() => Object.keys(group.optimizer.slots(zeros([0]))).length) : 0;
    whole += 4 * slots * tensor.size;
    pieces[i].forEach(({ count }, rank) => {
      ofRanks[rank] += 4 * slots * count;
    });
  });
  return { whole, sharded: Math.max(...ofRanks) };
}

function layoutOf<Params, Batch>(
  { params, grouping }: Pick<TrainOptions<Params, Batch>, 'params' | 'grouping'>,
  ranks: number,
) {
  const found = leaves<Tensor>(params);
  const sizes = found.map(([path, tensor]) => {
    const isWhole = grouping(path, tensor)?.optimizer.needsWhole ?? false;
    return { size: tensor.size, isWhole };
  });
  return { layout: layoutShards(sizes, ranks), indexOf: new Map(found.map(([path], i) => [path, i])) };
}

const arraysOf = (tensors: readonly (Tensor | undefined)[]): (Float32Array | undefined)[] =>
  tensors.map((tensor) => tensor?.data as Float32Array | undefined);

function sumOfSquares(values: Float32Array): number {
  const squares = new Float64Array(1);
  currentKernels().sumSquares(values, squares, 0);
  return squares[0];
}
