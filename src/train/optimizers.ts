/**
 * Optimizers as functions over one parameter. State is named tensors ("slots") of the parameter's shape, so that saving,
 * sharding and grouping are maps over the parameter tree. Updates are in place: parameters and slots outlive every step.
 */

import {
  add,
  affine,
  currentKernels,
  div,
  matmul,
  scope,
  sqrt,
  square,
  sum,
  type Tensor,
  transpose,
  withRecording,
  zeros,
} from '../tensor/index.ts';
import { fraction, notNegative, positive, requireNumber, wholePositive } from './errors.ts';

export type Slots = { readonly [name: string]: Tensor };

export interface UpdateContext {
  /** 1 at the first update. */
  readonly step: number;
  readonly lr: number;
  /** Multiplies the gradient first: clipping and accumulation. */
  readonly gradScale: number;
}

export interface Optimizer {
  /** It looks at whole matrices, not at each number alone: a parameter cannot be updated in pieces. */
  readonly needsWhole?: boolean;
  /** Fresh state for a parameter. */
  slots(parameter: Tensor): Slots;
  /** Changes `parameter` and `slots` in place. */
  update(parameter: Tensor, gradient: Tensor, slots: Slots, context: UpdateContext): void;
}

export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly eps?: number;
}

/** AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay, as in PyTorch. */
export function adamw(options: AdamOptions & { readonly weightDecay?: number } = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01 } = options;
  requireNumber('adamw', 'beta1', beta1, fraction);
  requireNumber('adamw', 'beta2', beta2, fraction);
  requireNumber('adamw', 'eps', eps, positive);
  requireNumber('adamw', 'weightDecay', weightDecay, notNegative);
  return {
    slots: (parameter) => ({ m: zeros(parameter.shape), v: zeros(parameter.shape) }),
    update(parameter, gradient, { m, v }, { step, lr, gradScale }) {
      currentKernels().adamw(floats(parameter), floats(gradient), floats(m), floats(v), {
        lr,
        beta1,
        beta2,
        eps,
        weightDecay,
        correction1: 1 - beta1 ** step,
        correction2: 1 - beta2 ** step,
        gradScale,
      });
    },
  };
}

/** Adam (Kingma & Ba 2015), without weight decay. */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamw({ ...options, weightDecay: 0 });
}

/**
 * Stochastic gradient descent. With `momentum` μ: v ← μ·v + g, p ← p − lr·v (or g + μ·v when `nesterov`), as in PyTorch.
 * `weightDecay` is the classic L2 penalty: g ← g + λ·p.
 */
export function sgd(
  options: { readonly momentum?: number; readonly nesterov?: boolean; readonly weightDecay?: number } = {},
): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  requireNumber('sgd', 'momentum', momentum, fraction);
  requireNumber('sgd', 'weightDecay', weightDecay, notNegative);
  return {
    slots: (parameter): Slots => (momentum ? { momentum: zeros(parameter.shape) } : {}),
    update(parameter, gradient, slots, { lr, gradScale }) {
      const { axpy, affine: scale } = currentKernels();
      const p = floats(parameter);
      scope(() => {
        const g = floats(affine(gradient, gradScale, 0));
        if (weightDecay) axpy(p, g, weightDecay);
        if (!momentum) {
          axpy(g, p, -lr);
          return;
        }
        const v = floats(slots.momentum);
        scale(v, v, momentum, 0);
        axpy(g, v, 1);
        if (nesterov) {
          axpy(g, p, -lr);
          axpy(v, p, -lr * momentum);
        } else axpy(v, p, -lr);
      });
    },
  };
}

/** AdaGrad (Duchi et al. 2011): p ← p − lr·g / (√Σg² + eps). */
export function adagrad(options: { readonly eps?: number } = {}): Optimizer {
  const { eps = 1e-10 } = options;
  requireNumber('adagrad', 'eps', eps, positive);
  return {
    slots: (parameter) => ({ sum: zeros(parameter.shape) }),
    update(parameter, gradient, slots, { lr, gradScale }) {
      const [p, g, sum] = [values(parameter), values(gradient), values(slots.sum)];
      for (let i = 0; i < p.length; i++) {
        const gi = g[i] * gradScale;
        sum[i] += gi * gi;
        p[i] -= (lr * gi) / (Math.sqrt(sum[i]) + eps);
      }
    },
  };
}

/** RMSProp (Tieleman & Hinton 2012): v ← α·v + (1−α)·g², p ← p − lr·g / (√v + eps), as in PyTorch. */
export function rmsprop(options: { readonly alpha?: number; readonly eps?: number } = {}): Optimizer {
  const { alpha = 0.99, eps = 1e-8 } = options;
  requireNumber('rmsprop', 'alpha', alpha, fraction);
  requireNumber('rmsprop', 'eps', eps, positive);
  return {
    slots: (parameter) => ({ v: zeros(parameter.shape) }),
    update(parameter, gradient, slots, { lr, gradScale }) {
      const [p, g, v] = [values(parameter), values(gradient), values(slots.v)];
      for (let i = 0; i < p.length; i++) {
        const gi = g[i] * gradScale;
        v[i] = alpha * v[i] + (1 - alpha) * gi * gi;
        p[i] -= (lr * gi) / (Math.sqrt(v[i]) + eps);
      }
    },
  };
}

/** Coefficients of the quintic iteration that pushes singular values towards 1 (Jordan et al. 2024, "Muon"). */
const NEWTON_SCHULZ = { a: 3.4445, b: -4.775, c: 2.0315 };

/** UVᵀ of a matrix UΣVᵀ, roughly: Newton–Schulz on X/‖X‖, X ← aX + (b·XXᵀ + c·(XXᵀ)²)X. Shape [m, n] in and out. */
export function orthogonalize(matrix: Tensor, iterations: number): Tensor {
  const { a, b, c } = NEWTON_SCHULZ;
  const tall = matrix.shape[0] > matrix.shape[1];
  const norm = sqrt(sum(square(matrix)));
  let x = div(tall ? transpose(matrix) : matrix, add(norm, 1e-7));
  for (let i = 0; i < iterations; i++) {
    const xxt = matmul(x, x, { transB: true });
    const polynomial = matmul(xxt, xxt);
    const { axpy, affine: scale } = currentKernels();
    scale(floats(polynomial), floats(polynomial), c, 0);
    axpy(floats(xxt), floats(polynomial), b);
    const next = matmul(polynomial, x);
    axpy(floats(x), floats(next), a);
    x = next;
  }
  return tall ? transpose(x) : x;
}

/**
 * Muon (Jordan et al. 2024): Nesterov momentum, then the nearest orthogonal matrix as the step, scaled by
 * √max(1, rows/columns). For matrices inside the network; embeddings, heads and vectors belong to AdamW.
 */
export function muon(
  options: { readonly momentum?: number; readonly weightDecay?: number; readonly iterations?: number } = {},
): Optimizer {
  const { momentum = 0.95, weightDecay = 0, iterations = 5 } = options;
  requireNumber('muon', 'momentum', momentum, fraction);
  requireNumber('muon', 'weightDecay', weightDecay, notNegative);
  requireNumber('muon', 'iterations', iterations, wholePositive);
  return {
    needsWhole: true,
    slots: (parameter) => ({ momentum: zeros(parameter.shape) }),
    update(parameter, gradient, slots, { lr, gradScale }) {
      const { axpy, affine: scale } = currentKernels();
      scope(() =>
        withRecording(false, () => {
          // v ← μ·v + (1−μ)·g;  u = (1−μ)·g + μ·v
          const v = floats(slots.momentum);
          scale(v, v, momentum, 0);
          axpy(floats(gradient), v, (1 - momentum) * gradScale);
          const lookahead = affine(gradient, (1 - momentum) * gradScale, 0);
          axpy(v, floats(lookahead), momentum);
          const direction = orthogonalize(lookahead, iterations);
          const [rows, columns] = parameter.shape;
          const p = floats(parameter);
          if (weightDecay) scale(p, p, 1 - lr * weightDecay, 0);
          axpy(floats(direction), p, -lr * Math.sqrt(Math.max(1, rows / columns)));
        }),
      );
    },
  };
}

/**
 * Another optimizer for each parameter, chosen once by its path and shape: weight-decay groups, Muon beside AdamW,
 * frozen layers (`undefined`). `lrScale` multiplies the schedule's rate for that parameter.
 */
export interface ParameterGroup {
  readonly optimizer: Optimizer;
  readonly lrScale?: number;
}

export type Grouping = (path: string, parameter: Tensor) => ParameterGroup | undefined;

/** One optimizer for everything. */
export function uniformGroup(optimizer: Optimizer): Grouping {
  const group = { optimizer };
  return () => group;
}

/** Decay for matrices, none for biases, gains and other vectors: the usual two groups. */
export function decayMatrices(options: AdamOptions & { readonly weightDecay?: number } = {}): Grouping {
  const decayed = { optimizer: adamw(options) };
  const plain = { optimizer: adamw({ ...options, weightDecay: 0 }) };
  return (_path, parameter) => (parameter.shape.length >= 2 ? decayed : plain);
}

/** For kernels. */
const floats = (x: Tensor): Float32Array => x.operand as Float32Array;
/** For loops in JavaScript: waits for the kernels that make it. */
const values = (x: Tensor): Float32Array => x.data as Float32Array;
