/**
 * Ops: rows of one closed table. Applying an op checks shapes, allocates outputs, runs kernels, and, while a gradient is
 * being computed, writes a record on the tape. Nothing here knows which ops exist or which kernels run.
 */

import { kernelsFor } from './backend.ts';
import type { DType } from './dtype.ts';
import type { Kernels } from './kernels.ts';
import { empty, type Shape, Tensor } from './tensor.ts';

export interface OutputSpec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What a gradient rule sees. `grads[i]` is ∂loss/∂outputs[i]; undefined when nothing flowed there. */
export interface GradientContext<Attrs> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly grads: readonly (Tensor | undefined)[];
  readonly attrs: Attrs;
  /** Which inputs' gradients are wanted; rules may skip the others. */
  readonly needs: readonly boolean[];
  /**
   * What others have sent to the inputs already, where it is floats that nobody else reads: a rule may add to it and return it
   * instead of a gradient of its own.
   */
  readonly waiting: readonly (Tensor | undefined)[];
}

/**
 * ∂loss/∂inputs[i], or undefined where none flows. A gradient may have the broadcast shape: the tape sums it back. That of a
 * tensor stored as bf16 may be bf16 or f32.
 */
export type GradientRule<Attrs> = (context: GradientContext<Attrs>) => readonly (Tensor | undefined)[];

/** One example of an op: the gradient check, the native-versus-reference test and the docs are made from these. */
export interface Sample<Attrs> {
  readonly inputs: readonly Tensor[];
  readonly attrs: Attrs;
  /** Gradient check off for inputs at a kink, with the reason. */
  readonly skipGradient?: string;
}

export interface OpRow<Attrs> {
  readonly name: string;
  /** What it computes, as one formula. */
  readonly doc: string;
  /** The shape rule: checks inputs and gives the outputs' shapes and types. */
  readonly outputs: (inputs: readonly Tensor[], attrs: Attrs) => readonly OutputSpec[];
  /** Fills the outputs. */
  readonly run: (
    kernels: Kernels,
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
    attrs: Attrs,
  ) => void;
  /** `'none'`: not differentiable (comparisons, indices). */
  readonly gradient: GradientRule<Attrs> | 'none';
  /** Set when the gradient is a fused kernel without a derivative of its own: the plain expression it equals. */
  readonly plain?: string;
  /** Whether the outputs, one behind the other, are the first input's memory: then `run` is not called. */
  readonly view?: (inputs: readonly Tensor[], attrs: Attrs) => boolean;
  /** Fresh samples at each call (small; every branch of the rule; f32). */
  readonly samples: () => readonly Sample<Attrs>[];
}

export interface Op<Attrs> {
  (inputs: readonly Tensor[], attrs: Attrs): Tensor[];
  readonly row: OpRow<Attrs>;
}

/** A record on the tape. A leaf has no row. */
export interface TapeNode {
  readonly id: number;
  readonly row: Pick<OpRow<never>, 'name' | 'gradient' | 'plain'> | undefined;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attrs: unknown;
}

let nodeCount = 0;
let recording = true;

const seeds = new WeakSet<Tensor>();

/** Says that this tensor is the 1 that a backward pass begins with. */
export function markSeed(tensor: Tensor): Tensor {
  seeds.add(tensor);
  return tensor;
}

/** Whether this upstream gradient is the 1 of the beginning: rules may then leave a product out. */
export function isSeed(grad: Tensor): boolean {
  return seeds.has(grad);
}

const gifts = new WeakSet<Tensor>();

/** Says that a gradient, made before the backward pass, is for this pass alone: others may be added to it. */
export function giveAway(grad: Tensor): Tensor {
  gifts.add(grad);
  return grad;
}

/** Whether a gradient was given away. */
export function isGift(grad: Tensor): boolean {
  return gifts.has(grad);
}

/** Puts a record on the tape for `outputs`. */
export function record(
  row: TapeNode['row'],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  attrs: unknown,
): TapeNode {
  const node: TapeNode = { id: nodeCount++, row, inputs, outputs, attrs };
  for (const output of outputs) output.node = node;
  return node;
}

/** Whether an op on these inputs would be recorded. */
export function isTracked(inputs: readonly Tensor[]): boolean {
  if (!recording) return false;
  for (const input of inputs) if (input.node) return true;
  return false;
}

/** Runs `body` with the tape off (or on): what it computes is constant to gradients. */
export function withRecording<Result>(on: boolean, body: () => Result): Result {
  const before = recording;
  recording = on;
  try {
    return body();
  } finally {
    recording = before;
  }
}

/** Tensors that lie one behind the other in the memory of x. */
function viewsOf(x: Tensor, specs: readonly OutputSpec[]): Tensor[] {
  let offset = x.offset;
  return specs.map(({ shape, dtype }) => {
    const view = new Tensor(shape, dtype, x.storage, offset);
    offset += view.size;
    return view;
  });
}

/** Makes an op from its row. */
export function defineOp<Attrs>(row: OpRow<Attrs>): Op<Attrs> {
  const apply = (inputs: readonly Tensor[], attrs: Attrs): Tensor[] => {
    const specs = row.outputs(inputs, attrs);
    const isView = row.view?.(inputs, attrs) ?? false;
    const outputs = isView ? viewsOf(inputs[0], specs) : specs.map(({ shape, dtype }) => empty(shape, dtype));
    if (!isView) row.run(kernelsFor(inputs), inputs, outputs, attrs);
    if (isTracked(inputs)) record(row as unknown as TapeNode['row'], inputs, outputs, attrs);
    return outputs;
  };
  return Object.assign(apply, { row });
}
