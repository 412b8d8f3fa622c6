/** The native matmul: f32 and, when asked, bf16 products with f32 sums. */

import { activationCodes, type Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

const activations = new Map(activationCodes.map((code, index) => [code, index]));

export const matmulKernels = (addon: Addon): Partial<Kernels> => ({
  matmul(a, b, out, args) {
    addon.matmul(
      a,
      b,
      out,
      args.batch,
      args.m,
      args.n,
      args.k,
      args.transA,
      args.transB,
      args.aBatchStride,
      args.bBatchStride,
      args.accumulate,
      args.precision === 'bf16',
      args.bias,
      activations.get(args.activation),
      args.preActivation,
      args.slope ?? false,
      args.residual,
    );
  },
});
