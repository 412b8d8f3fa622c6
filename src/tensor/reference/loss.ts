/** Cross-entropy over a vocabulary, with label smoothing (Szegedy et al. 2016). */

import type { Kernels } from '../kernels.ts';
import { numbersAt, put } from './bf16.ts';
import { rowLogSumExp } from './softmax.ts';

export const lossKernels: Pick<Kernels, 'crossEntropy' | 'crossEntropyGrad'> = {
  crossEntropy(logits, targets, losses, lse, rows, n, ignoreIndex, smoothing) {
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      const x = numbersAt(logits, at, n);
      const logSum = rowLogSumExp(x, 0, n);
      lse[row] = logSum;
      if (targets[row] === ignoreIndex) {
        losses[row] = 0;
        continue;
      }
      losses[row] = (1 - smoothing) * (logSum - x[targets[row]]);
      if (smoothing === 0) continue;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x[i];
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
      const x = numbersAt(logits, at, n);
      const targetLogit = x[targets[row]];
      for (let i = 0; i < n; i++)
        put(gradLogits, at + i, scale * (Math.exp(x[i] - lse[row]) - smoothing / n));
      const probability = Math.exp(targetLogit - lse[row]);
      put(gradLogits, at + targets[row], scale * (probability - (1 - smoothing) - smoothing / n));
    }
  },
};
