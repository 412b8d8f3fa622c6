/** Losses. Cross-entropy with label smoothing (Szegedy et al. 2016), and the fused head of a language model. */

import { kernelsFor, matmulPrecision } from '../backend.ts';
import { fail } from '../errors.ts';
import type { Kernels, Precision } from '../kernels.ts';
import { scope } from '../memory.ts';
import { defineOp, isTracked } from '../op.ts';
import { empty, full, type Shape, type Tensor, tensor } from '../tensor.ts';
import { floats, floatType, ints, requireIds, requireOption, requireShape, requireType } from './check.ts';
import { affine, mul, sub } from './elementwise.ts';
import { gather } from './indexing.ts';
import { linear } from './linear.ts';
import { mean, sum } from './reduce.ts';
import { idSample, normalSample } from './samples.ts';
import { expandDims, reshape, squeeze } from './shape.ts';
import { neg, square } from './unary.ts';

interface LossAttrs {
  readonly ignoreIndex: number;
  readonly smoothing: number;
}

interface HeadAttrs extends LossAttrs {
  /** The loss is the sum over rows times this. */
  readonly scale: number;
  readonly precision: Precision;
  /** Which gradients are computed along with the loss. */
  readonly gradX: boolean;
  readonly gradWeight: boolean;
}

/** At most this many logits exist at a time (16 MB), but no fewer than `MIN_ROWS` rows. */
const CHUNK = 1 << 22;
const MIN_ROWS = 128;

const samplesTargets = () => tensor([3, 0, -1, 4, 2, 1], { dtype: 'i32' });

export const lossOps = {
  crossEntropy: defineOp<LossAttrs>({
    name: 'crossEntropy',
    doc: '(1−ε)·(lse − x_t) + ε·(lse − mean x) for each row of logits x and target t; 0 where ignored',
    plain:
      'neg(gather(logSoftmax(logits), targets)), mixed with neg(mean(logSoftmax(logits))) by the smoothing',
    outputs: ([logits, targets], { ignoreIndex }) => {
      if (logits.shape.length !== 2) {
        throw fail('shape/rank', {
          op: 'crossEntropy',
          name: 'logits',
          expected: '[rows, n]',
          got: logits.shape,
        });
      }
      const [rows, n] = logits.shape;
      requireShape('crossEntropy', 'targets', [rows], targets.shape);
      requireIds('crossEntropy', targets, n, ignoreIndex);
      const dtype = floatType('crossEntropy', logits);
      return [
        { shape: [rows], dtype },
        { shape: [rows], dtype },
      ];
    },
    run: (kernels, [logits, targets], [losses, lse], { ignoreIndex, smoothing }) => {
      const [rows, n] = logits.shape;
      kernels.crossEntropy(
        floats(logits),
        ints(targets),
        floats(losses),
        floats(lse),
        rows,
        n,
        ignoreIndex,
        smoothing,
      );
    },
    gradient: ({ inputs: [logits, targets], outputs: [, lse], grads: [g], attrs }) => {
      const [rows, n] = logits.shape;
      const grad = empty(logits.shape, logits.dtype);
      kernelsFor([logits]).crossEntropyGrad(
        floats(logits),
        ints(targets),
        floats(lse),
        floats(g!),
        floats(grad),
        rows,
        n,
        attrs.ignoreIndex,
        attrs.smoothing,
      );
      return [grad, undefined];
    },
    samples: () => [
      { inputs: [normalSample([6, 5]), samplesTargets()], attrs: { ignoreIndex: -1, smoothing: 0 } },
      { inputs: [normalSample([6, 7], 2), samplesTargets()], attrs: { ignoreIndex: -1, smoothing: 0.1 } },
      { inputs: [normalSample([4, 129], 3), idSample([4], 129)], attrs: { ignoreIndex: -1, smoothing: 0 } },
    ],
  }),

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
      const scale = g!.item();
      const scaled = (grad: Tensor): Tensor => (scale === 1 ? grad : affine(grad, scale, 0));
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
        gradX: true,
        gradWeight: true,
        precision: 'f32' as const,
      };
      return [
        { inputs: [normalSample([6, 3]), normalSample([5, 3], 2), samplesTargets()], attrs },
        {
          inputs: [normalSample([6, 4]), normalSample([7, 4], 2), samplesTargets()],
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
  const { ignoreIndex, smoothing, scale, precision } = attrs;
  const chunk = Math.max(1, Math.min(rows, Math.max(MIN_ROWS, Math.floor(CHUNK / vocab))));
  const logits = floats(empty([chunk, vocab], x.dtype));
  const losses = floats(empty([chunk], x.dtype));
  const lse = floats(empty([chunk], x.dtype));
  const rowScales = floats(full([chunk], scale, x.dtype));
  const shared = { batch: 1, aBatchStride: 0, bBatchStride: 0, precision, activation: 'none' } as const;
  let total = 0;
  if (rows === 0 && attrs.gradWeight) kernels.fill(gradWeight.data, 0);
  for (let start = 0; start < rows; start += chunk) {
    const m = Math.min(chunk, rows - start);
    const part = logits.subarray(0, m * vocab);
    const xPart = floats(x).subarray(start * size, (start + m) * size);
    const targetPart = ints(targets).subarray(start, start + m);
    const toLogits = { ...shared, m, n: vocab, k: size, transA: false, transB: true, accumulate: false };
    kernels.matmul(xPart, floats(weight), part, toLogits);
    kernels.crossEntropy(part, targetPart, losses, lse, m, vocab, ignoreIndex, smoothing);
    for (let i = 0; i < m; i++) total += losses[i];
    if (!attrs.gradX && !attrs.gradWeight) continue;
    kernels.crossEntropyGrad(part, targetPart, lse, rowScales, part, m, vocab, ignoreIndex, smoothing);
    if (attrs.gradX) {
      const gradPart = floats(gradX).subarray(start * size, (start + m) * size);
      const toX = { ...shared, m, n: size, k: vocab, transA: false, transB: false, accumulate: false };
      kernels.matmul(part, floats(weight), gradPart, toX);
    }
    if (attrs.gradWeight) {
      const toWeight = {
        ...shared,
        m: vocab,
        n: size,
        k: m,
        transA: true,
        transB: false,
        accumulate: start > 0,
      };
      kernels.matmul(part, xPart, floats(gradWeight), toWeight);
    }
  }
  loss.data[0] = total * scale;
}

export interface CrossEntropyOptions {
  /** Rows with this target count for nothing. Default −1. */
  readonly ignoreIndex?: number;
  /** The share of the target's probability that is spread evenly. Default 0. */
  readonly smoothing?: number;
  /** `mean` is over the rows that count (0 when none does). Default. */
  readonly reduction?: 'mean' | 'sum' | 'none';
}

function attrsOf(op: string, { ignoreIndex = -1, smoothing = 0 }: CrossEntropyOptions): LossAttrs {
  requireOption(op, 'smoothing', smoothing >= 0 && smoothing <= 1, 'in [0, 1]', smoothing);
  return { ignoreIndex, smoothing };
}

/** What the sum over rows is multiplied with. */
function scaleOf(targets: Tensor, { reduction = 'mean', ignoreIndex = -1 }: CrossEntropyOptions): number {
  if (reduction === 'sum') return 1;
  let count = 0;
  for (const target of ints(targets)) if (target !== ignoreIndex) count++;
  return 1 / Math.max(1, count);
}

/** −log softmax(logits)[target]: logits [..., n], targets i32 [...]; a scalar, or [...] when not reduced. */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const attrs = attrsOf('crossEntropy', options);
  requireType('crossEntropy', 'i32', targets);
  requireShape('crossEntropy', 'targets', logits.shape.slice(0, -1), targets.shape);
  const rows = targets.size;
  const inputs = [reshape(logits, [rows, logits.shape.at(-1)!]), reshape(targets, [rows])];
  const [losses] = lossOps.crossEntropy(inputs, attrs);
  if (options.reduction === 'none') return reshape(losses, targets.shape);
  return affine(sum(losses), scaleOf(targets, options), 0);
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
  const attrs = attrsOf('linearCrossEntropy', options);
  requireType('linearCrossEntropy', 'i32', targets);
  requireShape('linearCrossEntropy', 'targets', x.shape.slice(0, -1), targets.shape);
  const rows = targets.size;
  return lossOps.linearCrossEntropy([reshape(x, [rows, x.shape.at(-1)!]), weight, reshape(targets, [rows])], {
    ...attrs,
    scale: scaleOf(targets, options),
    precision: matmulPrecision(),
    gradX: isTracked([x]),
    gradWeight: isTracked([weight]),
  })[0];
}

/** Mean of (a − b)². */
export function meanSquaredError(a: Tensor, b: Tensor): Tensor {
  return mean(square(sub(a, b)));
}

/** −logProbs[target], mean over the rows that count: logProbs [..., n], targets i32 [...]. */
export function negativeLogLikelihood(
  logProbs: Tensor,
  targets: Tensor,
  options: Omit<CrossEntropyOptions, 'smoothing'> = {},
): Tensor {
  const { ignoreIndex = -1, reduction = 'mean' } = options;
  requireIds('negativeLogLikelihood', targets, logProbs.shape.at(-1) ?? 0, ignoreIndex);
  const counts = Float32Array.from(ints(targets), (target) => (target === ignoreIndex ? 0 : 1));
  const safe = Int32Array.from(ints(targets), (target) => (target === ignoreIndex ? 0 : target));
  const places = expandDims(tensor(safe, { shape: targets.shape, dtype: 'i32' }), -1);
  const picked = squeeze(gather(logProbs, places, -1), -1);
  const losses = neg(
    mul(picked, tensor(counts, { shape: targets.shape, dtype: floatType('loss', logProbs) })),
  );
  return reduction === 'none' ? losses : affine(sum(losses), scaleOf(targets, options), 0);
}
