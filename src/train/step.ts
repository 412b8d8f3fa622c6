/** One update: loss and gradients of one or more micro-batches, clipping by global norm, the optimizer. */

import {
  behind,
  currentKernels,
  lastingScope,
  offThread,
  type Precision,
  scope,
  type Tensor,
  valueAndGrad,
  withPrecision,
} from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import type { Grouping, ParameterGroup, Slots } from './optimizers.ts';

/** A parameter with its optimizer's state. Frozen ones have no group. */
export interface TrackedParameter {
  readonly path: string;
  readonly tensor: Tensor;
  readonly group: ParameterGroup | undefined;
  readonly slots: Slots;
}

/** Pairs every parameter of a tree with its group and fresh state. */
export function trackParameters(params: unknown, grouping: Grouping): TrackedParameter[] {
  return leaves<Tensor>(params).map(([path, tensor]) => {
    const group = grouping(path, tensor);
    return { path, tensor, group, slots: group?.optimizer.slots(tensor) ?? {} };
  });
}

export interface StepOptions<Params, Batch> {
  readonly params: Params;
  readonly tracked: readonly TrackedParameter[];
  /** Mean loss over the batch: a tensor with one element. */
  readonly loss: (params: Params, batch: Batch) => Tensor;
  /** The micro-batches of this update; their gradients are averaged. */
  readonly batches: readonly Batch[];
  /** 1 at the first update. */
  readonly step: number;
  readonly lr: number;
  /** Largest global gradient norm; undefined: no clipping. */
  readonly clip?: number;
  readonly precision: Precision;
}

export interface StepReport {
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradNorm: number;
}

/**
 * Makes one update in place, off the event loop. Nothing is changed when the loss or the gradient is not finite: the report
 * says so. The promise is kept when these are known: with several threads the optimizer's kernels may still run, and whoever
 * reads a parameter waits for them. In steady state it takes no new memory from the system.
 */
export async function trainStep<Params, Batch>(options: StepOptions<Params, Batch>): Promise<StepReport> {
  const { tracked, batches, lr, step } = options;
  const memory = lastingScope();
  try {
    const { losses, gradients, squares } = await offThread(() => memory.run(() => gradientsOf(options)));
    const loss = losses.reduce((sum, x) => sum + x.item(), 0) / batches.length;
    const gradNorm = Math.sqrt(squares.reduce((sum, x) => sum + x, 0)) / batches.length;
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) return { loss, gradNorm };
    const clipScale = options.clip === undefined ? 1 : Math.min(1, options.clip / (gradNorm + 1e-6));
    const update = ({ tensor, group, slots }: TrackedParameter, i: number): void => {
      const gradient = gradients[i];
      if (!group || !gradient) return;
      const context = { step, lr: lr * (group.lrScale ?? 1), gradScale: clipScale / batches.length };
      group.optimizer.update(tensor, gradient, slots, context);
    };
    await behind(() => memory.run(() => tracked.forEach(update)));
    return { loss, gradNorm };
  } finally {
    memory.end();
  }
}

/** The micro-batches' losses, the sum of their gradients, in the order of `tracked`, and the sum of squares of each. */
function gradientsOf<Params, Batch>(options: StepOptions<Params, Batch>) {
  const { params, batches, loss, precision } = options;
  const losses: Tensor[] = [];
  let gradients: (Tensor | undefined)[] = [];
  batches.forEach((batch, micro) => {
    const found = scope(() => {
      const result = withPrecision(precision, () => valueAndGrad((p: Params) => loss(p, batch), params));
      const byPath = new Map(leaves<Tensor>(result.gradients));
      return { loss: result.value, gradients: options.tracked.map(({ path }) => byPath.get(path)) };
    });
    losses.push(found.loss);
    if (micro === 0) gradients = found.gradients;
    else gradients = gradients.map((sum, i) => addInPlace(sum, found.gradients[i]));
  });
  const squares = new Float64Array(gradients.length);
  gradients.forEach((gradient, i) => {
    if (gradient) currentKernels().sumSquares(floats(gradient), squares, i);
  });
  return { losses, gradients, squares };
}

function addInPlace(sum: Tensor | undefined, next: Tensor | undefined): Tensor | undefined {
  if (sum && next) currentKernels().axpy(floats(next), floats(sum), 1);
  return sum ?? next;
}

const floats = (x: Tensor): Float32Array => x.operand as Float32Array;
