/** One update: loss and gradients of one or more micro-batches, clipping by global norm, the optimizer. */

import {
  behind,
  currentKernels,
  lastingScope,
  offThread,
  type Precision,
  readable,
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
  /** The gradient that the update follows; default: the mean over the micro-batches. */
  readonly gradients?: GradientRule<Params, Batch>;
}

/** The gradient of each tracked parameter, in their order, to be multiplied by `scale`. */
export interface FoundGradients {
  readonly loss: number;
  readonly gradients: readonly (Tensor | undefined)[];
  readonly scale: number;
  /** Global L2 norm of the gradient, scaled. */
  readonly gradNorm: number;
}

/** How the gradient of an update is found; its tensors are made in `memory`. */
export type GradientRule<Params, Batch> = (
  options: StepOptions<Params, Batch>,
  memory: ReturnType<typeof lastingScope>,
) => Promise<FoundGradients>;

export interface StepReport {
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradNorm: number;
}

/**
 * Makes one update in place, off the event loop. Nothing is changed when the loss or the gradient is not finite: the report
 * says so. The promise is kept when these are known: with several threads the optimizer's kernels may still run, and whoever
 * reads a parameter waits for them; while a device is open, `readable` brings it back. In steady state it takes no new memory from the system.
 */
export async function trainStep<Params, Batch>(options: StepOptions<Params, Batch>): Promise<StepReport> {
  const { tracked, lr, step, gradients: rule = meanGradients } = options;
  const memory = lastingScope();
  try {
    const { loss, gradients, scale, gradNorm } = await rule(options, memory);
    if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) return { loss, gradNorm };
    const clipScale = options.clip === undefined ? 1 : Math.min(1, options.clip / (gradNorm + 1e-6));
    const update = ({ tensor, group, slots }: TrackedParameter, i: number): void => {
      const gradient = gradients[i];
      if (!group || !gradient) return;
      const context = { step, lr: lr * (group.lrScale ?? 1), gradScale: clipScale * scale };
      group.optimizer.update(tensor, gradient, slots, context);
    };
    await behind(() => memory.run(() => tracked.forEach(update)));
    return { loss, gradNorm };
  } finally {
    memory.end();
  }
}

/** The sum of the micro-batches' gradients, divided by their number. */
export async function meanGradients<Params, Batch>(
  options: StepOptions<Params, Batch>,
  memory: ReturnType<typeof lastingScope>,
): Promise<FoundGradients> {
  const { batches } = options;
  const { losses, gradients, squares } = await offThread(() => memory.run(() => sumOfGradients(options)));
  await readable(losses);
  return {
    loss: losses.reduce((sum, x) => sum + x.item(), 0) / batches.length,
    gradients,
    scale: 1 / batches.length,
    gradNorm: Math.sqrt(squares.reduce((sum, x) => sum + x, 0)) / batches.length,
  };
}

function sumOfGradients<Params, Batch>(options: StepOptions<Params, Batch>) {
  const losses: Tensor[] = [];
  let gradients: (Tensor | undefined)[] = [];
  options.batches.forEach((batch, micro) => {
    const found = scope(() => gradientsOf(options, batch));
    losses.push(found.loss);
    if (micro === 0) gradients = found.gradients;
    else gradients = gradients.map((sum, i) => addInPlace(sum, found.gradients[i]));
  });
  return { losses, gradients, squares: sumsOfSquares(gradients) };
}

/** The loss of one micro-batch and its gradients, in the order of `tracked`. */
export function gradientsOf<Params, Batch>(
  { params, tracked, loss, precision }: StepOptions<Params, Batch>,
  batch: Batch,
): { readonly loss: Tensor; readonly gradients: (Tensor | undefined)[] } {
  const found = withPrecision(precision, () => valueAndGrad((p: Params) => loss(p, batch), params));
  const byPath = new Map(leaves<Tensor>(found.gradients));
  return { loss: found.value, gradients: tracked.map(({ path }) => byPath.get(path)) };
}

/** Of each gradient; 0 where there is none. They are known when the kernels have run. */
export function sumsOfSquares(gradients: readonly (Tensor | undefined)[]): Float64Array {
  const squares = new Float64Array(gradients.length);
  gradients.forEach((gradient, i) => {
    if (gradient) currentKernels().sumSquares(floats(gradient), squares, i);
  });
  return squares;
}

function addInPlace(sum: Tensor | undefined, next: Tensor | undefined): Tensor | undefined {
  if (sum && next) currentKernels().axpy(floats(next), floats(sum), 1);
  return sum ?? next;
}

const floats = (x: Tensor): Float32Array => x.operand as Float32Array;
