/** Layer norm and RMS norm of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const normKernels = (
  addon: Addon,
): Pick<Kernels, 'layerNorm' | 'layerNormGrad' | 'rmsNorm' | 'rmsNormGrad'> => ({
  layerNorm: addon.layerNorm,
  layerNormGrad: addon.layerNormGrad,
  rmsNorm: addon.rmsNorm,
  rmsNormGrad: addon.rmsNormGrad,
});
