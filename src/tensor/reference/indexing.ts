/** Reading and adding by index. */

import { toBf16 } from '../../half.ts';
import type { Kernels } from '../kernels.ts';

export const indexingKernels: Pick<
  Kernels,
  'gatherRows' | 'scatterRows' | 'scatterAddRows' | 'gather' | 'scatterAdd'
> = {
  gatherRows(table, ids, out, size) {
    for (let i = 0; i < ids.length; i++)
      out.set(table.subarray(ids[i] * size, (ids[i] + 1) * size), i * size);
  },

  scatterRows(x, ids, out, size) {
    const rounds = out instanceof Uint16Array && !(x instanceof Uint16Array);
    for (let i = 0; i < ids.length; i++) {
      const row = x.subarray(i * size, (i + 1) * size);
      out.set(rounds ? Uint16Array.from(row, toBf16) : row, ids[i] * size);
    }
  },

  scatterAddRows(x, ids, out, size) {
    for (let i = 0; i < ids.length; i++) {
      for (let j = 0; j < size; j++) out[ids[i] * size + j] += x[i * size + j];
    }
  },

  gather(x, index, out, outer, size, count, inner) {
    for (let o = 0, at = 0; o < outer; o++) {
      for (let j = 0; j < count; j++) {
        for (let i = 0; i < inner; i++, at++) out[at] = x[(o * size + index[at]) * inner + i];
      }
    }
  },

  scatterAdd(x, index, out, outer, size, count, inner) {
    for (let o = 0, at = 0; o < outer; o++) {
      for (let j = 0; j < count; j++) {
        for (let i = 0; i < inner; i++, at++) out[(o * size + index[at]) * inner + i] += x[at];
      }
    }
  },
};
