/** Learning is a test: in so many steps from these seeds, counted, not timed. */

import { expect, test } from 'vitest';
import {
  initRecurrent,
  type RecurrentBatch,
  type RecurrentConfig,
  type RecurrentKind,
  type RecurrentParams,
  recurrentConfig,
  recurrentKinds,
  recurrentLogits,
  recurrentLoss,
} from '../src/models/index.ts';
import { createRng, type Rng } from '../src/rng.ts';
import { fromArray } from '../src/tensor/index.ts';
import { adamw, trackParameters, trainStep, uniformGroup } from '../src/train/index.ts';

/** A batch [rows, columns] of ids and targets. */
function batchOf(ids: Int32Array, targets: Int32Array, rows: number): RecurrentBatch {
  const shape = [rows, ids.length / rows];
  return { ids: fromArray<'i32'>(ids, shape, 'i32'), targets: fromArray<'i32'>(targets, shape, 'i32') };
}

/** Takes so many steps; the loss of the last. */
async function learn(
  params: RecurrentParams,
  config: RecurrentConfig,
  { steps, batch }: { steps: number; batch: () => RecurrentBatch },
): Promise<number> {
  const tracked = trackParameters(params, uniformGroup(adamw({ weightDecay: 0 })));
  const loss = (p: RecurrentParams, one: RecurrentBatch) => recurrentLoss(p, config, one);
  const kind = { params, tracked, loss, lr: 1e-2, clip: 1, precision: 'f32' } as const;
  let last = Number.NaN;
  for (let step = 1; step <= steps; step++) {
    last = (await trainStep<RecurrentParams, RecurrentBatch>({ ...kind, batches: [batch()], step })).loss;
  }
  return last;
}

test.each(recurrentKinds)('%s learns 64 tokens by heart', async (cell) => {
  const config = recurrentConfig({
    cell,
    vocabSize: 16,
    contextLength: 64,
    width: 32,
    layers: cell === 'lstm' ? 2 : 1,
  });
  const params = initRecurrent(config, createRng(1));
  const rng = createRng(2);
  const text = Int32Array.from({ length: 65 }, () => rng.integer(16));
  const batch = batchOf(text.slice(0, 64), text.slice(1), 1);
  expect(await learn(params, config, { steps: 200, batch: () => batch })).toBeLessThan(0.05);
});

/** One of four symbols, noise of four others, then the question what the first was. */
const [SYMBOLS, NOISE, QUESTION] = [4, 4, 8];
const ROWS = 32;

function recallBatch(rng: Rng, distance: number): RecurrentBatch & { readonly answers: readonly number[] } {
  const columns = distance + 1;
  const ids = new Int32Array(ROWS * columns);
  const targets = new Int32Array(ROWS * columns).fill(-1);
  const answers: number[] = [];
  for (let row = 0; row < ROWS; row++) {
    const from = row * columns;
    const answer = rng.integer(SYMBOLS);
    answers.push(answer);
    for (let t = 1; t < distance; t++) ids[from + t] = SYMBOLS + rng.integer(NOISE);
    ids[from] = answer;
    ids[from + distance] = QUESTION;
    targets[from + distance] = answer;
  }
  return { ...batchOf(ids, targets, ROWS), answers };
}

/** The share of right answers after 200 steps. */
async function recallOf(cell: RecurrentKind, distance: number): Promise<number> {
  const vocabSize = QUESTION + 1;
  const config = recurrentConfig({ cell, vocabSize, contextLength: distance + 1, width: 24, layers: 1 });
  const params = initRecurrent(config, createRng(2));
  const rng = createRng(12);
  await learn(params, config, { steps: 200, batch: () => recallBatch(rng, distance) });
  const { ids, answers } = recallBatch(createRng(99), distance);
  const { data } = recurrentLogits(params, config, ids);
  const right = answers.filter((answer, row) => {
    const at = ((row + 1) * (distance + 1) - 1) * vocabSize;
    const logits = data.subarray(at, at + vocabSize);
    return logits.indexOf(Math.max(...logits)) === answer;
  });
  return right.length / ROWS;
}

test('twelve steps of noise: gates remember what a plain RNN cannot', async () => {
  expect(await recallOf('rnn', 2)).toBe(1);
  expect(await recallOf('rnn', 12)).toBeLessThan(0.5);
  expect(await recallOf('gru', 12)).toBe(1);
  expect(await recallOf('lstm', 12)).toBe(1);
  expect(await recallOf('rwkv', 12)).toBe(1);
});
