/** Reverse mode over the tape (Griewank & Walther, "Evaluating Derivatives", ch. 3). */

import { leafValues, mapTree } from '../tree.ts';
import { kernelsFor } from './backend.ts';
import { fail } from './errors.ts';
import { nextSerial, release, type Storage, scope } from './memory.ts';
import {
  type GradientRule,
  isGift,
  isTracked,
  markSeed,
  record,
  type TapeNode,
  withRecording,
} from './op.ts';
import { floats } from './ops/check.ts';
import { cast } from './ops/compare.ts';
import { add } from './ops/elementwise.ts';
import { sumTo } from './ops/reduce.ts';
import { ones, type Shape, Tensor } from './tensor.ts';

/** How many gradients are being computed inside one another. */
let depth = 0;

const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, i) => length === b[i]);

/** The same values as a new leaf of the tape; tied to the original when an outer gradient watches it. */
function makeLeaf(x: Tensor): Tensor {
  const leaf = new Tensor(x.shape, x.dtype, x.storage, x.offset);
  const row = { name: 'leaf', gradient: (({ grads }) => [grads[0]]) as GradientRule<never> };
  record(x.node ? row : undefined, x.node ? [x] : [], [leaf], undefined);
  return leaf;
}

/** The records between `root` and `leafNodes`, newest first. */
function reachable(root: TapeNode, leafNodes: ReadonlySet<TapeNode>): TapeNode[] {
  const leads = new Map<TapeNode, boolean>();
  const stack: TapeNode[] = [root];
  while (stack.length) {
    const node = stack[stack.length - 1];
    if (leads.has(node)) {
      stack.pop();
      continue;
    }
    if (leafNodes.has(node)) {
      leads.set(node, true);
      stack.pop();
      continue;
    }
    const waiting = node.inputs.filter((x) => x.node && !leads.has(x.node));
    if (waiting.length) {
      for (const x of waiting) stack.push(x.node!);
      continue;
    }
    leads.set(
      node,
      node.inputs.some((x) => x.node && leads.get(x.node)),
    );
    stack.pop();
  }
  return [...leads.keys()].filter((node) => leads.get(node)).sort((a, b) => b.id - a.id);
}

/**
 * Gradients waiting for their record's turn, and who still needs their memory. Memory made during this backward pass
 * that no waiting gradient needs any more returns to the pool at once; older memory may be somebody else's.
 */
class Pending {
  readonly #grads = new Map<Tensor, Tensor>();
  readonly #uses = new Map<Storage, number>();
  readonly #recyclable: (storage: Storage) => boolean;

  constructor(recycle: boolean) {
    const start = nextSerial();
    this.#recyclable = (storage) => recycle && storage.serial >= start;
  }

  hold(grad: Tensor): void {
    this.#uses.set(grad.storage, (this.#uses.get(grad.storage) ?? 0) + 1);
  }

  drop(grad: Tensor): void {
    const left = this.#uses.get(grad.storage)! - 1;
    if (left > 0) {
      this.#uses.set(grad.storage, left);
      return;
    }
    this.#uses.delete(grad.storage);
    if (this.#recyclable(grad.storage)) release(grad.storage);
  }

  get(x: Tensor): Tensor | undefined {
    return this.#grads.get(x);
  }

  take(x: Tensor): Tensor | undefined {
    const grad = this.#grads.get(x);
    this.#grads.delete(x);
    return grad;
  }

  /** The gradient that waits for x, where it is floats and nobody else reads it. */
  open(x: Tensor): Tensor | undefined {
    const grad = this.#grads.get(x);
    if (!grad || grad.dtype === 'bf16' || this.#uses.get(grad.storage) !== 1) return undefined;
    return this.#recyclable(grad.storage) || isGift(grad) ? grad : undefined;
  }

  /** Sums gradients that meet, as f32 where they are stored as bf16; in place when the waiting one is ours alone. */
  add(x: Tensor, grad: Tensor): void {
    const before = this.#grads.get(x);
    if (!before) {
      this.#grads.set(x, grad);
      this.hold(grad);
      return;
    }
    const narrow = before.dtype === 'bf16' || grad.dtype === 'bf16';
    if (this.open(x) && !narrow && before.storage !== grad.storage) {
      kernelsFor([before]).axpy(floats(grad), floats(before), 1);
      this.hold(grad);
      this.drop(grad);
      return;
    }
    const sum = narrow ? add(cast(before, 'f32'), cast(grad, 'f32')) : add(before, grad);
    this.#grads.set(x, sum);
    this.hold(sum);
    this.hold(grad);
    this.drop(grad);
    this.drop(before);
  }
}

/** Carries `seed` = ∂loss/∂root back to the leaves. */
function backward(root: Tensor, seed: Tensor, leafTensors: readonly Tensor[]): (Tensor | undefined)[] {
  if (!root.node) return leafTensors.map(() => undefined);
  const nested = depth > 0;
  const leafNodes = new Set(leafTensors.map((leaf) => leaf.node!));
  const order = reachable(root.node, leafNodes);
  const onPath = new Set(order);
  const pending = new Pending(!nested);
  pending.add(root, seed);
  withRecording(nested, () => {
    for (const node of order) {
      if (leafNodes.has(node)) continue;
      const grads = node.outputs.map((output) => pending.take(output));
      if (!grads.some(Boolean)) continue;
      // On an outer tape the rule's temporaries live on; else they go back to the pool at once.
      const waiting = node.inputs.map((input) => (nested ? undefined : pending.open(input)));
      const rule = () => runRule(node, grads, onPath, nested, waiting);
      const inputGrads = nested ? rule() : scope(rule);
      node.inputs.forEach((input, i) => {
        const grad = inputGrads[i];
        if (grad && grad !== waiting[i]) pending.add(input, grad);
      });
      for (const grad of grads) if (grad) pending.drop(grad);
    }
  });
  return leafTensors.map((leaf) => pending.get(leaf));
}

function runRule(
  node: TapeNode,
  grads: readonly (Tensor | undefined)[],
  onPath: ReadonlySet<TapeNode>,
  nested: boolean,
  waiting: readonly (Tensor | undefined)[],
): (Tensor | undefined)[] {
  const row = node.row!;
  if (row.gradient === 'none') throw fail('gradient/none', { op: row.name });
  if (nested && row.plain) throw fail('gradient/second-order', { op: row.name, plain: row.plain });
  const needs = node.inputs.map((input) => input.node !== undefined && onPath.has(input.node));
  const rule = row.gradient as GradientRule<unknown>;
  const found = rule({
    inputs: node.inputs,
    outputs: node.outputs,
    grads,
    attrs: node.attrs,
    needs,
    waiting,
  });
  return node.inputs.map((input, i) => {
    const grad = found[i];
    if (!grad || !needs[i]) return undefined;
    if (sameShape(grad.shape, input.shape)) return grad;
    const summed = sumTo(grad, input.shape);
    if (!sameShape(summed.shape, input.shape)) {
      throw fail('gradient/shape', { op: row.name, input: i, expected: input.shape, got: grad.shape });
    }
    return summed;
  });
}

const isDifferentiable = (leaf: unknown): leaf is Tensor =>
  leaf instanceof Tensor && (leaf.dtype === 'f32' || leaf.dtype === 'f64');

/** Value of `f` at a tree, and the gradients of the tree's float tensors in their order. */
function trace<Inputs>(f: (inputs: Inputs) => Tensor, inputs: Inputs) {
  const tracked = mapTree<unknown, unknown>(inputs, (x) => (isDifferentiable(x) ? makeLeaf(x) : x)) as Inputs;
  const leafTensors = leafValues<unknown>(tracked).filter(isDifferentiable);
  const value = withRecording(true, () => f(tracked));
  const pullback = (seed: Tensor): (Tensor | undefined)[] => backward(value, seed, leafTensors);
  return { value, pullback };
}

/**
 * Value of `f` at a tree, with the function that carries an upstream gradient back to the tree's float tensors
 * (vector–Jacobian product). Leaves that are no float tensor, or do not matter to `f`, get `undefined`.
 */
export function vjp<Inputs>(
  f: (inputs: Inputs) => Tensor,
  inputs: Inputs,
): { readonly value: Tensor; readonly pullback: (grad: Tensor) => Inputs } {
  const { value, pullback } = trace(f, inputs);
  return {
    value,
    pullback: (grad) => {
      const grads = pullback(grad);
      let place = 0;
      return mapTree<unknown, unknown>(inputs, (x) =>
        isDifferentiable(x) ? grads[place++] : undefined,
      ) as Inputs;
    },
  };
}

/**
 * The loss and its gradient with respect to every float tensor of `params` (same tree; zero gradients are `undefined`
 * where the loss does not depend on a leaf). Gradients of gradients work wherever rules are written in ops.
 *
 * @param f gives a tensor with one element.
 */
export function valueAndGrad<Params>(
  f: (params: Params) => Tensor,
  params: Params,
): { readonly value: Tensor; readonly gradients: Params } {
  depth++;
  let value: Tensor;
  let pullback: (grad: Tensor) => Params;
  try {
    ({ value, pullback } = vjp(f, params));
  } finally {
    depth--;
  }
  if (value.size !== 1) throw fail('gradient/scalar', { shape: value.shape });
  const seed = markSeed(ones(value.shape, value.dtype));
  return { value, gradients: pullback(seed) };
}

/** The gradient alone. */
export function grad<Params>(f: (params: Params) => Tensor, params: Params): Params {
  return valueAndGrad(f, params).gradients;
}

/**
 * f(inputs) that keeps nothing for its gradient but the inputs: the block is computed again when its gradient is
 * wanted (Chen et al. 2016). `f` must give the same value both times: random numbers by explicit seeds.
 */
export function checkpoint<Inputs>(f: (inputs: Inputs) => Tensor, inputs: Inputs): Tensor {
  const tensors = leafValues<unknown>(inputs).filter(isDifferentiable);
  const output = scope(() => withRecording(false, () => f(inputs)));
  if (isTracked(tensors)) {
    const gradient: GradientRule<never> = ({ grads }) => trace(f, inputs).pullback(grads[0]!);
    record({ name: 'checkpoint', gradient }, tensors, [output], undefined);
  }
  return output;
}
