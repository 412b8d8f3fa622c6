/** Passes that wait for memory, on arrays larger than the caches: bytes per second beside the machine's and the peer. */

import {
  add,
  backend,
  gelu,
  layerNorm,
  normal,
  ones,
  scope,
  softmax,
  type Tensor,
  zeros,
} from '../src/tensor/index.ts';
import { readBandwidth } from './machine.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { median, medianMs, spread } from './timing.ts';

const ROWS = 16_384;
const COLUMNS = 1024;

interface Pass {
  readonly op: string;
  /** Arrays read and written, once each. */
  readonly arrays: number;
  readonly call: () => void;
}

function passes(): readonly Pass[] {
  const [x, y] = [0, 1].map((stream) => normal([ROWS, COLUMNS], { seed: 1, stream }));
  const [weight, bias] = [ones([COLUMNS]), zeros([COLUMNS])];
  const [m, v] = [zeros([ROWS, COLUMNS]), zeros([ROWS, COLUMNS])];
  const floats = ({ data }: Tensor) => data as Float32Array;
  const args = {
    lr: 1e-3,
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: 0.1,
    correction1: 0.1,
    correction2: 0.05,
    gradScale: 1,
  };
  return [
    { op: 'add', arrays: 3, call: () => void add(x, y) },
    { op: 'gelu', arrays: 2, call: () => void gelu(x) },
    { op: 'layerNorm', arrays: 2, call: () => void layerNorm(x, { weight, bias }) },
    { op: 'softmax', arrays: 2, call: () => void softmax(x) },
    {
      op: 'adamw',
      arrays: 7,
      call: () => backend().kernels.adamw(floats(x), floats(y), floats(m), floats(v), args),
    },
  ];
}

export async function run({ rounds, seconds, json, python }: BenchOptions): Promise<void> {
  const report = createReport('elementwise', { json });
  const peer = startTorch(python, 'torch_ops.py');
  if (!peer) report.note(TORCH_MISSING);
  for (const { op, arrays, call } of passes()) {
    const bytes = arrays * ROWS * COLUMNS * 4;
    const rate = (ms: number) => bytes / ms / 1e6;
    const ours: number[] = [];
    const theirs: number[] = [];
    const shares: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const ms = medianMs(seconds / 10, () => scope(call));
      ours.push(ms);
      shares.push((rate(ms) * 1e9) / readBandwidth());
      const answer = await peer?.ask({ op, rows: ROWS, columns: COLUMNS, seconds: seconds / 10, threads: 2 });
      if (answer && !answer.error) theirs.push(Number(answer.ms));
    }
    report.add({
      config: `${op} ${ROWS}×${COLUMNS}`,
      ours: rate(median(ours)),
      unit: 'GB/s',
      ...(theirs.length && {
        peer: rate(median(theirs)),
        peerName: 'PyTorch',
        ratio: median(theirs.map((ms, i) => ms / ours[i])),
      }),
      shareOfPeak: median(shares),
      bound: 'memory',
      spread: spread(ours),
      rounds,
    });
  }
  peer?.stop();
  report.save();
}
