/** AdamW (Loshchilov & Hutter 2019). */

import type { Kernels } from '../kernels.ts';

export const optimizerKernels: Pick<Kernels, 'adamw'> = {
  /** m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; p ← (1 − lr·decay)p − lr·(m/c₁)/(√(v/c₂) + ε). */
  adamw(parameter, grad, m, v, args) {
    const { lr, beta1, beta2, eps, weightDecay, correction1, correction2, gradScale } = args;
    for (let i = 0; i < parameter.length; i++) {
      const g = grad[i] * gradScale;
      const first = beta1 * m[i] + (1 - beta1) * g;
      const second = beta2 * v[i] + (1 - beta2) * g * g;
      m[i] = first;
      v[i] = second;
      const step = first / correction1 / (Math.sqrt(second / correction2) + eps);
      parameter[i] = parameter[i] * (1 - lr * weightDecay) - lr * step;
    }
  },
};
