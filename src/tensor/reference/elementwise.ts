/** Elementwise kernels. */

import { fromBf16, toBf16 } from '../../half.ts';
import { type Blocks, type Data, type Floats, isBlocks } from '../dtype.ts';
import type { Kernels } from '../kernels.ts';
import { fromBlocks, toBlocks } from './blocks.ts';
import { binaryFunctions, compareFunctions, sigmoid, silu, siluSlope, unaryFunctions } from './scalar.ts';
import { walkRows } from './walk.ts';

type Elementwise = Pick<
  Kernels,
  | 'unary' | 'affine' | 'binary' | 'compare' | 'where' | 'cast' | 'copyStrided' | 'fill' | 'axpy' | 'swiglu'
  | 'swigluGrad'
>; // biome-ignore format: a list

export const elementwiseKernels: Elementwise = {
  unary(code, x, out) {
    const f = unaryFunctions[code];
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]);
  },

  affine(x, out, scale, shift) {
    for (let i = 0; i < out.length; i++) out[i] = x[i] * scale + shift;
  },

  binary(code, x, y, out, walk) {
    const f = binaryFunctions[code];
    walkRows(walk, (count, start, [i, j], [di, dj]) => {
      for (let k = start; k < start + count; k++, i += di, j += dj) out[k] = f(x[i], y[j]);
    });
  },

  compare(code, x, y, out, walk) {
    const f = compareFunctions[code];
    walkRows(walk, (count, start, [i, j], [di, dj]) => {
      for (let k = start; k < start + count; k++, i += di, j += dj) out[k] = f(x[i], y[j]) ? 1 : 0;
    });
  },

  where(mask, x, y, out, walk) {
    walkRows(walk, (count, start, [m, i, j], [dm, di, dj]) => {
      for (let k = start; k < start + count; k++, m += dm, i += di, j += dj) out[k] = mask[m] ? x[i] : y[j];
    });
  },

  cast(x, out, from, to) {
    if (isBlocks(from)) return fromBlocks(x as Blocks, out as Floats);
    if (isBlocks(to)) return toBlocks(to, x as Floats, out as Blocks);
    const read = from === 'bf16' ? fromBf16 : (value: number) => value;
    const write = to === 'bf16' ? toBf16 : isInteger(out) ? Math.trunc : (value: number) => value;
    for (let i = 0; i < out.length; i++) out[i] = write(read(x[i]));
  },

  copyStrided(x, out, walk, xOffset, outOffset) {
    const copyRow = (count: number, _: number, [i, o]: readonly number[], [di, dOut]: readonly number[]) => {
      if (di === 1 && dOut === 1) out.set(x.subarray(i, i + count), o);
      else for (let n = 0; n < count; n++, i += di, o += dOut) out[o] = x[i];
    };
    walkRows(walk, copyRow, [xOffset, outOffset]);
  },

  fill(out, value) {
    out.fill(value);
  },

  axpy(x, out, alpha) {
    for (let i = 0; i < out.length; i++) out[i] += alpha * x[i];
  },

  swiglu(gate, up, out) {
    for (let i = 0; i < out.length; i++) out[i] = silu(gate[i]) * up[i];
  },

  swigluGrad(gate, up, grad, gradGate, gradUp) {
    for (let i = 0; i < grad.length; i++) {
      const [a, b, g] = [gate[i], up[i], grad[i]];
      gradGate[i] = g * b * siluSlope(a);
      gradUp[i] = g * a * sigmoid(a);
    }
  },
};

function isInteger(data: Data): boolean {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}
