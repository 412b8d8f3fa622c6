/**
 * Training speed beside PyTorch: the same GPT (tied head, no bias, GELU, LayerNorm, AdamW, clipping), batch and context.
 * Rounds alternate; each engine's figure is the median over rounds of the median step; the ratio is taken round by round
 * against the best mode of the peer.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { decoderConfig, init, loss, parameterCount } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { backend, fromArray, type Precision } from '../src/tensor/index.ts';
import { adamw, trackParameters, trainStep, uniformGroup } from '../src/train/index.ts';
import type { BenchOptions } from './main.ts';
import { median, medianMs, spread } from './timing.ts';

export interface TrainShape {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly context: number;
  readonly batch: number;
  readonly vocab: number;
}

export const shapes: Readonly<Record<string, TrainShape>> = {
  'shakespeare-cpu': { layers: 4, heads: 4, width: 128, context: 64, batch: 12, vocab: 65 },
  poem: { layers: 6, heads: 8, width: 256, context: 128, batch: 32, vocab: 6000 },
  shakespeare: { layers: 6, heads: 6, width: 384, context: 256, batch: 16, vocab: 65 },
  'gpt2-small': { layers: 12, heads: 12, width: 768, context: 256, batch: 4, vocab: 50304 },
};

/** One training step of ours at a time. */
export function createStepper(shape: TrainShape, precision: Precision): () => void {
  const { layers, heads, width, context: contextLength, batch, vocab: vocabSize } = shape;
  const config = decoderConfig({ layers, heads, width, contextLength, vocabSize, norm: { bias: true } });
  const params = init(config, createRng(0));
  const tracked = trackParameters(params, uniformGroup(adamw()));
  const rng = createRng(1);
  const batches = Array.from({ length: 8 }, () => {
    const ids = Int32Array.from({ length: batch * (contextLength + 1) }, () => rng.integer(vocabSize));
    const rows = (shift: number) => {
      const part = new Int32Array(batch * contextLength);
      for (let b = 0; b < batch; b++) {
        const start = b * (contextLength + 1) + shift;
        part.set(ids.subarray(start, start + contextLength), b * contextLength);
      }
      return fromArray<'i32'>(part, [batch, contextLength], 'i32');
    };
    return { ids: rows(0), targets: rows(1) };
  });
  let step = 0;
  return () => {
    const report = trainStep({
      params,
      tracked,
      loss: (p, b: { ids: (typeof batches)[0]['ids']; targets: (typeof batches)[0]['targets'] }) =>
        loss(p, config, b),
      batches: [batches[step % batches.length]],
      step: ++step,
      lr: 1e-3,
      clip: 1,
      precision,
    });
    if (!Number.isFinite(report.loss)) throw new Error(`the loss is ${report.loss}`);
  };
}

/** The peer as a process that answers one JSON line per request. */
function startPeer(python: string): {
  ask(request: object): Promise<Record<string, number | string>>;
  stop(): void;
} {
  const child: ChildProcess = spawn(python, [new URL('./peers/torch_train.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin!.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${python} ended; does it have PyTorch? Try: ${python} -m pip install torch`);
      return JSON.parse(value);
    },
    stop: () => child.kill(),
  };
}

const modes = ['eager', 'compile'] as const;
const dtypes = ['f32', 'bf16'] as const;

export async function run(options: BenchOptions): Promise<void> {
  const names = options.config ? options.config.split(',') : Object.keys(shapes);
  const peer = options.python ? startPeer(options.python) : undefined;
  if (!peer && !options.json) {
    process.stdout.write('no peer: --python PATH names a Python that has PyTorch (pip install torch)\n');
  }
  for (const name of names) {
    if (!shapes[name])
      throw new Error(`train: there is no configuration "${name}"; one of ${Object.keys(shapes)}`);
    const row = await compare(name, shapes[name], peer, options);
    process.stdout.write(options.json ? `${JSON.stringify(row)}\n` : describe(row));
  }
  peer?.stop();
}

async function compare(
  name: string,
  shape: TrainShape,
  peer: ReturnType<typeof startPeer> | undefined,
  { rounds, seconds, modes: only }: BenchOptions,
) {
  const tokens = shape.batch * shape.context;
  const steppers = dtypes.map((dtype) => ({ dtype, step: createStepper(shape, dtype) }));
  const ours: Record<string, number[]> = {};
  const theirs: Record<string, number[]> = {};
  const failed: Record<string, string> = {};
  const all = modes.flatMap((mode) => dtypes.map((dtype) => ({ mode, dtype })));
  const wanted = only?.split(',') ?? all.map(({ mode, dtype }) => `${dtype} ${mode}`);
  const requests = peer ? all.filter(({ mode, dtype }) => wanted.includes(`${dtype} ${mode}`)) : [];
  for (const { step } of steppers) for (let i = 0; i < 2; i++) step();
  for (let round = 0; round < rounds; round++) {
    for (const { dtype, step } of steppers) {
      (ours[dtype] ??= []).push((tokens * 1000) / medianMs(seconds, step));
    }
    for (const { mode, dtype } of requests) {
      const key = `${dtype} ${mode}`;
      if (failed[key]) continue;
      const answer = await peer!.ask({ ...shape, mode, dtype, seconds, threads: backend().threads });
      if (answer.error) failed[key] = String(answer.error);
      else (theirs[key] ??= []).push(Number(answer.tokensPerSecond));
    }
  }
  const best = (table: Record<string, number[]>) =>
    Object.entries(table)
      .map(([key, values]) => ({ key, values, median: median(values) }))
      .sort((a, b) => b.median - a.median)[0];
  const oursBest = best(ours);
  const theirsBest = Object.keys(theirs).length ? best(theirs) : undefined;
  const ratios = theirsBest?.values.map((value, round) => oursBest.values[round] / value);
  const config = decoderConfig({
    layers: shape.layers,
    heads: shape.heads,
    width: shape.width,
    contextLength: shape.context,
    vocabSize: shape.vocab,
  });
  // The usual count: 6 operations per weight and token, and the causal half of attention.
  const flops = 6 * parameterCount(config) + 6 * shape.layers * shape.width * shape.context;
  return {
    config: name,
    path: backend().path,
    threads: backend().threads,
    ours: oursBest.median,
    oursMode: oursBest.key,
    oursAll: mapValues(ours, median),
    gflops: (flops * oursBest.median) / 1e9,
    peer: theirsBest?.median,
    peerMode: theirsBest?.key,
    peerAll: mapValues(theirs, median),
    peerFailed: failed,
    ratio: ratios && median(ratios),
    spread: spread(oursBest.values),
    rounds,
  };
}

const mapValues = <A, B>(table: Record<string, A>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, f(value)]));

function describe(row: Awaited<ReturnType<typeof compare>>): string {
  const peer = row.peer
    ? `  PyTorch ${row.peer.toFixed(0)} tok/s (${row.peerMode})  ratio ${row.ratio!.toFixed(2)}`
    : '';
  return (
    `${row.config.padEnd(16)} ${row.path}  ours ${row.ours.toFixed(0)} tok/s (${row.oursMode}, ` +
    `${row.gflops.toFixed(0)} GFLOP/s)${peer}  spread ${(100 * row.spread).toFixed(0)} %\n`
  );
}
