/** Several linear maps of one x: queries, keys and values, or a gate and what it opens. Together, so that the gradient of x is summed by the products. */

import { kernelsFor, matmulPrecision } from '../backend.ts';
import type { Precision } from '../kernels.ts';
import { defineOp } from '../op.ts';
import { empty, sizeOf, type Tensor } from '../tensor.ts';
import { floats, linearType, productOperand, requireShape, requireType, weightOperand } from './check.ts';
import { columnSums, matmul, plainWeight } from './linear.ts';
import { normalSample } from './samples.ts';
import { reshape } from './shape.ts';

export interface LinearsAttrs {
  /** How many maps there are. */
  readonly count: number;
  readonly precision: Precision;
}

const shared = { batch: 1, transA: false, aBatchStride: 0, bBatchStride: 0, activation: 'none' } as const;

/** x [m, k], weights [n, k] and, behind them, all the biases [n] or none. */
function named([x, ...rest]: readonly Tensor[], { count }: LinearsAttrs) {
  return { x, weights: rest.slice(0, count), biases: rest.slice(count) };
}

export const linearsOps = {
  linears: defineOp<LinearsAttrs>({
    name: 'linears',
    doc: 'x·Wᵀ + b for each of several W and b',
    plain: 'weights.map((weight, i) => linear(x, weight, { bias: biases[i] }))',
    outputs: (inputs, attrs) => {
      const op = 'linears';
      const { x, weights, biases } = named(inputs, attrs);
      const [m, k] = x.shape;
      return weights.map((weight, i) => {
        const [n] = weight.shape;
        requireShape(op, 'a weight', [n, k], weight.shape);
        const dtype = linearType(op, x, weight);
        if (biases.length) {
          requireType(op, dtype, biases[i]);
          requireShape(op, 'a bias', [n], biases[i].shape);
        }
        return { shape: [m, n], dtype };
      });
    },
    run: (kernels, inputs, outputs, attrs) => {
      const { x, weights, biases } = named(inputs, attrs);
      const [m, k] = x.shape;
      weights.forEach((weight, i) => {
        kernels.matmul(productOperand(x), weightOperand(weight), floats(outputs[i]), {
          ...shared,
          m,
          n: weight.shape[0],
          k,
          transB: true,
          accumulate: false,
          precision: attrs.precision,
          bias: biases.length ? floats(biases[i]) : undefined,
        });
      });
    },
    // ∂x = Σ gᵢ·Wᵢ, ∂Wᵢ = gᵢᵀ·x, ∂bᵢ = Σ gᵢ over rows
    gradient: ({ inputs, grads, attrs, needs }) => {
      const { x, weights, biases } = named(inputs, attrs);
      const { count, precision } = attrs;
      return [
        needs[0] ? gradientOfX(x, weights, grads, precision) : undefined,
        ...weights.map((_, i) =>
          needs[1 + i] && grads[i] ? matmul(grads[i], x, { transA: true, precision }) : undefined,
        ),
        ...biases.map((_, i) => (needs[1 + count + i] && grads[i] ? columnSums(grads[i]) : undefined)),
      ];
    },
    samples: () => {
      const sample = (...biases: Tensor[]) => ({
        inputs: [
          normalSample([5, 3]),
          normalSample([7, 3], 2),
          normalSample([4, 3], 3),
          normalSample([4, 3], 4),
          ...biases,
        ],
        attrs: { count: 3, precision: 'f32' as const },
      });
      return [sample(), sample(normalSample([7], 5), normalSample([4], 6), normalSample([4], 7))];
    },
  }),
};

/** Σ gᵢ·Wᵢ: the first product is written, the others add to it. */
function gradientOfX(
  x: Tensor,
  weights: readonly Tensor[],
  grads: readonly (Tensor | undefined)[],
  precision: Precision,
): Tensor | undefined {
  const [m, k] = x.shape;
  let total: Tensor | undefined;
  grads.forEach((g, i) => {
    if (!g) return;
    const accumulate = total !== undefined;
    total ??= empty([m, k], g.dtype === 'f64' ? 'f64' : 'f32');
    kernelsFor([g]).matmul(productOperand(g), productOperand(plainWeight(weights[i])), floats(total), {
      ...shared,
      m,
      n: k,
      k: weights[i].shape[0],
      transB: false,
      accumulate,
      precision,
    });
  });
  return total;
}

/** x·Wᵀ + b for x [..., in], each weight [out, in] and, if there are any, each bias [out]. */
export function linears(x: Tensor, weights: readonly Tensor[], biases: readonly Tensor[] = []): Tensor[] {
  const leading = x.shape.slice(0, -1);
  const rows = reshape(x, [sizeOf(leading), x.shape.at(-1) ?? 0]);
  const attrs = { count: weights.length, precision: matmulPrecision() };
  return linearsOps
    .linears([rows, ...weights, ...biases], attrs)
    .map((y) => reshape(y, [...leading, y.shape[1]]));
}
