/** The choice of tokens of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const chooseKernels = (addon: Addon): Pick<Kernels, 'chooseTokens'> => ({
  chooseTokens: addon.chooseTokens,
});
