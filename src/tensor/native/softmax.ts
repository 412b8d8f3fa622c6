/** Softmax and its relatives of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const softmaxKernels = (
  addon: Addon,
): Pick<Kernels, 'softmax' | 'softmaxGrad' | 'logSoftmax' | 'logSoftmaxGrad' | 'logSumExp'> => ({
  softmax: addon.softmax,
  softmaxGrad: addon.softmaxGrad,
  logSoftmax: addon.logSoftmax,
  logSoftmaxGrad: addon.logSoftmaxGrad,
  logSumExp: addon.logSumExp,
});
