/**
 * What a training takes of the machine, each in a process of its own: peak resident memory beside the peer's, the gain of
 * the second thread, and whether steps in steady state take new memory.
 */

import { spawn } from 'node:child_process';
import { createStepper } from '../src/cli/profiling.ts';
import { backend, memoryStats } from '../src/tensor/index.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { median, medianMsOf } from './timing.ts';
import { configOf, operationsPerToken, shapes } from './train.ts';

/** What one process found. */
interface Footprint {
  readonly stepMs: number;
  readonly peakRssMb: number;
  /** Buffers taken from the system by the steps after the first two. */
  readonly newBuffers: number;
  readonly newBufferBytes: number;
}

/** In the child process: measures and prints one JSON line. */
export async function measureHere(name: string, seconds: number): Promise<void> {
  const shape = shapes[name];
  const step = createStepper({ config: configOf(shape), batchSize: shape.batch, precision: 'f32' });
  for (let i = 0; i < 2; i++) await step();
  const before = memoryStats();
  const stepMs = await medianMsOf(seconds, step);
  const after = memoryStats();
  const footprint: Footprint = {
    stepMs,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    newBuffers: after.allocations - before.allocations,
    newBufferBytes: after.allocatedBytes - before.allocatedBytes,
  };
  process.stdout.write(`${JSON.stringify(footprint)}\n`);
}

function measureApart(name: string, threads: number, seconds: number): Promise<Footprint> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', new URL(import.meta.url).pathname, name, String(seconds)],
    {
      env: { ...process.env, INKSTONE_THREADS: String(threads) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let out = '';
  child.stdout.on('data', (text) => {
    out += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(out));
      else reject(new Error(`footprint: ${name} on ${threads} threads ended with ${code}`));
    });
  });
}

export async function run({ rounds, seconds, json, python, config }: BenchOptions): Promise<void> {
  const report = createReport('footprint', { json });
  if (!python) report.note(TORCH_MISSING);
  const { threads } = backend();
  for (const name of config ? config.split(',') : Object.keys(shapes)) {
    const one: Footprint[] = [];
    const all: Footprint[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      one.push(await measureApart(name, 1, seconds));
      all.push(await measureApart(name, threads, seconds));
      // A fresh process each time: the peak of one config must not hide another's.
      const peer = startTorch(python, 'torch_train.py');
      const answer = await peer?.ask({ ...shapes[name], mode: 'eager', dtype: 'f32', seconds, threads });
      peer?.stop();
      if (answer && !answer.error) theirs.push(Number(answer.peakRssMb));
    }
    const memory = all.map(({ peakRssMb }) => peakRssMb);
    report.add({
      config: `${name} peak memory`,
      ours: median(memory),
      unit: 'MB',
      ...(theirs.length && {
        peer: median(theirs),
        peerName: 'PyTorch f32 eager',
        ratio: median(theirs.map((mb, i) => mb / memory[i])),
      }),
      rounds,
    });
    const { batch, context } = shapes[name];
    const gflops = ({ stepMs }: Footprint) =>
      (operationsPerToken(shapes[name]) * batch * context) / stepMs / 1e6;
    report.add({
      config: `${name} ${threads} threads`,
      ours: median(all.map(gflops)),
      unit: 'GFLOP/s',
      peer: median(one.map(gflops)),
      peerName: 'one thread',
      ratio: median(all.map((found, i) => one[i].stepMs / found.stepMs)),
      rounds,
    });
    const fresh = Math.max(...all.map(({ newBuffers }) => newBuffers));
    report.note(`  steady steps took ${fresh} new buffers`);
  }
  report.save();
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await measureHere(process.argv[2], Number(process.argv[3]));
}
