/** The native matmul: f32 and, when asked, bf16 products with f32 sums. */

import { activationCodes, type Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

const activations = new Map(activationCodes.map((code, index) => [code, index]));

/** What an array of the result's shape can be to a product; the addon knows their places. */
const roles = ['preActivation', 'slope', 'factor'] as const;

export const matmulKernels = (addon: Addon): Partial<Kernels> => ({
  matmul(a, b, out, args) {
    const role = Math.max(
      0,
      roles.findIndex((name) => args[name]),
    );
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
      args[roles[role]],
      role,
      args.residual,
    );
  },
});
