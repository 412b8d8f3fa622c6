/** Rotary position embedding (Su et al. 2021): pairs of features turn by an angle that grows with the position. */

import type { Kernels } from '../kernels.ts';
import { numberAt, put } from './bf16.ts';

export const rotaryKernels: Pick<Kernels, 'rotary'> = {
  rotary(x, positions, cos, sin, out, args) {
    const { rows, heads, turning, headSize, rotarySize, interleaved, inverse } = args;
    const half = rotarySize / 2;
    const [step, apart] = interleaved ? [2, 1] : [1, half];
    const direction = inverse ? -1 : 1;
    for (let head = 0; head < rows * heads; head++) {
      const at = head * headSize;
      const turned = head % heads < turning ? rotarySize : 0;
      const angles = positions[Math.floor(head / heads) % positions.length] * half;
      for (let i = 0; i < turned / 2; i++) {
        const c = cos[angles + i];
        const s = sin[angles + i] * direction;
        const first = at + i * step;
        const x1 = numberAt(x, first);
        const x2 = numberAt(x, first + apart);
        put(out, first, x1 * c - x2 * s);
        put(out, first + apart, x2 * c + x1 * s);
      }
      for (let i = turned; i < headSize; i++) out[at + i] = x[at + i];
    }
  },
};
