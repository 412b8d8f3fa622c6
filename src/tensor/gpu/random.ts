/** Dropout on a GPU: the same mask as everywhere, by Philox (Salmon et al. 2011; `rng.ts`). */

import type { Kernels } from '../kernels.ts';
import { program } from './program.ts';
import type { Session } from './session.ts';

const dropout = program({
  name: 'dropout',
  runs: 'elements',
  reads: { x: 'f32' },
  writes: { out: 'f32' },
  numbers: {
    seed_low: 'u32',
    seed_high: 'u32',
    stream_low: 'u32',
    stream_high: 'u32',
    p: 'f32',
    scale: 'f32',
  },
  before: /* wgsl */ `
fn product_high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u);
}
fn philox(index: u32) -> vec4u {
  var key = vec2u(args.seed_low, args.seed_high);
  var c = vec4u(index, 0u, args.stream_low, args.stream_high);
  for (var round = 0u; round < 10u; round++) {
    let first = product_high(0xd2511f53u, c.x);
    let second = product_high(0xcd9e8d57u, c.z);
    c = vec4u(second ^ c.y ^ key.x, 0xcd9e8d57u * c.z, first ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`,
  body: /* wgsl */ `
  let word = philox(i / 4u)[i % 4u];
  set_out(i, select(0.0, x(i) * args.scale, f32(word >> 8u) / 16777216.0 >= args.p));`,
});

export const randomKernels = ({ run }: Session): Pick<Kernels, 'dropout'> => ({
  dropout(x, out, p, { seedLow, seedHigh, streamLow, streamHigh }) {
    const numbers = {
      seed_low: seedLow,
      seed_high: seedHigh,
      stream_low: streamLow,
      stream_high: streamHigh,
      p,
      scale: 1 / (1 - p),
    };
    run(dropout, { reads: { x }, writes: { out }, numbers, count: out.length });
  },
});
