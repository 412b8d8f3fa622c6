/**
 * Training speed beside PyTorch: the same GPT (tied head, no bias, GELU, LayerNorm, AdamW, clipping), batch and context.
 * Rounds alternate; each engine's figure is the median over rounds of the median step; the ratio is taken round by round
 * against the best mode of the peer.
 */

import { createStepper } from '../src/cli/profiling.ts';
import {
  type DecoderConfig,
  type DecoderOptions,
  decoderConfig,
  parameterCount,
} from '../src/models/index.ts';
import { backend, type Precision } from '../src/tensor/index.ts';
import { peakFlops } from './machine.ts';
import type { BenchOptions } from './main.ts';
import { type Peer, startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { median, medianMsOf, spread } from './timing.ts';

export interface TrainShape {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly context: number;
  readonly batch: number;
  readonly vocab: number;
  /** What tokens see, where it is not everything. */
  readonly attention?: Pick<DecoderOptions, 'window' | 'attentionBlock' | 'attentionStride'>;
}

export const shapes: Readonly<Record<string, TrainShape>> = {
  'shakespeare-cpu': { layers: 4, heads: 4, width: 128, context: 64, batch: 12, vocab: 65 },
  poem: { layers: 6, heads: 8, width: 256, context: 128, batch: 32, vocab: 6000 },
  shakespeare: { layers: 6, heads: 6, width: 384, context: 256, batch: 16, vocab: 65 },
  'gpt2-small': { layers: 12, heads: 12, width: 768, context: 256, batch: 4, vocab: 50304 },
};

export const configOf = ({ layers, heads, width, context, vocab, attention }: TrainShape): DecoderConfig =>
  decoderConfig({
    layers,
    heads,
    width,
    contextLength: context,
    vocabSize: vocab,
    norm: { bias: true },
    ...attention,
  });

/** What either engine can be asked for; we have no compile step, so only the precision counts for ours. */
const modes = ['f32 eager', 'bf16 eager', 'f32 compile', 'bf16 compile'] as const;
const dtypeOf = (mode: string) => mode.split(' ')[0] as Precision;

export async function run(options: BenchOptions): Promise<void> {
  const names = options.config ? options.config.split(',') : Object.keys(shapes);
  const report = createReport('train', options);
  const peer = startTorch(options.python, 'torch_train.py');
  if (!peer) report.note(TORCH_MISSING);
  for (const name of names) {
    if (!shapes[name])
      throw new Error(`train: there is no configuration "${name}"; one of ${Object.keys(shapes)}`);
    report.add(await compare(name, shapes[name], peer, options));
  }
  peer?.stop();
  report.save();
}

async function compare(name: string, shape: TrainShape, peer: Peer | undefined, options: BenchOptions) {
  const { rounds, seconds } = options;
  const wanted = options.modes?.split(',') ?? modes;
  const config = configOf(shape);
  const dtypes = [...new Set(wanted.map(dtypeOf))];
  const steppers = dtypes.map((dtype) => ({
    dtype,
    step: createStepper({ config, batchSize: shape.batch, precision: dtype }),
  }));
  for (const { step } of steppers) for (let i = 0; i < 2; i++) await step();
  const tokens = shape.batch * shape.context;
  const flops = operationsPerToken(shape);
  const ours: Record<string, number[]> = {};
  const theirs: Record<string, number[]> = {};
  const shares: Record<string, number[]> = {};
  const failed: Record<string, string> = {};
  for (let round = 0; round < rounds; round++) {
    for (const { dtype, step } of steppers) {
      const speed = (tokens * 1000) / (await medianMsOf(seconds, step));
      (ours[dtype] ??= []).push(speed);
      (shares[dtype] ??= []).push((speed * flops) / peakFlops(dtype));
    }
    for (const key of peer ? wanted : []) {
      if (failed[key]) continue;
      const [dtype, mode] = key.split(' ');
      const answer = await peer!.ask({ ...shape, mode, dtype, seconds, threads: backend().threads });
      if (answer.error) failed[key] = String(answer.error);
      else (theirs[key] ??= []).push(Number(answer.tokensPerSecond));
    }
  }
  const best = fastest(ours)!;
  const rival = fastest(theirs);
  return {
    config: name,
    ours: best.median,
    unit: `tok/s ${best.key}`,
    gflops: (flops * best.median) / 1e9,
    shareOfPeak: median(shares[best.key]),
    ...(rival && {
      peer: rival.median,
      peerName: `PyTorch ${rival.key}`,
      ratio: median(rival.values.map((value, round) => best.values[round] / value)),
    }),
    oursAll: mapValues(ours, median),
    peerAll: mapValues(theirs, median),
    peerFailed: failed,
    spread: spread(best.values),
    rounds,
  };
}

/** The usual count: 6 for each weight and token, and the causal half of attention. The table of positions multiplies nothing. */
export function operationsPerToken(shape: TrainShape): number {
  const { layers, width, context } = shape;
  return 6 * (parameterCount(configOf(shape)) - context * width) + 6 * layers * width * context;
}

function fastest(table: Readonly<Record<string, readonly number[]>>) {
  return Object.entries(table)
    .map(([key, values]) => ({ key, values, median: median(values) }))
    .sort((a, b) => b.median - a.median)[0];
}

const mapValues = <A, B>(table: Record<string, A>, f: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, f(value)]));
