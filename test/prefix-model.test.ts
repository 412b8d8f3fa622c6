/** Prefix LM: a prompt is read in both directions, whoever steps the model and however. */

import { expect, test } from 'vitest';
import {
  createEngine,
  type EngineRequest,
  generateTokens,
  guarded,
  parseStrategy,
  type Strategy,
  speculative,
} from '../src/decode/index.ts';
import { createLanguageModel, type DecoderParams, forward, init, loss, preset } from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import { grad, type Tensor, tensor } from '../src/tensor/index.ts';
import { leaves } from '../src/tree.ts';
import type { LanguageModel } from '../src/types.ts';

const i32 = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(rows as number[][], { dtype: 'i32' }) as Tensor;
const ids = [5, 9, 60, 3, 3, 17, 41, 0, 22, 63, 8, 30, 5, 9];
const PREFIX = 6;

function make(changes: Parameters<typeof preset>[1] = {}) {
  const config = preset('nano', { prefix: true, ...changes });
  const params = init(config, createRng(4), { std: 0.3 });
  return { config, params, model: createLanguageModel(params, config) };
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 2e-3): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(Math.abs(got[i] - expected[i])).toBeLessThan(tolerance);
}

test('what stands before the first target is its prefix: as scores of all pairs with a mask, in value and gradient', () => {
  const { config, params } = make({ heads: 4, kvHeads: 2, positions: 'rotary' });
  // So wide a cap changes no score, and takes the way of plain ops over all pairs.
  const plain = { ...config, attentionSoftcap: 1e4 };
  const targets = [5, 2].map((hidden) => ids.map((id, i) => (i < hidden ? -1 : (id * 7) % 64)));
  const batch = { ids: i32([ids, [...ids].reverse()]), targets: i32(targets) };
  const lossIn = (own: typeof config) => (p: DecoderParams) => loss(p, own, batch);
  const explicit = loss(params, { ...config, prefix: undefined }, { ...batch, prefixLengths: [6, 3] });
  expect(lossIn(config)(params).item()).toBeCloseTo(explicit.item(), 5);
  expect(lossIn(config)(params).item()).toBeCloseTo(lossIn(plain)(params).item(), 4);
  expect(explicit.item()).not.toBeCloseTo(loss(params, { ...config, prefix: undefined }, batch).item(), 3);
  const slopes = (own: typeof config) => new Map(leaves<Tensor>(grad(lossIn(own), params)));
  const [fused, dense] = [slopes(config), slopes(plain)];
  for (const [name, { data }] of dense) expectClose(fused.get(name)!.data, data, 1e-3);
});

test.each([
  ['learned positions', {}],
  ['rotary, grouped heads', { heads: 4, kvHeads: 2, positions: 'rotary' }],
  ['T5 positions', { positions: { kind: 't5', buckets: 8, maxDistance: 12 } }],
] as const)('step by step, beside others, it is the whole pass: %s', (_, changes) => {
  const { config, params, model } = make(changes as Parameters<typeof preset>[1]);
  const vocab = config.vocabSize;
  const whole = (own: readonly number[], prefix: number) =>
    forward(params, config, i32([own]), { prefixLengths: [prefix] }).data;
  const rowOf = (data: ArrayLike<number>, t: number) =>
    Array.prototype.slice.call(data, t * vocab, (t + 1) * vocab);
  const expected = whole(ids, PREFIX);
  const [read, causal, longer] = [model.open(), model.open(), model.open()];
  // One with a prompt, one without, one that reads its prompt and more.
  const requests = [
    { sequence: read, ids: ids.slice(0, PREFIX), prefix: PREFIX },
    { sequence: causal, ids },
    { sequence: longer, ids, prefix: PREFIX },
  ];
  const results = model.step(requests, { logits: 'all' });
  results[0].logits.forEach((row, t) => void expectClose(row, rowOf(expected, t)));
  results[1].logits.forEach((row, t) => void expectClose(row, rowOf(whole(ids, 0), t)));
  results[2].logits.forEach((row, t) => void expectClose(row, rowOf(expected, t)));
  for (let t = PREFIX; t < ids.length; t++) {
    const fork = read.fork();
    const both = [read, fork].map((sequence) => ({ sequence, ids: [ids[t]] }));
    for (const { logits } of model.step(both)) expectClose(logits[0], rowOf(expected, t));
    fork.close();
  }
  const changed = (at: number) => ids.map((id, i) => (i === at ? 50 : id));
  const first = (own: readonly number[]) => rowOf(whole(own, PREFIX), 0);
  expect(Math.max(...first(changed(PREFIX - 1)).map((x, i) => Math.abs(x - expected[i])))).toBeGreaterThan(
    0.01,
  );
  expectClose(first(changed(PREFIX)), rowOf(expected, 0));

  const fork = read.fork();
  expect(() => fork.rewind(PREFIX - 1)).toThrow(/were read together/);
  fork.rewind(PREFIX);
  expectClose(model.step([{ sequence: fork, ids: [ids[PREFIX]] }])[0].logits[0], rowOf(expected, PREFIX));
  fork.rewind(0);
  expectClose(model.step([{ sequence: fork, ids }])[0].logits[0], rowOf(whole(ids, 0), ids.length - 1));
  expect(() => model.step([{ sequence: read, ids: [1], prefix: 1 }])).toThrow(/read first and in one piece/);
  expect(() => model.step([{ sequence: model.open(), ids: [1], prefix: 2 }])).toThrow(/from 0 to the 1 ids/);
});

test('whoever steps it, a long prompt is read as one: strategies, batches, a memory that runs out', async () => {
  const wide = { contextLength: 160, width: 16, heads: 2, layers: 1 };
  const { config, params, model } = make(wide);
  const rng = createRng(2);
  const prompt = Array.from({ length: 90 }, () => rng.integer(64));
  const textOf = async (stream: ReturnType<typeof generateTokens>) => {
    const written: number[] = [];
    for await (const event of stream) if (event.type === 'token') written.push(event.id);
    return written;
  };
  const alone = (strategy: Strategy, reader: LanguageModel = model) =>
    textOf(generateTokens(reader, prompt, { strategy, maxTokens: 60, seed: 1 }));
  const greedy = parseStrategy('greedy');
  const written = await alone(greedy);
  const { data } = forward(params, config, i32([[...prompt, ...written]]), {
    prefixLengths: [prompt.length],
  });
  written.forEach((id, i) => {
    const at = (prompt.length + i - 1) * 64;
    const row = Array.from(data.subarray(at, at + 64));
    expect(row[id]).toBeGreaterThan(Math.max(...row) - 1e-3);
  });
  expect(await alone(speculative(model, { temperature: 0 }))).toEqual(written);
  expect(await alone(guarded(greedy))).toHaveLength(60);
  await expect(alone(parseStrategy('look-back'))).rejects.toThrow(/in both directions/);

  const tight = createLanguageModel(params, config, { memoryTokens: 256 });
  const engine = createEngine(tight);
  const specs = ['greedy', 'lookup', 'sample', 'beam:2', 'contrastive:4:0.6'];
  const request = (spec: string): EngineRequest => ({
    strategy: parseStrategy(spec),
    maxTokens: 60,
    seed: 1,
  });
  const together = await Promise.all(specs.map((spec) => textOf(engine.generate(prompt, request(spec)))));
  for (const [i, spec] of specs.entries())
    expect(together[i], spec).toEqual(await alone(parseStrategy(spec)));
  expect(engine.load.preemptions).toBeGreaterThan(0);
  // The same beginning with another end is another prompt.
  const other = [...prompt.slice(0, 80), 1, 2, 3];
  const before = engine.load.savedTokens;
  await textOf(engine.generate(other, request('greedy')));
  expect(engine.load.savedTokens).toBe(before);
  engine.close();
});
