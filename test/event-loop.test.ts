/**
 * A training step leaves the event loop alone: JavaScript puts kernels in line and never waits for them, whatever the
 * model, the optimizer and the loss; a step of generation waits for what it gives. Counted, not timed: waits, and turns of
 * the loop.
 */

import { afterEach, expect, test, vi } from 'vitest';
import { createLanguageModel, type DecoderOptions, decoderConfig, init, loss } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { backend, fromArray } from '../src/tensor/index.ts';
import {
  adamw,
  decayMatrices,
  type Grouping,
  muon,
  trackParameters,
  train,
  trainStep,
  uniformGroup,
} from '../src/train/index.ts';

const { native, reason, threads } = backend();
const withAddon = test.skipIf(!native);
if (!native) console.log(`skipped: needs the addon (${reason})`);
const withThreads = test.skipIf(!native || threads < 2);
if (threads < 2) console.log('skipped: needs two threads');

afterEach(() => vi.restoreAllMocks());

const nano = { vocabSize: 50, contextLength: 24, width: 32, layers: 2, heads: 2 } satisfies DecoderOptions;
const mixed: Grouping = (path, { shape }) => ({
  optimizer: shape.length === 2 && path.startsWith('blocks.') ? muon() : adamw(),
});

function subject(options: Partial<DecoderOptions>, rows = 3) {
  const config = decoderConfig({ ...nano, ...options });
  const rng = createRng(1);
  const row = () =>
    Int32Array.from({ length: rows * config.contextLength }, () => rng.integer(config.vocabSize));
  const shape = [rows, config.contextLength];
  const batch = () => ({
    ids: fromArray<'i32'>(row(), shape, 'i32'),
    targets: fromArray<'i32'>(row(), shape, 'i32'),
  });
  const params = init(config, createRng(2));
  return { config, params, batches: [batch(), batch()] };
}

const kinds: { readonly [name: string]: Partial<DecoderOptions> } = {
  'GPT-2': { activation: 'geluTanh', bias: true },
  LLaMA: {
    positions: 'rotary',
    norm: { kind: 'rmsNorm' },
    activation: 'swiglu',
    kvHeads: 1,
    tiedHead: false,
  },
  'ALiBi, dropout, softcap': { positions: 'alibi', dropout: 0.1, logitSoftcap: 30 },
};

for (const [name, options] of Object.entries(kinds)) {
  for (const precision of ['f32', 'bf16'] as const) {
    for (const [optimizer, grouping] of [
      ['AdamW', decayMatrices()],
      ['Muon', mixed],
    ] as const) {
      withAddon(`${name}, ${precision}, ${optimizer}: no step waits for a kernel`, async () => {
        const { config, params, batches } = subject(options);
        const tracked = trackParameters(params, grouping);
        const waits = vi.spyOn(native!.stream, 'drainStream');
        for (let step = 1; step <= 3; step++) {
          const lossOf = (p: typeof params, batch: (typeof batches)[0]) =>
            loss(p, config, { ...batch, dropoutSeed: step });
          await trainStep({ params, tracked, loss: lossOf, batches, step, lr: 1e-3, clip: 1, precision });
        }
        expect(waits).not.toHaveBeenCalled();
      });
    }
  }
}

for (const [name, options] of Object.entries(kinds)) {
  for (const weights of ['f32', 'bf16'] as const) {
    withThreads(`${name}, ${weights}: a step of generation waits once, for its logits`, () => {
      const { config, params } = subject({ ...options, dropout: 0 });
      const model = createLanguageModel(params, config, { weights });
      const waits = vi.spyOn(native!.stream, 'drainStream');
      const [first, second] = [model.open(), model.open()];
      model.step([{ sequence: first, ids: [1, 2, 3] }]);
      expect(waits).toHaveBeenCalledTimes(1);
      model.step([
        { sequence: first, ids: [4] },
        { sequence: second, ids: [5, 6] },
      ]);
      expect(waits).toHaveBeenCalledTimes(2);
    });
  }
}

withAddon('timers fire during every step of a training', async () => {
  const { config, params, batches } = subject(
    { width: 128, contextLength: 128, layers: 4, vocabSize: 2_000 },
    8,
  );
  const turns = [0];
  let counting = true;
  const count = (): void => {
    turns[turns.length - 1]++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const run = train({
    params,
    loss: (p: typeof params, batch: (typeof batches)[0]) => loss(p, config, batch),
    batch: (index) => batches[index % 2],
    tokensPerBatch: 8 * 128,
    grouping: uniformGroup(adamw()),
    lr: 1e-3,
    steps: 4,
  });
  for await (const event of run) if (event.type === 'step') turns.push(0);
  counting = false;
  // Two turns would be the loop's own breath between steps; here the loop turns all the while.
  for (const during of turns.slice(0, 4)) expect(during).toBeGreaterThan(20);
});
