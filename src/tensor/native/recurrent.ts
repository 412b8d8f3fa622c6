/** The cells of recurrent networks of the addon. */

import type { Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const recurrentKernels = (
  addon: Addon,
): Pick<
  Kernels,
  'rnnCellGrad' | 'lstmCell' | 'lstmCellGrad' | 'gruCell' | 'gruCellGrad' | 'wkv' | 'wkvGrad'
> => ({
  rnnCellGrad: addon.rnnCellGrad,
  lstmCell: addon.lstmCell,
  lstmCellGrad: addon.lstmCellGrad,
  gruCell: addon.gruCell,
  gruCellGrad: addon.gruCellGrad,
  wkv: addon.wkv,
  wkvGrad: addon.wkvGrad,
});
