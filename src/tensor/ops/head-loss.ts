/** The head of a language model with its loss: cross-entropy of x·Wᵀ, gradients made in the same pass. */

import { matmulPrecision } from '../backend.ts';
import type { Kernels, Precision } from '../kernels.ts';
import { scope } from '../memory.ts';
import { defineOp, giveAway, isSeed, isTracked } from '../op.ts';
import { empty, full, type Shape, type Tensor } from '../tensor.ts';
import { floats, floatType, ints, productOperand, requireIds, requireShape, requireType } from './check.ts';
import { mul } from './elementwise.ts';
import { linear } from './linear.ts';
import {
  type CrossEntropyOptions,
  crossEntropy,
  type LossAttrs,
  lossAttrs,
  lossScale,
  sampleTargets,
} from './loss.ts';
import { normalSample } from './samples.ts';
import { reshape } from './shape.ts';

export interface HeadAttrs extends LossAttrs {
  /** The loss is the sum over rows times this. */
  readonly scale: number;
  readonly precision: Precision;
  /** Rows whose logits exist at a time. */
  readonly chunk: number;
  /** Which gradients are computed along with the loss. */
  readonly gradX: boolean;
  readonly gradWeight: boolean;
}

/**
 * At most this many logits exist at a time (8 MB, in bf16 4: they stay in the last cache), but never fewer than those of some rows: each
 * part reads the weights twice and adds to their gradient once, which costs more where they come from memory.
 */
const MAX_LOGITS = 1 << 21;
const MIN_ROWS = 512;
const MIN_ROWS_OF_MANY = 1024;
/** Weights beyond this do not stay in the last cache (16 MB). */
const MANY_WEIGHTS = 1 << 22;

/** Rows of a part: all parts alike. */
function chunkOf(rows: number, [vocab, size]: Shape): number {
  const fewest = vocab * size > MANY_WEIGHTS ? MIN_ROWS_OF_MANY : MIN_ROWS;
  const most = Math.max(fewest, Math.floor(MAX_LOGITS / vocab));
  return Math.ceil(rows / Math.max(1, Math.ceil(rows / most)));
}

export const headLossOps = {
  linearCrossEntropy: defineOp<HeadAttrs>({
    name: 'linearCrossEntropy',
    doc: 'scale·Σ crossEntropy(x·Wᵀ, targets), with its gradients made in the same pass, some rows at a time',
    plain: 'mul(sum(crossEntropy(linear(x, weight), targets)), scale)',
    outputs: ([x, weight, targets], { ignoreIndex, gradX, gradWeight }) => {
      const op = 'linearCrossEntropy';
      const [rows, size] = x.shape;
      requireShape(op, 'weight', [weight.shape[0], size], weight.shape);
      requireShape(op, 'targets', [rows], targets.shape);
      requireIds(op, targets, weight.shape[0], ignoreIndex);
      const dtype = floatType(op, x, weight);
      const nothing: Shape = [0];
      return [
        { shape: [], dtype },
        { shape: gradX ? x.shape : nothing, dtype },
        { shape: gradWeight ? weight.shape : nothing, dtype },
      ];
    },
    run: (kernels, inputs, outputs, attrs) => scope(() => runHead(kernels, inputs, outputs, attrs)),
    gradient: ({ outputs: [, gradX, gradWeight], grads: [g], attrs }) => {
      const scaled = (grad: Tensor): Tensor => (isSeed(g!) ? giveAway(grad) : mul(grad, g!));
      return [
        attrs.gradX ? scaled(gradX) : undefined,
        attrs.gradWeight ? scaled(gradWeight) : undefined,
        undefined,
      ];
    },
    samples: () => {
      const attrs = {
        ignoreIndex: -1,
        smoothing: 0,
        scale: 0.5,
        chunk: 4,
        gradX: true,
        gradWeight: true,
        precision: 'f32' as const,
      };
      return [
        { inputs: [normalSample([6, 3]), normalSample([5, 3], 2), sampleTargets()], attrs },
        {
          inputs: [normalSample([6, 4]), normalSample([7, 4], 2), sampleTargets()],
          attrs: { ...attrs, smoothing: 0.2 },
        },
      ];
    },
  }),
};

/** Loss and gradients of the head, `chunk` rows at a time. */
function runHead(
  kernels: Kernels,
  [x, weight, targets]: readonly Tensor[],
  [loss, gradX, gradWeight]: readonly Tensor[],
  attrs: HeadAttrs,
): void {
  const [rows, size] = x.shape;
  const vocab = weight.shape[0];
  const { ignoreIndex, smoothing, scale, precision, chunk } = attrs;
  const trains = attrs.gradX || attrs.gradWeight;
  // Their gradient takes their place, rounded as its products would round it. (PyTorch's autocast rounds logits as well.)
  const logits = productOperand(empty([chunk, vocab], trains && precision === 'bf16' ? 'bf16' : x.dtype));
  const losses = floats(empty([rows], x.dtype));
  const lse = floats(empty([chunk], x.dtype));
  const rowScales = floats(full([chunk], scale, x.dtype));
  const shared = { batch: 1, aBatchStride: 0, bBatchStride: 0, precision, activation: 'none' } as const;
  if (rows === 0) kernels.fill(floats(gradWeight), 0);
  for (let start = 0; start < rows; start += chunk) {
    const m = Math.min(chunk, rows - start);
    const part = logits.subarray(0, m * vocab);
    const xPart = floats(x).subarray(start * size, (start + m) * size);
    const targetPart = ints(targets).subarray(start, start + m);
    const toLogits = { ...shared, m, n: vocab, k: size, transA: false, transB: true, accumulate: false };
    kernels.matmul(xPart, floats(weight), part, toLogits);
    const lossPart = losses.subarray(start, start + m);
    kernels.crossEntropy(part, targetPart, lossPart, lse, m, vocab, ignoreIndex, smoothing);
    if (!trains) continue;
    kernels.crossEntropyGrad(part, targetPart, lse, rowScales, part, m, vocab, ignoreIndex, smoothing);
    if (attrs.gradX) {
      const gradPart = floats(gradX).subarray(start * size, (start + m) * size);
      const toX = { ...shared, m, n: size, k: vocab, transA: false, transB: false, accumulate: false };
      kernels.matmul(part, floats(weight), gradPart, toX);
    }
    if (attrs.gradWeight) {
      const toWeight = { ...shared, m: vocab, n: size, k: m, transA: true, transB: false };
      kernels.matmul(part, xPart, floats(gradWeight), { ...toWeight, accumulate: start > 0 });
    }
  }
  kernels.reduce('sum', losses, floats(loss), 1, rows, 1);
  kernels.affine(floats(loss), floats(loss), scale, 0);
}

/**
 * Cross-entropy of the logits x·Wᵀ: x [..., size], weight [vocab, size], targets i32 [...]. The logits of the whole
 * batch never exist in memory, and its gradient is made along with the loss (`none` takes the plain way).
 */
export function linearCrossEntropy(
  x: Tensor,
  weight: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  if (options.reduction === 'none') return crossEntropy(linear(x, weight), targets, options);
  const attrs = lossAttrs('linearCrossEntropy', options);
  requireType('linearCrossEntropy', 'i32', targets);
  requireShape('linearCrossEntropy', 'targets', x.shape.slice(0, -1), targets.shape);
  const rows = targets.size;
  return headLossOps.linearCrossEntropy(
    [reshape(x, [rows, x.shape.at(-1)!]), weight, reshape(targets, [rows])],
    {
      ...attrs,
      scale: lossScale(targets, options),
      precision: matmulPrecision(),
      chunk: chunkOf(rows, weight.shape),
      gradX: isTracked([x]),
      gradWeight: isTracked([weight]),
    },
  )[0];
}
