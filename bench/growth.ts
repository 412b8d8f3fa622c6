/**
 * How the cost of a training step grows with context, width and batch, and with the context where attention is sparse: time for each
 * operation, and memory for each token.
 * Flat lines are good; a step up is a cliff.
 */

import { createStepper } from '../src/cli/profiling.ts';
import { flopsPerToken } from '../src/models/index.ts';
import type { Point } from '../src/plots/index.ts';
import { memoryStats, resetPeak, trimPool } from '../src/tensor/index.ts';
import { peakFlops } from './machine.ts';
import type { BenchOptions } from './main.ts';
import { createReport } from './report.ts';
import { median, medianMsOf, spread } from './timing.ts';
import { configOf, operationsPerToken, type TrainShape } from './train.ts';

const base: TrainShape = { layers: 2, heads: 4, width: 256, context: 256, batch: 4, vocab: 1000 };

/** What grows, and through which values. */
const series: Readonly<Record<string, readonly TrainShape[]>> = {
  context: [128, 256, 512, 1024, 2048, 4096, 8192].map((context) => ({ ...base, batch: 1, context })),
  width: [64, 128, 256, 512, 1024].map((width) => ({ ...base, width, heads: width / 64 })),
  ...sparse({ window: { window: 256 }, block: { attentionBlock: 128 }, strided: { attentionStride: 64 } }),
  batch: [1, 2, 4, 8, 16, 32, 64].map((batch) => ({ ...base, context: 128, batch })),
};

/** Longer and longer contexts of which a token sees a part. */
function sparse(kinds: Readonly<Record<string, TrainShape['attention']>>) {
  const contexts = [1024, 2048, 4096, 8192, 16384];
  return Object.fromEntries(
    Object.entries(kinds).map(([name, attention]) => [
      name,
      contexts.map((context) => ({ ...base, batch: 1, context, attention })),
    ]),
  );
}

export async function run({ rounds, seconds, json, config: only }: BenchOptions): Promise<void> {
  const report = createReport('growth', { json });
  const points = new Map<string, Point[]>();
  for (const [name, shapes] of Object.entries(series)) {
    if (only && only !== name) continue;
    for (const shape of shapes) {
      const tokens = shape.batch * shape.context;
      const step = createStepper({ config: configOf(shape), batchSize: shape.batch, precision: 'f32' });
      await step();
      resetPeak();
      const atRest = memoryStats().liveBytes;
      await step();
      const bytes = memoryStats().peakBytes - atRest;
      const times: number[] = [];
      const shares: number[] = [];
      const perToken = shape.attention ? flopsPerToken(configOf(shape)).training : operationsPerToken(shape);
      const operations = perToken * tokens;
      for (let round = 0; round < rounds; round++) {
        const ms = await medianMsOf(seconds / 10, step);
        times.push(ms);
        shares.push((operations * 1000) / ms / peakFlops('f32'));
      }
      const ms = median(times);
      const x = shape[shape.attention ? 'context' : (name as 'context' | 'width' | 'batch')];
      report.add({
        config: `${name} ${x}`,
        ours: operations / ms / 1e6,
        unit: 'GFLOP/s',
        shareOfPeak: median(shares),
        spread: spread(times),
        series: name,
        x,
        stepMs: ms,
        tokensPerSecond: (tokens * 1000) / ms,
        bytesPerToken: bytes / tokens,
        rounds,
      });
      points.set(name, [...(points.get(name) ?? []), { x, y: median(shares) }]);
      report.note(`  ${ms.toFixed(1)} ms a step, ${(bytes / tokens / 1024).toFixed(1)} KiB a token`);
      trimPool();
    }
  }
  report.save({
    title: 'cost of a training step as it grows (flat is good)',
    x: { label: 'context, width or batch', scale: 'log' },
    y: { label: 'share of the peak', min: 0 },
    marks: [...points].map(([name, line]) => ({ type: 'line', name, points: line })),
  });
}
