/** The machine's limits on the kernels in use, measured anew at each question because neighbours come and go. */

import { backend, type Precision } from '../src/tensor/index.ts';

/** Operations per second of a register-only loop on all threads; NaN without the addon. */
export function peakFlops(precision: Precision): number {
  const { native } = backend();
  return native ? (native.addon.measurePeak as (bf16: boolean) => number)(precision === 'bf16') : Number.NaN;
}

/** Bytes per second that all threads read from memory; NaN without the addon. */
export function readBandwidth(): number {
  const { native } = backend();
  return native ? (native.addon.measureBandwidth as () => number)() : Number.NaN;
}
