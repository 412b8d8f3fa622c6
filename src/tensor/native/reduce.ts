/** Reductions, running sums and order of the addon. */

import { type Kernels, reduceCodes } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const reduceKernels = (
  addon: Addon,
): Pick<Kernels, 'reduce' | 'argmax' | 'cumsum' | 'sumSquares' | 'sort' | 'topK'> => ({
  reduce: (code, x, out, outer, size, inner) =>
    addon.reduce(reduceCodes.indexOf(code), x, out, outer, size, inner),
  argmax: addon.argmax,
  cumsum: addon.cumsum,
  sumSquares: addon.sumSquares,
  sort: addon.sort,
  topK: addon.topK,
});
