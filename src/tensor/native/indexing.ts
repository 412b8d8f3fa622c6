/** Reading and adding by index, of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const indexingKernels = (
  addon: Addon,
): Pick<Kernels, 'gatherRows' | 'scatterRows' | 'scatterAddRows' | 'gather' | 'scatterAdd'> => ({
  gatherRows: addon.gatherRows,
  scatterRows: addon.scatterRows,
  scatterAddRows: addon.scatterAddRows,
  gather: addon.gather,
  scatterAdd: addon.scatterAdd,
});
