/**
 * The memory of RWKV-4 (Peng et al. 2023, arXiv:2305.13048, eq. 16 and appendix D): a mean of all values so far, each weighted by
 * e^key and fading by e^decay a step; the newest has a weight of its own. Time is the first axis. Shapes: T steps of B texts, n features.
 */

import { kernelsFor } from '../backend.ts';
import { defineOp } from '../op.ts';
import { empty, type Tensor, tensor } from '../tensor.ts';
import { floats, requireShape, requireType } from './check.ts';
import { columnSums } from './linear.ts';
import { normalSample } from './samples.ts';

const like = (x: Tensor): Tensor => empty(x.shape, x.dtype);

export const wkvOps = {
  wkvScan: defineOp<Record<never, never>>({
    name: 'wkvScan',
    doc: 'yₜ = (aₜ₋₁ + e^(u+kₜ)·vₜ) / (bₜ₋₁ + e^(u+kₜ)); aₜ = e^w·aₜ₋₁ + e^kₜ·vₜ; bₜ = e^w·bₜ₋₁ + e^kₜ; a = A·e^p, b = B·e^p',
    plain: 'step by step: exp, mul, add, div',
    outputs: ([key, value, decay, first, start]) => {
      const [steps, batch, n] = key.shape;
      requireType('wkvScan', key.dtype, value, decay, first, start);
      requireShape('wkvScan', 'the values', [steps, batch, n], value.shape);
      for (const one of [decay, first]) requireShape('wkvScan', 'decay and first', [n], one.shape);
      requireShape('wkvScan', 'the state', [batch, 3 * n], start.shape);
      return [
        { shape: [steps, batch, n], dtype: key.dtype },
        { shape: [steps, batch, 3 * n], dtype: key.dtype },
      ];
    },
    run: (kernels, [key, value, decay, first, start], [mixed, states]) => {
      const [k, v, w, u, s] = [key, value, decay, first, start].map(floats);
      const [steps, batch, n] = key.shape;
      kernels.wkv(k, v, w, u, s, floats(mixed), floats(states), steps, batch, n);
    },
    // With E = e^(u+kₜ), s = gₜ/(b + E), D = s·E·(vₜ − yₜ), α and β what flows to aₜ and bₜ: ∂v = s·E + α·e^k, ∂k = D + (α·v + β)·e^k,
    // ∂u = Σ D, ∂w = Σ (α·aₜ₋₁ + β·bₜ₋₁)·e^w; α ← s + α·e^w, β ← β·e^w − s·y
    gradient: ({ inputs, outputs: [mixed, states], grads: [grad] }) => {
      if (!grad) return inputs.map(() => undefined);
      const [key, value, decay, first, start] = inputs;
      const [steps, batch, n] = key.shape;
      const [gradKey, gradValue, gradStart] = [like(key), like(value), like(start)];
      const [gradDecay, gradFirst] = [empty([batch, n], key.dtype), empty([batch, n], key.dtype)];
      const [k, v, w, u, s] = [key, value, decay, first, start].map(floats);
      const [y, all, g] = [mixed, states, grad].map(floats);
      const [toK, toV, toW, toU, toS] = [gradKey, gradValue, gradDecay, gradFirst, gradStart].map(floats);
      kernelsFor([key]).wkvGrad(k, v, w, u, s, y, all, g, toK, toV, toW, toU, toS, steps, batch, n);
      return [gradKey, gradValue, columnSums(gradDecay), columnSums(gradFirst), gradStart];
    },
    samples: () =>
      [
        [4, 2, 3],
        [2, 3, 2],
      ].map(([steps, batch, n]) => ({
        inputs: [
          normalSample([steps, batch, n]),
          normalSample([steps, batch, n], 2),
          tensor([-0.5, -1.5, -0.1].slice(0, n)),
          normalSample([n], 4),
          startSample(batch, n),
        ],
        attrs: {},
      })),
  }),
};

/** What a text of some tokens may have left behind: weights add up to more than nothing. */
const startSample = (batch: number, n: number): Tensor =>
  tensor(
    Array.from({ length: batch }, (_, row) =>
      Array.from({ length: 3 * n }, (_, i) => 0.5 + ((row + i) % 4) / 4),
    ),
  );

/** What is read, and the state [B, 3n] before the first step. */
export interface WkvInputs {
  readonly key: Tensor;
  readonly value: Tensor;
  /** What the exponent of all that is known changes by in a step, below 0: [n]. */
  readonly decay: Tensor;
  /** What is added to the key of the newest: [n]. */
  readonly first: Tensor;
  readonly start: Tensor;
}

/** Means after each step, [T, B, n], and states to go on from, [T, B, 3n], through which no gradient flows. */
export function wkvScan({ key, value, decay, first, start }: WkvInputs): {
  readonly mixed: Tensor;
  readonly states: Tensor;
} {
  const [mixed, states] = wkvOps.wkvScan([key, value, decay, first, start], {});
  return { mixed, states };
}
