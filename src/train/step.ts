/** One update: loss and gradients of one or more micro-batches, clipping by global norm, the optimizer. */

import {
  currentKernels,
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
 * Makes one update in place. Nothing is changed when the loss or the gradient is not finite: the report says so.
 * In steady state it takes no new memory from the system.
 */
export function trainStep<Params, Batch>(options: StepOptions<Params, Batch>): StepReport {
  const { tracked, batches, lr, step } = options;
  return scope(() => {
    const { loss, gradients } = averageGradients(options);
    const { sumSquares } = currentKernels();
    let squares = 0;
    for (const gradient of gradients) if (gradient) squares += sumSquares(gradient.data as Float32Array);
    const gradNorm = Math.sqrt(squares) / batches.length;
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) return { loss, gradNorm };
    const clipScale = options.clip === undefined ? 1 : Math.min(1, options.clip / (gradNorm + 1e-6));
    tracked.forEach(({ tensor, group, slots }, i) => {
      const gradient = gradients[i];
      if (!group || !gradient) return;
      const context = { step, lr: lr * (group.lrScale ?? 1), gradScale: clipScale / batches.length };
      group.optimizer.update(tensor, gradient, slots, context);
    });
    return { loss, gradNorm };
  });
}

/** Sum of the micro-batches' gradients (in the order of `tracked`) and the mean of their losses. */
function averageGradients<Params, Batch>(options: StepOptions<Params, Batch>) {
  const { params, batches, loss, precision } = options;
  let total = 0;
  let gradients: (Tensor | undefined)[] = [];
  batches.forEach((batch, micro) => {
    const found = scope(() => {
      const result = withPrecision(precision, () => valueAndGrad((p: Params) => loss(p, batch), params));
      total += result.value.item();
      const byPath = new Map(leaves<Tensor>(result.gradients));
      return options.tracked.map(({ path }) => byPath.get(path));
    });
    if (micro === 0) gradients = found;
    else {
      gradients = gradients.map((sum, i) => {
        const next = found[i];
        if (sum && next) currentKernels().axpy(next.data as Float32Array, sum.data as Float32Array, 1);
        return sum ?? next;
      });
    }
  });
  return { loss: total / batches.length, gradients };
}
