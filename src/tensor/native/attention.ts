/** Attention and rotary embedding of the addon (native/src/glue_attention.cc). */

import type { AttentionArgs, Kernels } from '../kernels.ts';
import type { Addon } from './addon.ts';

/** The arguments behind the arrays, in the order that the addon reads them. */
function positional(args: AttentionArgs): unknown[] {
  const { batch, queries, keys, heads, kvHeads, headSize, scale, causal, window } = args;
  const { alibiSlopes, prefixLengths, keyStart, keyEnd, precision, rowQ, rowK } = args;
  return [
    ...[batch, queries, keys, heads, kvHeads, headSize, scale, causal, window],
    ...[alibiSlopes, prefixLengths, keyStart, keyEnd, precision === 'bf16', rowQ, rowK],
  ];
}

export const attentionKernels = (addon: Addon): Partial<Kernels> => ({
  attention: (q, k, v, out, lse, args) => addon.attention(q, k, v, out, lse, ...positional(args)),
  attentionPaged: (q, k, v, out, args) => {
    const { requests, pages, pageTokens, heads, kvHeads, headSize, scale, window, alibiSlopes, precision } =
      args;
    const sizes = [pageTokens, heads, kvHeads, headSize] as const;
    addon.attentionPaged(
      q,
      k,
      v,
      out,
      requests,
      pages,
      requests.length / 3,
      ...sizes,
      scale,
      window,
      alibiSlopes,
      precision === 'bf16',
    );
  },
  attentionGrad: (q, k, v, out, lse, grad, gradQ, gradK, gradV, args) =>
    addon.attentionGrad(q, k, v, out, lse, grad, gradQ, gradK, gradV, ...positional(args)),
  rotary: (x, positions, cos, sin, out, args) => {
    const { rows, heads, turning, headSize, rotarySize, interleaved, inverse } = args;
    const shape = [rows, heads, headSize, rotarySize, interleaved, inverse, turning] as const;
    addon.rotary(x, positions, cos, sin, out, ...shape);
  },
});
