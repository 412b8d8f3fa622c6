/** Matrix products beside the machine's own peak (a register-only loop): squares, every transposition, and training shapes. */

import { backend, matmul, normal, type Precision, scope } from '../src/tensor/index.ts';
import type { BenchOptions } from './main.ts';
import { median, medianMs } from './timing.ts';

interface Product {
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
}

const products: readonly Product[] = [
  ...[512, 1024, 2048].map((s) => ({ name: `${s}³`, m: s, n: s, k: s })),
  { name: '1024³ AᵀB', m: 1024, n: 1024, k: 1024, transA: true },
  { name: '1024³ ABᵀ', m: 1024, n: 1024, k: 1024, transB: true },
  { name: '1024³ AᵀBᵀ', m: 1024, n: 1024, k: 1024, transA: true, transB: true },
  { name: 'layer 4096×256×256', m: 4096, n: 256, k: 256, transB: true },
  { name: 'up 4096×1024×256', m: 4096, n: 1024, k: 256, transB: true },
  { name: 'head 512×6000×256', m: 512, n: 6000, k: 256, transB: true },
  { name: 'weight gradient 1024×256×4096', m: 1024, n: 256, k: 4096, transA: true },
  { name: 'one row 1×3072×768', m: 1, n: 3072, k: 768, transB: true },
];

export async function run({ rounds, seconds, json }: BenchOptions): Promise<void> {
  const { native, path } = backend();
  const peakOf = (precision: Precision): number =>
    native ? (native.addon.measurePeak as (bf16: boolean) => number)(precision === 'bf16') / 1e9 : Number.NaN;
  for (const precision of ['f32', 'bf16'] as const) {
    for (const { name, m, n, k, transA = false, transB = false } of products) {
      const a = normal(transA ? [k, m] : [m, k], { seed: 1, stream: 0 });
      const b = normal(transB ? [n, k] : [k, n], { seed: 1, stream: 1 });
      const shares: number[] = [];
      const speeds: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const call = () => scope(() => void matmul(a, b, { transA, transB, precision }));
        const gflops = (2 * m * n * k) / medianMs(seconds / 50, call) / 1e6;
        speeds.push(gflops);
        shares.push(gflops / peakOf(precision));
      }
      const row = { product: name, precision, path, gflops: median(speeds), shareOfPeak: median(shares) };
      const text = `${name.padEnd(30)} ${precision.padEnd(5)} ${row.gflops.toFixed(0).padStart(5)} GFLOP/s`;
      process.stdout.write(
        json ? `${JSON.stringify(row)}\n` : `${text}  ${(100 * row.shareOfPeak).toFixed(0)} % of peak\n`,
      );
    }
  }
}
