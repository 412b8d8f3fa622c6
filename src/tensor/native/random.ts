/** Random numbers of the addon: the same bits as the reference. */

import type { Kernels, RandomArgs } from '../kernels.ts';
import type { Addon } from './addon.ts';

export const randomKernels = (addon: Addon): Pick<Kernels, 'uniform' | 'normal' | 'dropout'> => ({
  uniform: (out, s: RandomArgs) => addon.uniform(out, s.seedLow, s.seedHigh, s.streamLow, s.streamHigh),
  normal: (out, s: RandomArgs) => addon.normal(out, s.seedLow, s.seedHigh, s.streamLow, s.streamHigh),
  dropout: (x, out, p, s: RandomArgs) =>
    addon.dropout(x, out, p, s.seedLow, s.seedHigh, s.streamLow, s.streamHigh),
});
