/**
 * Training speed of recurrent models beside PyTorch's (the same sizes, tied head, AdamW, clipping), and beside our Transformer of as
 * many parameters. Rounds alternate; the ratio is taken round by round.
 */

import { createStepper } from '../src/cli/profiling.ts';
import { parameterCount, recurrentConfig } from '../src/models/index.ts';
import { backend } from '../src/tensor/index.ts';
import type { BenchOptions } from './main.ts';
import { startTorch, TORCH_MISSING } from './peer.ts';
import { createReport } from './report.ts';
import { median, medianMsOf, spread } from './timing.ts';
import { configOf, shapes } from './train.ts';

const base = shapes['shakespeare-cpu'];
/** Widths that make as many parameters as the Transformer has. */
const cells = { lstm: 156, gru: 180, rnn: 312 } as const;

export async function run(options: BenchOptions): Promise<void> {
  const { rounds, seconds } = options;
  const report = createReport('recurrent', options);
  const peer = startTorch(options.python, 'torch_train.py');
  if (!peer) report.note(TORCH_MISSING);
  const { layers, batch, context, vocab } = base;
  const speedOf = async (step: () => Promise<void>): Promise<number> =>
    (batch * context * 1000) / (await medianMsOf(seconds, step));
  const transformer = createStepper({ config: configOf(base), batchSize: batch, precision: 'f32' });
  for (const [cell, width] of Object.entries(cells) as [keyof typeof cells, number][]) {
    const config = recurrentConfig({ cell, layers, width, contextLength: context, vocabSize: vocab });
    const step = createStepper({ config, batchSize: batch, precision: 'f32' });
    for (let i = 0; i < 2; i++) await step();
    const [ours, theirs, beside]: number[][] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(await speedOf(step));
      beside.push(await speedOf(transformer));
      if (!peer) continue;
      const shape = { cell, layers, width, context, batch, vocab };
      const threads = backend().threads;
      const answer = await peer.ask({ ...shape, mode: 'eager', dtype: 'f32', seconds, threads });
      theirs.push(Number(answer.tokensPerSecond));
    }
    report.add({
      config: `${cell} ${layers} × ${width}, ${parameterCount(config)} parameters`,
      ours: median(ours),
      unit: 'tok/s f32',
      ...(theirs.length > 0 && {
        peer: median(theirs),
        peerName: 'PyTorch f32 eager',
        ratio: median(theirs.map((value, round) => ours[round] / value)),
      }),
      transformer: median(beside),
      shareOfTransformer: median(beside.map((value, round) => ours[round] / value)),
      spread: spread(ours),
      rounds,
    });
  }
  peer?.stop();
  report.save();
}
