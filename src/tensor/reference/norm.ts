/** Layer norm (Ba et al. 2016) and RMS norm (Zhang & Sennrich 2019), rows of n, moments in double. */

import type { Kernels } from '../kernels.ts';
import { numberAt, put } from './bf16.ts';

type Norm = Pick<Kernels, 'layerNorm' | 'layerNormGrad' | 'rmsNorm' | 'rmsNormGrad'>;

export const normKernels: Norm = {
  layerNorm(x, weight, bias, out, mean, rstd, rows, n, eps) {
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x[at + i];
      const centre = sum / n;
      let squares = 0;
      for (let i = 0; i < n; i++) squares += (x[at + i] - centre) ** 2;
      const scale = 1 / Math.sqrt(squares / n + eps);
      mean[row] = centre;
      rstd[row] = scale;
      for (let i = 0; i < n; i++) {
        const standard = (x[at + i] - centre) * scale;
        put(out, at + i, standard * (weight ? weight[i] : 1) + (bias ? bias[i] : 0));
      }
    }
  },

  /** With x̂ = (x − mean)·rstd and h = g∘weight: dx = rstd·(h − mean h − x̂·mean(h∘x̂)). */
  layerNormGrad(x, weight, mean, rstd, grad, gradX, gradWeight, gradBias, rows, n, accumulate) {
    const weightSum = new Float64Array(n);
    const biasSum = new Float64Array(n);
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      let hSum = 0;
      let hxSum = 0;
      for (let i = 0; i < n; i++) {
        const normal = (x[at + i] - mean[row]) * rstd[row];
        const g = numberAt(grad, at + i);
        const h = g * (weight ? weight[i] : 1);
        hSum += h;
        hxSum += h * normal;
        weightSum[i] += g * normal;
        biasSum[i] += g;
      }
      for (let i = 0; i < n; i++) {
        const normal = (x[at + i] - mean[row]) * rstd[row];
        const h = numberAt(grad, at + i) * (weight ? weight[i] : 1);
        const before = accumulate ? gradX[at + i] : 0;
        gradX[at + i] = before + rstd[row] * (h - hSum / n - (normal * hxSum) / n);
      }
    }
    gradWeight?.set(weightSum);
    gradBias?.set(biasSum);
  },

  rmsNorm(x, weight, out, rstd, rows, n, eps) {
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      let squares = 0;
      for (let i = 0; i < n; i++) squares += x[at + i] * x[at + i];
      const scale = 1 / Math.sqrt(squares / n + eps);
      rstd[row] = scale;
      for (let i = 0; i < n; i++) put(out, at + i, x[at + i] * scale * (weight ? weight[i] : 1));
    }
  },

  /** With x̂ = x·rstd and h = g∘weight: dx = rstd·(h − x̂·mean(h∘x̂)). */
  rmsNormGrad(x, weight, rstd, grad, gradX, gradWeight, rows, n, accumulate) {
    const weightSum = new Float64Array(n);
    for (let row = 0, at = 0; row < rows; row++, at += n) {
      let hxSum = 0;
      for (let i = 0; i < n; i++) {
        const normal = x[at + i] * rstd[row];
        const g = numberAt(grad, at + i);
        hxSum += g * (weight ? weight[i] : 1) * normal;
        weightSum[i] += g * normal;
      }
      for (let i = 0; i < n; i++) {
        const h = numberAt(grad, at + i) * (weight ? weight[i] : 1);
        const before = accumulate ? gradX[at + i] : 0;
        gradX[at + i] = before + rstd[row] * (h - (x[at + i] * rstd[row] * hxSum) / n);
      }
    }
    gradWeight?.set(weightSum);
  },
};
