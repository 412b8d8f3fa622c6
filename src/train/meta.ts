/** Learning to learn: a start from which a few steps on a few examples of a new task are enough (Reptile; Nichol, Achiam & Schulman 2018). */

import { fromArray, type Precision, type Tensor } from '../tensor/index.ts';
import { leafValues, mapTree } from '../tree.ts';
import { fail } from './errors.ts';
import { type Grouping, sgd, uniformGroup } from './optimizers.ts';
import { trackParameters, trainStep } from './step.ts';

/** One of many tasks of a kind: its batches, by number. */
export type MetaTask<Batch> = (index: number) => Batch;

/** How a task is learnt. */
export interface AdaptOptions<Params, Batch> {
  readonly params: Params;
  /** Mean loss of a batch: a tensor with one element. */
  readonly loss: (params: Params, batch: Batch) => Tensor;
  readonly steps: number;
  readonly lr: number;
  /** Default: plain gradient descent. Its state begins anew with each task. */
  readonly grouping?: Grouping;
  readonly precision?: Precision;
  readonly signal?: AbortSignal;
}

export interface MetaOptions<Params, Batch> extends AdaptOptions<Params, Batch> {
  /** The task of a round, drawn by the caller: a pure function of its number. */
  readonly task: (round: number) => MetaTask<Batch>;
  readonly rounds: number;
  /** How far the start moves towards where a task led it, in (0, 1]; falls to 0 over the rounds. Default 1. */
  readonly outerLr?: number;
}

/** Learns one task from where the parameters are, which stay: the learnt ones, and the mean loss of the steps. @throws `train/diverged` */
export async function adapt<Params, Batch>(
  task: MetaTask<Batch>,
  options: AdaptOptions<Params, Batch>,
): Promise<{ readonly params: Params; readonly loss: number }> {
  const { loss, steps, lr, precision = 'f32', signal } = options;
  const params = mapTree<Tensor, Tensor>(options.params, copyOf) as Params;
  const tracked = trackParameters(params, options.grouping ?? uniformGroup(sgd()));
  let sum = 0;
  for (let step = 1; step <= steps; step++) {
    signal?.throwIfAborted();
    const batches = [task(step - 1)];
    const report = await trainStep({ params, tracked, loss, batches, step, lr, precision });
    const { loss: own, gradNorm } = report;
    if (!Number.isFinite(own + gradNorm)) throw fail('train/diverged', { step, loss: own + gradNorm });
    sum += own;
  }
  return { params, loss: sum / Math.max(1, steps) };
}

const copyOf = ({ data, shape, dtype }: Tensor): Tensor => fromArray(data.slice() as never, shape, dtype);

/**
 * Finds the start: each round learns a task for a few steps and moves the start, in place, a part of the way there. Unlike training on
 * all tasks at once, whose best point is the mean of their answers, it ends where each task is near. Yields the mean loss of each round.
 *
 * @example
 * for await (const { round, loss } of reptile({ params, loss, task, rounds: 1000, steps: 5, lr: 0.02 }));
 * const { params: learnt } = await adapt(newTask, { params, loss, steps: 5, lr: 0.02 });
 */
export async function* reptile<Params, Batch>({
  task,
  rounds,
  outerLr = 1,
  ...options
}: MetaOptions<Params, Batch>): AsyncGenerator<{ readonly round: number; readonly loss: number }, void> {
  const start = leafValues<Tensor>(options.params);
  for (let round = 0; round < rounds; round++) {
    const { params, loss } = await adapt(task(round), options);
    const share = outerLr * (1 - round / rounds);
    for (const [i, { data: reached }] of leafValues<Tensor>(params).entries()) {
      const own = start[i].data;
      for (let j = 0; j < own.length; j++) own[j] += share * (reached[j] - own[j]);
    }
    yield { round, loss };
  }
}
