/** The native matmul: f32 and, when asked, bf16 products with f32 sums, or products of 8 bits with exact ones. */

import { Q4Blocks, Q8Blocks } from '../dtype.ts';
import { activationCodes, type Kernels, type MatmulArgs } from '../kernels.ts';
import type { Addon } from './addon.ts';

const activations = new Map(activationCodes.map((code, index) => [code, index]));

/** What an array of the result's shape can be to a product; the addon knows their places. */
const roles = ['preActivation', 'slope', 'factor'] as const;
const roleOf = (args: MatmulArgs): number => (args.slope ? 1 : args.factor ? 2 : 0);

export const matmulKernels = (addon: Addon): Partial<Kernels> => ({
  matmul(a, b, out, args) {
    const role = roleOf(args);
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
      b instanceof Q8Blocks ? 1 : b instanceof Q4Blocks ? 2 : 0,
      args.precision === 'int8',
    );
  },
});
