/** Random numbers by counter (Philox): element i depends on the seed, the stream and i alone. */

import { philox } from '../../rng.ts';
import type { Kernels, RandomArgs } from '../kernels.ts';

export const randomKernels: Pick<Kernels, 'uniform' | 'normal' | 'dropout'> = {
  uniform(out, args) {
    const word = wordsOf(args);
    for (let i = 0; i < out.length; i++) out[i] = (word(i) >>> 8) / 2 ** 24;
  },

  normal(out, args) {
    const word = wordsOf(args);
    for (let i = 0; i < out.length; i++) {
      const radius = Math.sqrt(-2 * Math.log((word(2 * i) + 1) / 2 ** 32));
      out[i] = radius * Math.cos((2 * Math.PI * word(2 * i + 1)) / 2 ** 32);
    }
  },

  dropout(x, out, p, args) {
    const word = wordsOf(args);
    const scale = 1 / (1 - p);
    for (let i = 0; i < out.length; i++) out[i] = (word(i) >>> 8) / 2 ** 24 >= p ? x[i] * scale : 0;
  },
};

/** Word i of the stream, an unsigned 32-bit integer; read in order, one block serves four words. */
function wordsOf(args: RandomArgs): (i: number) => number {
  const key: [number, number] = [args.seedLow, args.seedHigh];
  const counter: [number, number, number, number] = [0, 0, args.streamLow, args.streamHigh];
  const block = new Uint32Array(4);
  let held = -1;
  return (i) => {
    const index = Math.floor(i / 4);
    if (index !== held) {
      counter[0] = index >>> 0;
      counter[1] = Math.floor(index / 2 ** 32);
      philox(key, counter, block);
      held = index;
    }
    return block[i % 4];
  };
}
