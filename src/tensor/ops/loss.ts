/** Losses: cross-entropy with label smoothing (Szegedy et al. 2016), squared error. */

import { kernelsFor } from '../backend.ts';
import { fail } from '../errors.ts';
import { defineOp } from '../op.ts';
import { empty, type Tensor, tensor } from '../tensor.ts';
import { floats, floatType, ints, requireIds, requireOption, requireShape, requireType } from './check.ts';
import { affine, mul, sub } from './elementwise.ts';
import { gather } from './indexing.ts';
import { mean, sum } from './reduce.ts';
import { idSample, normalSample } from './samples.ts';
import { expandDims, reshape, squeeze } from './shape.ts';
import { neg, square } from './unary.ts';

export interface LossAttrs {
  readonly ignoreIndex: number;
  readonly smoothing: number;
}

/** Six targets below 5, one of them ignored. */
export const sampleTargets = () => tensor([3, 0, -1, 4, 2, 1], { dtype: 'i32' });

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
      { inputs: [normalSample([6, 5]), sampleTargets()], attrs: { ignoreIndex: -1, smoothing: 0 } },
      { inputs: [normalSample([6, 7], 2), sampleTargets()], attrs: { ignoreIndex: -1, smoothing: 0.1 } },
      { inputs: [normalSample([4, 129], 3), idSample([4], 129)], attrs: { ignoreIndex: -1, smoothing: 0 } },
    ],
  }),
};

export interface CrossEntropyOptions {
  /** Rows with this target count for nothing. Default −1. */
  readonly ignoreIndex?: number;
  /** The share of the target's probability that is spread evenly. Default 0. */
  readonly smoothing?: number;
  /** `mean` is over the rows that count (0 when none does). Default. */
  readonly reduction?: 'mean' | 'sum' | 'none';
}

/** The row's attributes, checked. */
export function lossAttrs(op: string, { ignoreIndex = -1, smoothing = 0 }: CrossEntropyOptions): LossAttrs {
  requireOption(op, 'smoothing', smoothing >= 0 && smoothing <= 1, 'in [0, 1]', smoothing);
  return { ignoreIndex, smoothing };
}

/** What the sum over rows is multiplied with. */
export function lossScale(
  targets: Tensor,
  { reduction = 'mean', ignoreIndex = -1 }: CrossEntropyOptions,
): number {
  if (reduction === 'sum') return 1;
  let count = 0;
  for (const target of ints(targets)) if (target !== ignoreIndex) count++;
  return 1 / Math.max(1, count);
}

/** −log softmax(logits)[target]: logits [..., n], targets i32 [...]; a scalar, or [...] when not reduced. */
export function crossEntropy(logits: Tensor, targets: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const attrs = lossAttrs('crossEntropy', options);
  requireType('crossEntropy', 'i32', targets);
  requireShape('crossEntropy', 'targets', logits.shape.slice(0, -1), targets.shape);
  const rows = targets.size;
  const inputs = [reshape(logits, [rows, logits.shape.at(-1)!]), reshape(targets, [rows])];
  const [losses] = lossOps.crossEntropy(inputs, attrs);
  if (options.reduction === 'none') return reshape(losses, targets.shape);
  return affine(sum(losses), lossScale(targets, options), 0);
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
  return reduction === 'none' ? losses : affine(sum(losses), lossScale(targets, options), 0);
}
