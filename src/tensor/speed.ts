/** Which kernels run here, on what, and how fast. */

import os from 'node:os';
import { backend } from './backend.ts';
import type { Precision } from './kernels.ts';
import { scope } from './memory.ts';
import { matmul, normal } from './ops/index.ts';

/** Speeds in GFLOP/s and GB/s. */
export interface KernelSpeed {
  readonly kernels: string;
  readonly threads: number;
  readonly processor: string;
  /** Rows and columns of the measured matmul. */
  readonly matmulSize: number;
  readonly matmulGflops: number;
  readonly matmulBf16Gflops: number;
  /** What the processor could do; not of a quick measurement, nor of the TypeScript kernels. */
  readonly peakGflops?: number;
  readonly peakBf16Gflops?: number;
  readonly readGBs?: number;
  /** Why the addon is not used. */
  readonly reason?: string;
}

/** Takes about a second (less with `quick`). */
export function measureKernels({ quick = false }: { readonly quick?: boolean } = {}): KernelSpeed {
  const { path, threads, native, reason } = backend();
  const size = path === 'typescript' ? 128 : 512;
  return {
    kernels: path,
    threads,
    processor: `${os.cpus()[0]?.model.trim() ?? os.arch()} × ${os.availableParallelism()}`,
    matmulSize: size,
    matmulGflops: measureMatmul(size, 'f32'),
    matmulBf16Gflops: measureMatmul(size, 'bf16'),
    ...(quick || !native ? {} : nativePeaks(native.addon)),
    reason,
  };
}

/** Median GFLOP/s of a square matmul over a few calls. */
function measureMatmul(size: number, precision: Precision, calls = 5): number {
  return scope(() => {
    const a = normal([size, size], { seed: 1, stream: 0 });
    const b = normal([size, size], { seed: 1, stream: 1 });
    const times = Array.from({ length: calls + 1 }, () => {
      const start = performance.now();
      scope(() => matmul(a, b, { precision }));
      return performance.now() - start;
    }).slice(1);
    times.sort((x, y) => x - y);
    return (2 * size ** 3) / times[Math.floor(times.length / 2)] / 1e6;
  });
}

function nativePeaks(addon: { readonly [name: string]: unknown }) {
  const { measurePeak, measureBandwidth } = addon as {
    measurePeak(bf16: boolean): number;
    measureBandwidth(): number;
  };
  return {
    peakGflops: measurePeak(false) / 1e9,
    peakBf16Gflops: measurePeak(true) / 1e9,
    readGBs: measureBandwidth() / 1e9,
  };
}
