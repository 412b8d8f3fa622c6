/** Cross-entropy over a vocabulary, with label smoothing (Szegedy et al. 2016). */

import type { Kernels } from '../kernels.ts';
import { numberAt, put } from './bf16.ts';
import { rowLogSumExp } from './softmax.ts';

export const lossKernels: Pick<Kernels, 'crossEntropy' | 'crossEntropyGrad'> = {
  crossEntropy(logits, targets, losses, lse, rows, n, ignoreIndex, smoothing) {
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      const logSum = rowLogSumExp(logits, at, n);
      lse[row] = logSum;
      if (targets[row] === ignoreIndex) {
        losses[row] = 0;
        continue;
      }
      losses[row] = (1 - smoothing) * (logSum - numberAt(logits, at + targets[row]));
      if (smoothing === 0) continue;
      let sum = 0;
      for (let i = at; i < at + n; i++) sum += numberAt(logits, i);
      losses[row] += smoothing * (logSum - sum / n);
    }
  },

  crossEntropyGrad(logits, targets, lse, gradLosses, gradLogits, rows, n, ignoreIndex, smoothing) {
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      if (targets[row] === ignoreIndex) {
        gradLogits.fill(0, at, at + n);
        continue;
      }
      const scale = gradLosses[row];
      const targetLogit = numberAt(logits, at + targets[row]);
      for (let i = at; i < at + n; i++)
        put(gradLogits, i, scale * (Math.exp(numberAt(logits, i) - lse[row]) - smoothing / n));
      const probability = Math.exp(targetLogit - lse[row]);
      put(gradLogits, at + targets[row], scale * (probability - (1 - smoothing) - smoothing / n));
    }
  },
};
