/** Optimizers of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const optimizerKernels = (addon: Addon): Pick<Kernels, 'adamw'> => ({
  adamw: (parameter, grad, m, v, o) =>
    addon.adamw(
      parameter, grad, m, v, o.lr, o.beta1, o.beta2, o.eps, o.weightDecay, o.correction1, o.correction2, o.gradScale,
    ), // biome-ignore format: a list
});
