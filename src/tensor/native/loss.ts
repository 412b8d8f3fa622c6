/** Cross-entropy of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const lossKernels = (addon: Addon): Pick<Kernels, 'crossEntropy' | 'crossEntropyGrad'> => ({
  crossEntropy: addon.crossEntropy,
  crossEntropyGrad: addon.crossEntropyGrad,
});
