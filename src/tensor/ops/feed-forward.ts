/** Two linear maps with an activation between: the feed-forward part of a Transformer, its inside kept in few bytes. */

import { kernelsFor, matmulPrecision } from '../backend.ts';
import type { Activation, Precision } from '../kernels.ts';
import { defineOp, isTracked, type OutputSpec } from '../op.ts';
import { empty, sizeOf, type Tensor } from '../tensor.ts';
import { floats, linearType, productOperand, requireShape, requireType, weightOperand } from './check.ts';
import { columnSums, matmul, plainWeight } from './linear.ts';
import { normalSample } from './samples.ts';
import { reshape } from './shape.ts';

export interface FeedForwardAttrs {
  readonly activation: Activation;
  readonly precision: Precision;
  readonly upBias: boolean;
  readonly downBias: boolean;
  /** The last input is added. */
  readonly residual: boolean;
  /** Keeps the slope of the activation: the gradient needs it. */
  readonly keep: boolean;
}

const shared = { batch: 1, transA: false, aBatchStride: 0, bBatchStride: 0, accumulate: false } as const;

/** x [m, k], up [n, k], down [o, n], the biases there are and, if there is one, the residual [m, o]. */
function named(inputs: readonly Tensor[], { upBias, downBias, residual }: FeedForwardAttrs) {
  const [x, up, down, ...rest] = inputs;
  const next = (given: boolean) => (given ? rest.shift() : undefined);
  return { x, up, down, upBias: next(upBias), downBias: next(downBias), residual: next(residual) };
}

export const feedForwardOps = {
  feedForward: defineOp<FeedForwardAttrs>({
    name: 'feedForward',
    doc: 'activation(x·Upᵀ + b)·Downᵀ + c + residual; in bf16 the inside is stored as the products read it, rounded',
    plain: 'linear(linear(x, up, { activation }), down, { residual })',
    outputs: (inputs, attrs) => {
      const op = 'feedForward';
      const { x, up, down, upBias, downBias, residual } = named(inputs, attrs);
      const [m, k] = x.shape;
      const [n] = up.shape;
      requireShape(op, 'up', [n, k], up.shape);
      requireShape(op, 'down', [down.shape[0], n], down.shape);
      const dtype = linearType(op, x, up);
      for (const [bias, size] of [
        [upBias, n],
        [downBias, down.shape[0]],
      ] as const) {
        if (!bias) continue;
        requireType(op, dtype, bias);
        requireShape(op, 'a bias', [size], bias.shape);
      }
      if (residual) {
        requireType(op, dtype, residual);
        requireShape(op, 'residual', [m, down.shape[0]], residual.shape);
      }
      const inside: OutputSpec = {
        shape: [m, n],
        dtype: attrs.precision === 'bf16' && dtype === 'f32' ? 'bf16' : dtype,
      };
      return [{ shape: [m, down.shape[0]], dtype }, inside, attrs.keep ? inside : { ...inside, shape: [0] }];
    },
    run: (kernels, inputs, [y, inner, slope], attrs) => {
      const { x, up, down, upBias, downBias, residual } = named(inputs, attrs);
      const { activation, precision, keep } = attrs;
      const [m, k] = x.shape;
      const [n] = up.shape;
      const kinds = { ...shared, m, transB: true, precision };
      kernels.matmul(productOperand(x), weightOperand(up), productOperand(inner), {
        ...kinds,
        n,
        k,
        activation,
        bias: upBias && floats(upBias),
        slope: keep ? productOperand(slope) : undefined,
      });
      kernels.matmul(productOperand(inner), weightOperand(down), floats(y), {
        ...kinds,
        n: down.shape[0],
        k: n,
        activation: 'none',
        bias: downBias && floats(downBias),
        residual: residual && floats(residual),
      });
    },
    // With h = (g·Down)∘slope: ∂x = h·Up, ∂Up = hᵀ·x, ∂Down = gᵀ·inner, ∂b = Σ h, ∂c = Σ g over rows
    gradient: ({ inputs, outputs: [, inner, slope], grads: [g], attrs, needs }) => {
      const { x, up, down } = named(inputs, attrs);
      const { precision, upBias, downBias, residual } = attrs;
      const [m, n] = inner.shape;
      const h = empty(inner.shape, inner.dtype);
      kernelsFor([g!]).matmul(floats(g!), productOperand(plainWeight(down)), productOperand(h), {
        ...shared,
        m,
        n,
        k: down.shape[0],
        transB: false,
        precision,
        activation: 'none',
        factor: productOperand(slope),
      });
      return [
        needs[0] ? matmul(h, plainWeight(up), { precision, rounded: x.dtype === 'bf16' }) : undefined,
        needs[1] ? matmul(h, x, { transA: true, precision }) : undefined,
        needs[2] ? matmul(g!, inner, { transA: true, precision }) : undefined,
        ...(upBias ? [needs[3] ? columnSums(h) : undefined] : []),
        ...(downBias ? [needs[upBias ? 4 : 3] ? columnSums(g!) : undefined] : []),
        ...(residual ? [g] : []),
      ];
    },
    samples: () => {
      const sample = (activation: Activation, upBias: boolean, downBias: boolean, residual = false) => ({
        inputs: [
          normalSample([5, 3]),
          normalSample([7, 3], 2),
          normalSample([4, 7], 3),
          ...(upBias ? [normalSample([7], 4)] : []),
          ...(downBias ? [normalSample([4], 5)] : []),
          ...(residual ? [normalSample([5, 4], 6)] : []),
        ],
        attrs: { activation, upBias, downBias, residual, keep: true, precision: 'f32' as const },
      });
      const half = sample('gelu', true, true);
      return [
        sample('gelu', false, false),
        sample('geluTanh', true, true),
        sample('silu', false, true, true),
        sample('relu', true, false),
        {
          ...half,
          attrs: { ...half.attrs, precision: 'bf16' as const },
          skipGradient: 'rounding to bf16 has no slope',
        },
      ];
    },
  }),
};

export interface FeedForwardOptions {
  readonly upBias?: Tensor;
  readonly downBias?: Tensor;
  /** Added to the result: [..., out]. */
  readonly residual?: Tensor;
}

/** activation(x·Upᵀ + upBias)·Downᵀ + downBias + residual for x [..., in], up [inner, in], down [out, inner]. */
export function feedForward(
  x: Tensor,
  up: Tensor,
  down: Tensor,
  activation: Activation,
  { upBias, downBias, residual }: FeedForwardOptions = {},
): Tensor {
  const leading = x.shape.slice(0, -1);
  const m = sizeOf(leading);
  const rows = residual && reshape(residual, [m, down.shape[0]]);
  const rest = [upBias, downBias, rows].filter((input) => input !== undefined);
  const inputs = [reshape(x, [m, x.shape.at(-1) ?? 0]), up, down, ...rest];
  const [y] = feedForwardOps.feedForward(inputs, {
    activation,
    precision: matmulPrecision(),
    upBias: upBias !== undefined,
    downBias: downBias !== undefined,
    residual: residual !== undefined,
    keep: isTracked(inputs),
  });
  return reshape(y, [...leading, y.shape[1]]);
}
