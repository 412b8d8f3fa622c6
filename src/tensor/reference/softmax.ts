/** Softmax and its relatives, rows of n, summed in double. A row of −∞ only gives NaN (log-sum-exp: −∞), as in PyTorch. */

import type { Floats } from '../dtype.ts';
import type { Kernels } from '../kernels.ts';

type Softmax = Pick<Kernels, 'softmax' | 'softmaxGrad' | 'logSoftmax' | 'logSoftmaxGrad' | 'logSumExp'>;

export const softmaxKernels: Softmax = {
  softmax(x, out, rows, n) {
    const exps = new Float64Array(n);
    for (let at = 0; at < rows * n; at += n) {
      const largest = rowMax(x, at, n);
      let sum = 0;
      for (let i = 0; i < n; i++) sum += exps[i] = Math.exp(x[at + i] - largest);
      for (let i = 0; i < n; i++) out[at + i] = exps[i] / sum;
    }
  },

  softmaxGrad(y, grad, out, rows, n) {
    for (let at = 0; at < rows * n; at += n) {
      let dot = 0;
      for (let i = at; i < at + n; i++) dot += grad[i] * y[i];
      for (let i = at; i < at + n; i++) out[i] = y[i] * (grad[i] - dot);
    }
  },

  logSoftmax(x, out, rows, n) {
    for (let at = 0; at < rows * n; at += n) {
      const lse = rowLogSumExp(x, at, n);
      for (let i = at; i < at + n; i++) out[i] = x[i] - lse;
    }
  },

  logSoftmaxGrad(y, grad, out, rows, n) {
    for (let at = 0; at < rows * n; at += n) {
      let sum = 0;
      for (let i = at; i < at + n; i++) sum += grad[i];
      for (let i = at; i < at + n; i++) out[i] = grad[i] - Math.exp(y[i]) * sum;
    }
  },

  logSumExp(x, out, rows, n) {
    for (let row = 0; row < rows; row++) out[row] = rowLogSumExp(x, row * n, n);
  },
};

/** The largest of n values; NaN if any is. */
export function rowMax(x: Floats, at: number, n: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = at; i < at + n; i++) largest = Math.max(largest, x[i]);
  return largest;
}

/** log Σ exp(xᵢ) of n values, without overflow. */
export function rowLogSumExp(x: Floats, at: number, n: number): number {
  const largest = rowMax(x, at, n);
  if (Math.abs(largest) === Number.POSITIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = at; i < at + n; i++) sum += Math.exp(x[i] - largest);
  return largest + Math.log(sum);
}
