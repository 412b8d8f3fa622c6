/** A decoder with linear attention: the contract, and a state that does not grow. */

import { expect, test } from 'vitest';
import { languageModelContract } from '../../test/contracts/language-model.ts';
import { createRng } from '../rng.ts';
import { tensor } from '../tensor/index.ts';
import { decoderConfig } from './config.ts';
import { forward, init } from './decoder.ts';
import { createLanguageModel } from './language-model.ts';
import { cacheBytes } from './measure.ts';

const sizes = { vocabSize: 40, contextLength: 40, width: 16, layers: 2, heads: 4, kvHeads: 2 };
const config = decoderConfig({ ...sizes, linearAttention: true, positions: 'learned' });
const params = init(config, createRng(4), { std: 0.2 });

languageModelContract('linear attention', {
  create: () => createLanguageModel(params, config),
  hidden: true,
  layers: true,
  embed: true,
});

test('token by token it says what a whole pass says, far beyond the window of training, in the same memory', () => {
  const free = decoderConfig({ ...config, positions: 'none', experts: 3 });
  const weights = init(free, createRng(5), { std: 0.2 });
  const model = createLanguageModel(weights, free);
  const rng = createRng(1);
  const ids = Array.from({ length: 200 }, () => rng.integer(free.vocabSize));
  const whole = forward(weights, { ...free, contextLength: 200 }, tensor([ids], { dtype: 'i32' }));
  const expectRow = (logits: Float32Array, place: number) =>
    logits.forEach((x, i) => expect(x).toBeCloseTo(whole.data[place * free.vocabSize + i], 3));
  const sequence = model.open();
  const bytes = sequence.cacheBytes;
  expect(bytes).toBe(4 * free.layers * free.heads * free.headSize * (free.headSize + 1));
  expect(cacheBytes(free, 30_000)).toBe(bytes);
  model.step([{ sequence, ids: ids.slice(0, 100) }], { logits: 'all' })[0].logits.forEach(expectRow);
  for (let place = 100; place < 200; place++) {
    expectRow(model.step([{ sequence, ids: [ids[place]] }])[0].logits[0], place);
    expect(sequence.cacheBytes).toBe(bytes);
  }
  for (const back of [131, 64, 63, 3]) {
    sequence.rewind(back);
    expectRow(model.step([{ sequence, ids: ids.slice(back, back + 2) }])[0].logits[0], back + 1);
  }
  const [{ experts }] = model.step([{ sequence: model.open(), ids: [1, 2] }], { experts: true });
  expect(experts![0].map((shares) => shares.length)).toEqual([3, 3]);
});

test('turns positions beyond the context of training, too', () => {
  const turning = decoderConfig({ ...config, positions: 'rotary' });
  const weights = init(turning, createRng(5), { std: 0.2 });
  const model = createLanguageModel(weights, turning);
  const ids = Array.from({ length: turning.contextLength + 10 }, (_, i) => (i * 7) % turning.vocabSize);
  const whole = forward(weights, { ...turning, contextLength: ids.length }, tensor([ids], { dtype: 'i32' }));
  const [{ logits }] = model.step([{ sequence: model.open(), ids }], { logits: 'all' });
  logits.forEach((row, place) => {
    row.forEach((x, i) => expect(x).toBeCloseTo(whole.data[place * turning.vocabSize + i], 3));
  });
});
