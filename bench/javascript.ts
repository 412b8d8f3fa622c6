/** The engines that JavaScript has today on the same products: TensorFlow.js (cpu, wasm) and ONNX Runtime. */

import { existsSync } from 'node:fs';
import { backend, matmul, normal, scope } from '../src/tensor/index.ts';
import type { BenchOptions } from './main.ts';
import { startPeer } from './peer.ts';
import { createReport } from './report.ts';
import { median, medianMs, spread } from './timing.ts';

const INSTALL = 'npm install --ignore-scripts --prefix bench/peers/node';
const engines = ['onnxruntime', 'tfjs-wasm', 'tfjs-cpu'] as const;
const sizes = [256, 512, 1024, 2048];
/** TensorFlow.js without wasm takes minutes beyond this. */
const LARGEST_ON_CPU = 512;

export async function run({ rounds, seconds, json }: BenchOptions): Promise<void> {
  const report = createReport('javascript', { json });
  if (!existsSync(new URL('./peers/node/node_modules', import.meta.url))) {
    report.note(`no peers; to have them: ${INSTALL}`);
    return;
  }
  const peer = startPeer(process.execPath, 'node/matmul.mjs', `Try: ${INSTALL}`);
  for (const size of sizes) {
    const [a, b] = [0, 1].map((stream) => normal([size, size], { seed: 1, stream }));
    const ours: number[] = [];
    const theirs: Record<string, number[]> = {};
    const budget = seconds / 25;
    for (let round = 0; round < rounds; round++) {
      ours.push(medianMs(budget, () => scope(() => void matmul(a, b))));
      for (const engine of engines) {
        if (engine === 'tfjs-cpu' && size > LARGEST_ON_CPU) continue;
        const { threads } = backend();
        const answer = await peer.ask({ engine, m: size, n: size, k: size, seconds: budget, threads });
        if (answer.error) report.note(`  ${engine}: ${answer.error}`);
        else (theirs[engine] ??= []).push(Number(answer.ms));
      }
    }
    const gflops = (ms: number) => (2 * size ** 3) / ms / 1e6;
    for (const [engine, times] of Object.entries(theirs)) {
      report.add({
        config: `${size}³ f32`,
        ours: gflops(median(ours)),
        unit: 'GFLOP/s',
        peer: gflops(median(times)),
        peerName: engine,
        ratio: median(times.map((ms, i) => ms / ours[i])),
        spread: spread(ours),
        rounds,
      });
    }
  }
  peer.stop();
  report.save();
}
