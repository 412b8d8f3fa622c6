/**
 * Recurrent networks over a whole text: RNN (Elman 1990), LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et
 * al. 2000), GRU (Cho et al. 2014, with the reset after the product, as PyTorch and cuDNN have it). What comes from the input is
 * made before, for all times in one product; here time goes step by step, and the gradient goes back the same way. Time is
 * the first axis, so that a step is one piece of memory. Shapes: T steps of B texts, n features.
 */

import { kernelsFor, matmulPrecision } from '../backend.ts';
import type { Floats, Stored } from '../dtype.ts';
import type { Kernels, MatmulArgs, Precision } from '../kernels.ts';
import { defineOp, type Sample } from '../op.ts';
import { empty, type Tensor, zeros } from '../tensor.ts';
import { floats, productOperand, productType, requireShape, requireType } from './check.ts';
import { columnSums } from './linear.ts';
import { normalSample } from './samples.ts';
import { reshape } from './shape.ts';

export interface RecurrentAttrs {
  readonly precision: Precision;
}

const product = {
  batch: 1,
  transA: false,
  transB: false,
  aBatchStride: 0,
  bBatchStride: 0,
  accumulate: false,
  activation: 'none',
} as const;

/** Sizes of a scan, checked: sums from the input [T, B, gates·n], recurrent weight [gates·n, n], each state [B, n]. */
function sizesOf(op: string, gates: number, x: Tensor, weight: Tensor, starts: readonly Tensor[]) {
  const [steps, batch] = x.shape;
  const n = weight.shape[1];
  requireShape(op, 'weight', [gates * n, n], weight.shape);
  requireShape(op, 'the input', [steps, batch, gates * n], x.shape);
  const dtype = productType(op, x, weight);
  requireType(op, dtype, x, ...starts);
  for (const start of starts) requireShape(op, 'the state', [batch, n], start.shape);
  return { steps, batch, n, dtype };
}

/** The part of an array that belongs to a step. */
const at = <Part extends Stored>(x: Part, step: number, size: number): Part =>
  x.subarray(step * size, (step + 1) * size) as Part;

/** The state before a step: that of the step before, or the start. */
const before = (states: Floats, start: Floats, step: number): Floats =>
  step === 0 ? start : at(states, step - 1, start.length);

/** out = h·Wᵀ + residual (+ bias) for the rows of one step. */
function forward(
  kernels: Kernels,
  [h, weight, out]: readonly [Floats, Stored, Floats],
  n: number,
  { precision }: RecurrentAttrs,
  beside: Pick<MatmulArgs, 'residual' | 'bias'>,
): void {
  const [m, wide] = [h.length / n, weight.length / n];
  kernels.matmul(h, weight, out, { ...product, ...beside, m, n: wide, k: n, transB: true, precision });
}

/** What a gradient rule works with: ∂loss/∂states, or zeros where none flowed, and sizes. */
function backward(inputs: readonly Tensor[], grad: Tensor | undefined, { precision }: RecurrentAttrs) {
  const [x, weight] = inputs;
  const [steps, batch] = x.shape;
  const n = weight.shape[1];
  const wide = weight.shape[0];
  const g = grad ?? zeros([steps, batch, n], x.dtype as 'f32');
  const kernels = kernelsFor([x]);
  /** Goes through W: out = gradSums·W + residual. */
  const through = (gradSums: Floats, out: Floats, residual: Floats | undefined): void =>
    kernels.matmul(gradSums, productOperand(weight), out, {
      ...product,
      m: batch,
      n,
      k: wide,
      precision,
      residual,
    });
  /** Σ over steps of gradSumsᵀ·(state before): one product for all steps but the first. */
  const weightGrad = (gradSums: Tensor, states: Tensor, start: Tensor): Tensor => {
    const out = empty(weight.shape, x.dtype);
    const sums = floats(gradSums);
    const rest = (steps - 1) * batch;
    const kind = { ...product, m: wide, n, transA: true, precision };
    kernels.matmul(at(sums, 0, batch * wide), floats(start), floats(out), { ...kind, k: batch });
    if (rest > 0) {
      const [later, earlier] = [sums.subarray(batch * wide), floats(states).subarray(0, rest * n)];
      kernels.matmul(later, earlier, floats(out), { ...kind, k: rest, accumulate: true });
    }
    return out;
  };
  return { kernels, steps, batch, n, wide, size: batch * n, g: floats(g), through, weightGrad };
}

const like = (x: Tensor): Tensor => empty(x.shape, x.dtype);

export const recurrentOps = {
  rnnScan: defineOp<RecurrentAttrs>({
    name: 'rnnScan',
    doc: 'hₜ = tanh(xₜ + hₜ₋₁·Wᵀ), step by step',
    plain: 'step by step: tanh(linear(h, W, { residual: xₜ }))',
    outputs: ([x, weight, start]) => {
      const { steps, batch, n, dtype } = sizesOf('rnnScan', 1, x, weight, [start]);
      return [{ shape: [steps, batch, n], dtype }];
    },
    run: (kernels, [x, weight, start], [states], attrs) => {
      const [hs, w, first] = [floats(states), productOperand(weight), floats(start)];
      const [steps] = x.shape;
      for (let t = 0; t < steps; t++) {
        const h = at(hs, t, first.length);
        const residual = at(floats(x), t, first.length);
        forward(kernels, [before(hs, first, t), w, h], weight.shape[1], attrs, { residual });
        kernels.unary('tanh', h, h);
      }
    },
    // With dₜ = (gₜ + dₜ₊₁·W)∘(1 − hₜ²): ∂x = d, ∂W = Σ dₜᵀ·hₜ₋₁, ∂h₀ = d₁·W
    gradient: ({ inputs, outputs: [states], grads: [grad], attrs }) => {
      const [x, , start] = inputs;
      const { kernels, steps, size, g, through, weightGrad } = backward(inputs, grad, attrs);
      const [gradX, gradStart, carried] = [like(x), like(start), floats(like(start))];
      let flow = at(g, steps - 1, size);
      for (let t = steps - 1; t >= 0; t--) {
        const d = at(floats(gradX), t, size);
        kernels.rnnCellGrad(at(floats(states), t, size), flow, d);
        through(d, t === 0 ? floats(gradStart) : carried, t === 0 ? undefined : at(g, t - 1, size));
        flow = carried;
      }
      return [gradX, weightGrad(gradX, states, start), gradStart];
    },
    samples: () =>
      samplesOf((steps, batch, n) => [
        normalSample([steps, batch, n]),
        normalSample([n, n], 2),
        normalSample([batch, n], 3),
      ]),
  }),

  lstmScan: defineOp<RecurrentAttrs>({
    name: 'lstmScan',
    doc: 'i, f, g, o = σ, σ, tanh, σ of xₜ + hₜ₋₁·Wᵀ; cₜ = f∘cₜ₋₁ + i∘g; hₜ = o∘tanh(cₜ), step by step',
    plain: 'step by step: split(linear(h, W, { residual: xₜ })), sigmoid, tanh, mul, add',
    outputs: ([x, weight, start, cellStart]) => {
      const { steps, batch, n, dtype } = sizesOf('lstmScan', 4, x, weight, [start, cellStart]);
      const states = { shape: [steps, batch, n], dtype };
      return [states, states, { shape: [steps, batch, 4 * n], dtype }];
    },
    run: (kernels, [x, weight, start, cellStart], [states, cells, gates], attrs) => {
      const [hs, cs, w] = [floats(states), floats(cells), productOperand(weight)];
      const [h0, c0] = [floats(start), floats(cellStart)];
      const [steps, batch, wide] = x.shape;
      const n = weight.shape[1];
      for (let t = 0; t < steps; t++) {
        const sums = at(floats(gates), t, batch * wide);
        const residual = at(floats(x), t, batch * wide);
        forward(kernels, [before(hs, h0, t), w, sums], n, attrs, { residual });
        const [cell, hidden] = [at(cs, t, batch * n), at(hs, t, batch * n)];
        kernels.lstmCell(sums, before(cs, c0, t), cell, hidden, batch, n);
      }
    },
    // Per step, with H = gₜ + sₜ₊₁·W and C = g′ₜ + Cₜ₊₁∘fₜ₊₁ + H∘o∘(1 − tanh²c): s = C∘g∘i′, C∘cₜ₋₁∘f′, C∘i∘g′, H∘tanh(c)∘o′
    gradient: ({ inputs, outputs: [states, cells, gates], grads: [grad, cellGrad], attrs }) => {
      const [x, , start, cellStart] = inputs;
      const { kernels, steps, batch, n, wide, size, g, through, weightGrad } = backward(inputs, grad, attrs);
      const [gradX, gradStart, carried] = [like(x), like(start), floats(like(start))];
      const gradCell = zeros(cellStart.shape, x.dtype as 'f32');
      const [gc, cs] = [cellGrad && floats(cellGrad), floats(cells)];
      let flow = at(g, steps - 1, size);
      for (let t = steps - 1; t >= 0; t--) {
        if (gc) kernels.axpy(at(gc, t, size), floats(gradCell), 1);
        const sums = at(floats(gradX), t, batch * wide);
        const [kept, past] = [at(floats(gates), t, batch * wide), before(cs, floats(cellStart), t)];
        kernels.lstmCellGrad(kept, past, at(cs, t, size), flow, floats(gradCell), sums, batch, n);
        through(sums, t === 0 ? floats(gradStart) : carried, t === 0 ? undefined : at(g, t - 1, size));
        flow = carried;
      }
      return [gradX, weightGrad(gradX, states, start), gradStart, gradCell];
    },
    samples: () =>
      samplesOf((steps, batch, n) => [
        normalSample([steps, batch, 4 * n]),
        normalSample([4 * n, n], 2),
        normalSample([batch, n], 3),
        normalSample([batch, n], 4),
      ]),
  }),

  gruScan: defineOp<RecurrentAttrs>({
    name: 'gruScan',
    doc: 'with p = hₜ₋₁·Wᵀ + b: r, z = σ(xₜ + p); m = tanh(xₜ + r∘p); hₜ = (1 − z)∘m + z∘hₜ₋₁, step by step',
    plain: 'step by step: split(xₜ), split(linear(h, W, { bias })), sigmoid, tanh, mul, add',
    outputs: ([x, weight, bias, start]) => {
      const { steps, batch, n, dtype } = sizesOf('gruScan', 3, x, weight, [start]);
      requireType('gruScan', dtype, bias);
      requireShape('gruScan', 'bias', [3 * n], bias.shape);
      return [
        { shape: [steps, batch, n], dtype },
        { shape: [steps, batch, 4 * n], dtype },
      ];
    },
    run: (kernels, [x, weight, bias, start], [states, gates], attrs) => {
      const [hs, w, h0] = [floats(states), productOperand(weight), floats(start)];
      const [steps, batch, wide] = x.shape;
      const n = weight.shape[1];
      const products = floats(empty([batch, wide], states.dtype));
      for (let t = 0; t < steps; t++) {
        const past = before(hs, h0, t);
        forward(kernels, [past, w, products], n, attrs, { bias: floats(bias) });
        const [input, kept] = [at(floats(x), t, batch * wide), at(floats(gates), t, 4 * h0.length)];
        kernels.gruCell(input, products, past, kept, at(hs, t, h0.length), batch, n);
      }
    },
    // Per step, with H = gₜ + H′: s = H∘(1 − z)∘m′ for m, s_m∘p∘r′ for r, H∘(hₜ₋₁ − m)∘z′ for z; p has s, but s_m∘r;
    // H′ = H∘z + s_p·W; ∂x = s, ∂W = Σ s_pᵀ·hₜ₋₁, ∂b = Σ s_p
    gradient: ({ inputs, outputs: [states, gates], grads: [grad], attrs }) => {
      const [x, , , start] = inputs;
      const { kernels, steps, batch, n, wide, size, g, through, weightGrad } = backward(inputs, grad, attrs);
      const [gradX, gradProduct, gradStart] = [like(x), like(x), like(start)];
      const [direct, carried] = [floats(like(start)), floats(like(start))];
      let flow = at(g, steps - 1, size);
      for (let t = steps - 1; t >= 0; t--) {
        const [sums, products] = [gradX, gradProduct].map((y) => at(floats(y), t, batch * wide));
        const past = before(floats(states), floats(start), t);
        kernels.gruCellGrad(at(floats(gates), t, 4 * size), past, flow, sums, products, direct, batch, n);
        const out = t === 0 ? floats(gradStart) : carried;
        through(products, out, direct);
        if (t > 0) kernels.axpy(at(g, t - 1, size), out, 1);
        flow = carried;
      }
      const gradBias = columnSums(reshape(gradProduct, [steps * batch, wide]));
      return [gradX, weightGrad(gradProduct, states, start), gradBias, gradStart];
    },
    samples: () =>
      samplesOf((steps, batch, n) => [
        normalSample([steps, batch, 3 * n]),
        normalSample([3 * n, n], 2),
        normalSample([3 * n], 3),
        normalSample([batch, n], 4),
      ]),
  }),
};

/** Several steps, one step, and the first of them in bf16. */
function samplesOf(inputs: (steps: number, batch: number, n: number) => Tensor[]): Sample<RecurrentAttrs>[] {
  const f32 = { precision: 'f32' } as const;
  return [
    { inputs: inputs(4, 2, 3), attrs: f32 },
    { inputs: inputs(1, 3, 2), attrs: f32 },
    {
      inputs: inputs(4, 2, 3),
      attrs: { precision: 'bf16' },
      skipGradient: 'rounding to bf16 has no slope',
    },
  ];
}

/** The recurrent weight, and the state [B, n] before the first step. */
export interface ScanStart {
  readonly weight: Tensor;
  readonly start: Tensor;
}

/** States of all steps [T, B, n] of an RNN: x [T, B, n] comes from the input, biases included; weight [n, n]. */
export function rnnScan(x: Tensor, { weight, start }: ScanStart): Tensor {
  return recurrentOps.rnnScan([x, weight, start], { precision: matmulPrecision() })[0];
}

/** What an LSTM hands on from step to step. */
export interface LstmState {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

/**
 * Hidden states and cells of all steps, each [T, B, n], of an LSTM: x [T, B, 4n] comes from the input, biases included; weight
 * [4n, n]. The order of the gates is PyTorch's: input, forget, candidate, output.
 */
export function lstmScan(
  x: Tensor,
  { weight, start, cellStart }: ScanStart & { readonly cellStart: Tensor },
): LstmState {
  const inputs = [x, weight, start, cellStart];
  const [hidden, cell] = recurrentOps.lstmScan(inputs, { precision: matmulPrecision() });
  return { hidden, cell };
}

/**
 * States of all steps [T, B, n] of a GRU: x [T, B, 3n] comes from the input, its biases included; weight [3n, n] and bias [3n]
 * are those of the product with the state, the bias inside what is reset. The order is PyTorch's: reset, update, candidate.
 */
export function gruScan(x: Tensor, { weight, bias, start }: ScanStart & { readonly bias: Tensor }): Tensor {
  return recurrentOps.gruScan([x, weight, bias, start], { precision: matmulPrecision() })[0];
}
