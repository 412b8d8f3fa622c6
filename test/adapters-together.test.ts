/** Sequences of several adapters in one step: each reads what the model with its adapter merged reads. */

import { describe, expect, test } from 'vitest';
import { ia3, linearAdapters, lora, mergeAdapter } from '../src/adapt/index.ts';
import { createEngine, type Engine } from '../src/decode/index.ts';
import { createLanguageModel, decoderConfig, init } from '../src/models/index.ts';
import { stackAdapters } from '../src/nn/index.ts';
import { createRng } from '../src/rng.ts';
import { normal, type Tensor } from '../src/tensor/index.ts';
import { mapTree } from '../src/tree.ts';

const config = decoderConfig({
  ...{ vocabSize: 40, contextLength: 64, width: 32, layers: 2, heads: 4, kvHeads: 2 },
  ...{ activation: 'swiglu', norm: { kind: 'rmsNorm' }, positions: 'rotary', bias: true },
});
const params = init(config, createRng(1));
/** The same adapter with other numbers than those it begins with. */
const shaken = (adapter: ReturnType<typeof lora>, seed: number) => ({
  ...adapter,
  params: mapTree<Tensor, Tensor>(adapter.params, ({ shape }) =>
    normal(shape, { seed, stream: shape[0] }),
  ) as typeof adapter.params,
});
const low = shaken(lora(params, { rank: 3, targets: ['all'] }, createRng(2)), 3);
const gains = shaken(ia3(params), 4);
const other = shaken(lora(params, { rank: 2 }, createRng(2)), 5);
const stacks = { low: [low], gains: [gains], all: [other, gains, low], other: [other] };
type Name = keyof typeof stacks;
const names = Object.keys(stacks) as Name[];
const adapters = Object.fromEntries(
  names.map((name) => [name, stackAdapters(stacks[name].map(linearAdapters))]),
);
const model = createLanguageModel(params, config, { adapters });
const merged = (name: Name | undefined) =>
  createLanguageModel(name ? stacks[name].reduce(mergeAdapter, params) : params, config);
const prompt = Array.from({ length: 20 }, (_, i) => (i * 7) % 40);

/** The logits after `ids`, read at once by the model with the adapter in its weights. */
function expected(name: Name | undefined, ids: readonly number[]): Float32Array {
  const one = merged(name);
  return one.step([{ sequence: one.open(), ids }])[0].logits[0];
}

const furthest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);

describe('one step', () => {
  test('changes the rows of each sequence by its own adapter, whatever their order', () => {
    const order = ['gains', undefined, 'low', 'all', undefined, 'low', 'other'] as const;
    const sequences = order.map((name) => model.open(name));
    const prompts = order.map((_, i) => prompt.slice(0, 3 + i));
    const first = model.step(sequences.map((sequence, i) => ({ sequence, ids: prompts[i] })));
    const forks = sequences.map((sequence) => sequence.fork());
    const next = model.step(forks.map((sequence, i) => ({ sequence, ids: [i, 9] })));
    order.forEach((name, i) => {
      expect(furthest(first[i].logits[0], expected(name, prompts[i]))).toBeLessThan(1e-4);
      expect(furthest(next[i].logits[0], expected(name, [...prompts[i], i, 9]))).toBeLessThan(1e-4);
    });
    expect(furthest(first[1].logits[0], expected('low', prompts[1]))).toBeGreaterThan(0.1);
  });

  test.each(['bf16', 'q8_0', 'q4_0'] as const)('stands on weights in %s, too', (weights) => {
    const kept = createLanguageModel(params, config, { adapters, weights });
    const order = ['gains', undefined, 'low', 'all'] as const;
    const requests = () => order.map((name) => ({ sequence: kept.open(name), ids: prompt }));
    const together = kept.step(requests());
    requests().forEach((request, i) => {
      const [{ logits }] = kept.step([request]);
      expect(furthest(logits[0], together[i].logits[0])).toBeLessThan(0.01);
    });
    expect(furthest(together[0].logits[0], together[1].logits[0])).toBeGreaterThan(0.02);
    expect(furthest(together[2].logits[0], together[1].logits[0])).toBeGreaterThan(0.1);
  });

  test('changes the experts of each sequence by its own adapter, whichever tokens they are sent', () => {
    const mixed = decoderConfig({
      ...{ vocabSize: 40, contextLength: 64, width: 32, layers: 2, heads: 4 },
      ...{ experts: 4, expertsPerToken: 2, positions: 'rotary' },
    });
    const base = init(mixed, createRng(7));
    const adapter = shaken(lora(base, { targets: ['experts'], rank: 2 }, createRng(2)), 3);
    const model = createLanguageModel(base, mixed, { adapters: { own: linearAdapters(adapter) } });
    const order = ['own', undefined, 'own'] as const;
    const together = model.step(order.map((name) => ({ sequence: model.open(name), ids: prompt })));
    const whole = [mergeAdapter(base, adapter), base].map((weights) => {
      const one = createLanguageModel(weights, mixed);
      return one.step([{ sequence: one.open(), ids: prompt }])[0].logits[0];
    });
    order.forEach((name, i) => {
      expect(furthest(together[i].logits[0], whole[name ? 0 : 1])).toBeLessThan(1e-4);
    });
    expect(furthest(whole[0], whole[1])).toBeGreaterThan(0.1);
  });

  test('stand beside no linear attention', () => {
    const linear = decoderConfig({ ...config, linearAttention: true });
    expect(() => createLanguageModel(init(linear, createRng(1)), linear, { adapters })).toThrow(/tune merge/);
    expect(() => createLanguageModel(init(linear, createRng(1)), linear).open('low')).toThrow(
      /no adapter "low"/,
    );
  });

  test('knows its adapters by name', () => {
    expect(model.adapters).toEqual(names);
    expect(() => model.open('lwo')).toThrow(
      'open: this model has no adapter "lwo"; it has low, gains, all, other',
    );
  });
});

test('an engine shares a beginning that was read within an adapter, never across', async () => {
  const engine = createEngine(model);
  const write = async (source: Engine, adapter?: Name) => {
    const ids: number[] = [];
    const events = source.generate(prompt, { maxTokens: 6, seed: 1, adapter });
    for await (const event of events) if (event.type === 'token') ids.push(event.id);
    return ids;
  };
  // Whoever names none that is there hears so, and the others go on.
  await expect(write(engine, 'lwo' as Name)).rejects.toThrow('no adapter "lwo"');
  const readers = [undefined, ...names];
  const wanted = [];
  for (const name of readers) wanted.push(await write(createEngine(merged(name))));
  expect(new Set(wanted.map(String)).size).toBeGreaterThan(2);
  const texts = [];
  for (const name of readers) texts.push(await write(engine, name));
  expect(texts).toEqual(wanted);
  expect(engine.load.savedTokens).toBe(0);
  expect(await Promise.all(readers.map((name) => write(engine, name)))).toEqual(wanted);
  expect(engine.load.savedTokens).toBe(readers.length * (prompt.length - 1));
});
