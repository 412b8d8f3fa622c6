/** Reading and adding by index, of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const indexingKernels = (
  addon: Addon,
): Pick<Kernels, 'gatherRows' | 'scatterAddRows' | 'gather' | 'scatterAdd'> => ({
  gatherRows: addon.gatherRows,
  scatterAddRows: addon.scatterAddRows,
  gather: addon.gather,
  scatterAdd: addon.scatterAdd,
});
