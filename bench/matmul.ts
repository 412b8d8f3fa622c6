/** Matrix products beside the machine's own peak and the peer: squares, every transposition, training shapes, few rows. */

import { cast, matmul, normal, scope } from '../src/tensor/index.ts';
import { peakFlops, readBandwidth } from './machine.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { median, medianMs, spread } from './timing.ts';

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
  ...[1, 2, 4, 8].map((m) => ({ name: `${m} rows ${m}×8192×2048`, m, n: 8192, k: 2048, transB: true })),
];

/** From so few rows on, reading the weights is the bound. */
const FEW_ROWS = 8;

export async function run({ rounds, seconds, json, python, config }: BenchOptions): Promise<void> {
  const report = createReport('matmul', { json });
  const peer = startTorch(python, 'torch_ops.py');
  if (!peer) report.note(TORCH_MISSING);
  for (const dtype of ['f32', 'bf16'] as const) {
    if (config && config !== dtype) continue;
    for (const { name, ...product } of products) {
      const { m, n, k, transA = false, transB = false } = product;
      // All three are stored as the peer stores them.
      const a = cast(normal(transA ? [k, m] : [m, k], { seed: 1, stream: 0 }), dtype);
      const b = cast(normal(transB ? [n, k] : [k, n], { seed: 1, stream: 1 }), dtype);
      const rounded = dtype === 'bf16';
      const call = () => scope(() => void matmul(a, b, { transA, transB, precision: dtype, rounded }));
      const flops = 2 * m * n * k;
      const few = m <= FEW_ROWS;
      const bytes = (rounded ? 2 : 4) * n * k;
      const boundMs = () => (few ? bytes / readBandwidth() : flops / peakFlops(dtype)) * 1e3;
      const ours: number[] = [];
      const theirs: number[] = [];
      const shares: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const ms = medianMs(seconds / 25, call);
        ours.push(ms);
        shares.push(boundMs() / ms);
        const answer = await peer?.ask({
          op: 'matmul',
          ...product,
          dtype,
          seconds: seconds / 25,
          threads: 2,
        });
        if (answer && !answer.error) theirs.push(Number(answer.ms));
      }
      const gflops = (ms: number) => flops / ms / 1e6;
      report.add({
        config: `${name} ${dtype}`,
        ours: gflops(median(ours)),
        unit: 'GFLOP/s',
        ...(theirs.length && {
          peer: gflops(median(theirs)),
          peerName: 'PyTorch',
          ratio: median(theirs.map((ms, i) => ms / ours[i])),
        }),
        shareOfPeak: median(shares),
        bound: few ? 'memory' : 'compute',
        spread: spread(ours),
        rounds,
      });
    }
  }
  peer?.stop();
  report.save();
}
