/** Training on a GPU: the processor's losses, and what is said where something cannot be. */

import { afterEach, describe, expect, test } from 'vitest';
import { type DecoderOptions, decoderConfig, init, loss } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import {
  fromArray,
  offThread,
  openDevice,
  openGpu,
  readable,
  softmax,
  type Tensor,
  tensor,
} from '../src/tensor/index.ts';
import { decayMatrices, trackParameters, trainStep } from '../src/train/index.ts';
import { leafValues } from '../src/tree.ts';
import { noGpu } from './gpu.ts';

/** How far a loss may be from the processor's, in nats: rounding alone. */
const TOLERANCE = 1e-4;
const [BATCH, LENGTH, VOCAB] = [1, 6, 11];

/** Losses and gradient norms of each step, and the parameters after the last. */
async function learn(options: Partial<DecoderOptions>, steps: number) {
  const sizes = { vocabSize: VOCAB, contextLength: LENGTH, layers: 1, heads: 2, width: 8 };
  const config = decoderConfig({ ...sizes, ...options });
  const params = init(config, createRng(1));
  const tracked = trackParameters(params, decayMatrices());
  const rng = createRng(2);
  const ids = () => Int32Array.from({ length: BATCH * LENGTH }, (_, i) => (2 * i + rng.integer(2)) % VOCAB);
  const trace: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const [inputs, targets] = [ids(), ids()].map((data) => fromArray<'i32'>(data, [BATCH, LENGTH], 'i32'));
    const report = await trainStep({
      params,
      tracked,
      loss: (p, batch) => loss(p, config, batch),
      batches: [{ ids: inputs, targets, dropoutSeed: config.dropout ? step : undefined }],
      ...{ step, lr: 0.01, clip: 0.5, precision: 'f32' as const },
    });
    trace.push(report.loss, report.gradNorm);
  }
  const learned = leafValues<Tensor>(await readable(params)).flatMap(({ data }) => Array.from(data));
  return { trace, learned };
}

function expectNear(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  const worst = Math.max(...got.map((x, i) => Math.abs(x - expected[i])));
  expect(worst).toBeLessThan(TOLERANCE);
}

afterEach(() => openDevice()?.close());

describe.skipIf(noGpu)(noGpu ?? 'training on a GPU', () => {
  test.each([
    ['of GPT-2, 50 steps', { activation: 'geluTanh' }, 50],
    [
      'of LLaMA, with dropout',
      {
        ...({ norm: { kind: 'rmsNorm' }, positions: { kind: 'rotary' }, activation: 'swiglu' } as const),
        ...{ kvHeads: 1, window: 4, dropout: 0.2 },
      },
      3,
    ],
  ] as [string, Partial<DecoderOptions>, number][])(
    'a decoder as the processor does: %s',
    async (_, options, steps) => {
      const expected = await learn(options, steps);
      const gpu = await openGpu();
      const got = await learn(options, steps);
      expect(gpu.dispatches).toBeGreaterThan(40 * steps);
      expectNear(got.trace, expected.trace);
      expectNear(got.learned, expected.learned);
      if (steps === 50) expect(expected.trace.at(-2)).toBeLessThan(0.8 * expected.trace[0]);
    },
  );

  test('values are where they were made last, and reading them says so', async () => {
    const x = tensor([1, 2, 3]);
    const gpu = await openGpu();
    await expect(openGpu()).rejects.toMatchObject({ code: 'gpu/open' });
    const double = () =>
      offThread(() => gpu.kernels.axpy(x.operand as Float32Array, x.operand as Float32Array, 1));
    await double();
    expect(() => x.data).toThrow('gpu: the newest values of this tensor are on the device');
    expect(Array.from((await readable(x)).data)).toEqual([2, 4, 6]);
    x.data[0] = 5;
    await double();
    expect(Array.from((await readable(x)).data)).toEqual([10, 8, 12]);
    await expect(offThread(() => softmax(x))).rejects.toMatchObject({
      message: expect.stringContaining('there is none for softmax; train on the processor: --device cpu'),
    });
    const wide = tensor([1, 2], { dtype: 'bf16' }).data;
    expect(() => gpu.kernels.affine(wide as never, wide as never, 1, 0)).toThrow(
      'must be f32, got Uint16Array',
    );
    gpu.close();
    expect(softmax(x).data[0]).toBeLessThan(1);
  });

  test('two that ask at once: one device is open', async () => {
    const asked = await Promise.allSettled([openGpu(), openGpu()]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const opened = asked.find(({ status }) => status === 'fulfilled') as PromiseFulfilledResult<unknown>;
    expect(openDevice()).toBe(opened.value);
  });

  test('a device that goes in the middle of a step is a failure of the device', async () => {
    const x = tensor([1, 2, 3]);
    const gpu = await openGpu();
    const sums = new Float64Array(1);
    const step = offThread(() => gpu.kernels.sumSquares(x.operand as Float32Array, sums, 0));
    gpu.close();
    await expect(step).rejects.toMatchObject({ code: 'gpu/failed' });
  });
});
