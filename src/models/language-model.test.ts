import { describe, expect, test } from 'vitest';
import { languageModelContract } from '../../test/contracts/language-model.ts';
import { createRng } from '../rng.ts';
import {
  backend,
  bytesPerElement,
  cast,
  memoryStats,
  type Tensor,
  tensor,
  withKernels,
  wrapKernels,
} from '../tensor/index.ts';
import { leaves, mapTree } from '../tree.ts';
import { forward, hidden, init } from './decoder.ts';
import { keptType } from './kept-weights.ts';
import { createLanguageModel } from './language-model.ts';
import { weightBytes } from './measure.ts';
import { preset } from './presets.ts';

const grouped = { heads: 4, kvHeads: 2 };
const variants = {
  'GPT-2 class': {},
  'LLaMA class': {
    ...grouped,
    activation: 'swiglu',
    norm: 'rmsNorm',
    positions: 'rotary',
    qkNorm: true,
    tiedHead: false,
  },
  'ALiBi and one key head': { ...grouped, kvHeads: 1, positions: 'alibi' },
  'sinusoidal, window of 5': { positions: 'sinusoidal', window: 5 },
  'T5 positions, windows and one layer of two that sees everything': {
    ...grouped,
    positions: { kind: 't5', buckets: 8, maxDistance: 12 },
    window: 5,
    globalEvery: 2,
  },
  'Gemma 2 class': {
    ...grouped,
    norm: 'rmsNorm',
    activation: 'geglu',
    positions: { kind: 'rotary', base: 100 },
    block: 'sandwich',
    window: 4,
    globalEvery: 2,
    localRotaryBase: 10,
    attentionScale: 0.5,
    attentionSoftcap: 2,
    logitSoftcap: 5,
  },
  'PaLM class': { ...grouped, kvHeads: 1, block: 'parallel', activation: 'swiglu', positions: 'rotary' },
  'norms behind': { block: 'postNorm', bias: true },
} as const;

const ids = [5, 9, 60, 3, 3, 17, 41, 0, 22, 63, 8, 30, 5, 9];

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(Math.abs(got[i] - expected[i])).toBeLessThan(tolerance);
}

function make(changes: Parameters<typeof preset>[1] = {}) {
  const config = preset('nano', changes);
  const params = init(config, createRng(4), { std: 0.15 });
  return { config, params, model: createLanguageModel(params, config) };
}

describe.each(Object.entries(variants))('%s', (_, changes) => {
  const { config, params, model } = make(changes);
  const whole = forward(params, config, tensor([ids], { dtype: 'i32' }));
  const row = (t: number) => whole.data.subarray(t * 64, (t + 1) * 64);

  test('cached equals uncached: in one piece, in pieces, one by one', () => {
    for (const pieces of [[14], [6, 1, 4, 3], Array(14).fill(1)]) {
      const sequence = model.open();
      let t = 0;
      for (const count of pieces) {
        const [{ logits }] = model.step([{ sequence, ids: ids.slice(t, t + count) }], { logits: 'all' });
        for (const got of logits) expectClose(got, row(t++));
      }
      expect(sequence.length).toBe(14);
      sequence.close();
    }
  });

  test('batched equals single, with sequences of any length in one step', () => {
    const [a, b, c] = [model.open(), model.open(), model.open()];
    model.step([{ sequence: b, ids: ids.slice(0, 7) }]);
    const results = model.step([
      { sequence: a, ids: ids.slice(0, 3) },
      { sequence: b, ids: ids.slice(7, 8) },
      { sequence: c, ids: Int32Array.from(ids) },
    ]);
    for (const [i, t] of [2, 7, 13].entries()) expectClose(results[i].logits[0], row(t));
  });
});

describe('what a step returns', () => {
  const { config, params, model } = make();

  test('the rows wanted, with hidden states beside them', () => {
    const states = hidden(params, config, tensor([ids], { dtype: 'i32' })).data;
    const read = (logits: 'last' | 'all' | 'none', wantsHidden: boolean) =>
      model.step([{ sequence: model.open(), ids }], { logits, hidden: wantsHidden })[0];
    const all = read('all', true);
    expect([all.logits.length, all.hidden?.length]).toEqual([14, 14]);
    expectClose(all.hidden![5], states.subarray(5 * 32, 6 * 32));
    const last = read('last', true);
    expect([last.logits.length, last.hidden?.length]).toEqual([1, 1]);
    expectClose(last.hidden![0], states.subarray(13 * 32));
    expect(read('none', false)).toEqual({ logits: [] });
    expect(read('last', false).hidden).toBeUndefined();
    expect(model.step([])).toEqual([]);
  });

  test('rows belong to the caller: later steps leave them alone', () => {
    const sequence = model.open();
    const [{ logits }] = model.step([{ sequence, ids: [1, 2, 3] }]);
    const before = [...logits[0]];
    for (let i = 0; i < 5; i++) model.step([{ sequence, ids: [i] }]);
    expect([...logits[0]]).toEqual(before);
  });

  test.each([
    [{ weights: 'bf16' }, 0.03],
    [{ weights: 'bf16', past: 'f32' }, 0.03],
    [{ past: 'bf16' }, 0.03],
    [{ weights: 'q8_0' }, 0.03],
    [{ weights: 'q4_0' }, 0.5],
  ] as const)('kept in fewer bytes, they give nearly the same: %o', (kept, tolerance) => {
    const small = createLanguageModel(params, config, kept);
    const sequence = small.open();
    // A prompt of more than a few tokens, then one token: attention has a way for each.
    small.step([{ sequence, ids: ids.slice(0, -1) }]);
    const [{ logits }] = small.step([{ sequence, ids: ids.slice(-1) }]);
    const [exact] = model.step([{ sequence: model.open(), ids }]);
    const size = Math.max(...exact.logits[0].map(Math.abs));
    expectClose(logits[0], exact.logits[0], tolerance * size);
    expect([...logits[0]]).not.toEqual([...exact.logits[0]]);
  });
});

const { native } = backend();
const multipliesBf16 = native?.path === 'avx512bf16' || native?.path === 'amx';
test.skipIf(!multipliesBf16)(
  `one more token of texts in bf16 is multiplied in bf16${multipliesBf16 ? '' : ': needs AVX512-BF16'}`,
  () => {
    const { config, params } = make();
    const model = createLanguageModel(params, config, { weights: 'bf16' });
    const sequences = [model.open(), model.open()];
    for (const sequence of sequences) model.step([{ sequence, ids }]);
    native!.addon.resetCounters();
    model.step(sequences.map((sequence) => ({ sequence, ids: [7] })));
    const products = Object.entries(native!.addon.counters()).filter(
      ([name, count]) => count > 0 && name.includes('/matmul.'),
    );
    expect(products.map(([name]) => name)).toEqual(['avx512bf16/matmul.skinny.bf16']);
  },
);

test('weights in blocks give what the numbers behind the blocks give, and each product reads blocks', () => {
  const { config, params } = make();
  for (const weights of ['q8_0', 'q4_0'] as const) {
    const behind = mapTree<Tensor, Tensor>(params, (weight, path) =>
      cast(cast(weight, keptType(weights, weight.shape, path)), 'f32'),
    ) as typeof params;
    const model = createLanguageModel(params, config, { weights });
    native?.addon.resetCounters();
    const [{ logits }] = model.step([{ sequence: model.open(), ids: ids.slice(0, 6) }]);
    const products = Object.entries(native?.addon.counters() ?? {}).filter(
      ([name, count]) => count > 0 && name.includes('/matmul'),
    );
    expect(products.every(([name]) => name.endsWith('/matmul.blocks'))).toBe(true);
    const plain = createLanguageModel(behind, config);
    const [exact] = plain.step([{ sequence: plain.open(), ids: ids.slice(0, 6) }]);
    // Where the processor multiplies bf16, what comes out of norms is rounded to it.
    expectClose(logits[0], exact.logits[0], 0.02 * Math.max(...exact.logits[0].map(Math.abs)));
    const bytes = leaves<Tensor>(behind).reduce(
      (sum, [path, { shape, size }]) => sum + size * bytesPerElement[keptType(weights, shape, path)],
      0,
    );
    expect(weightBytes(config, weights)).toBe(bytes);
  }
});

test.each(['q8_0', 'q4_0'] as const)(
  'activations of 8 bits beside %s change little, and are rounded in each product',
  (weights) => {
    const { config, params } = make();
    native?.addon.resetCounters();
    const step = (activations: 'float' | 'int8', among = 1) => {
      const model = createLanguageModel(params, config, { weights, activations });
      const texts = Array.from({ length: among }, () => ({ sequence: model.open(), ids: ids.slice(0, 6) }));
      return model.step(texts)[0].logits[0];
    };
    const rounded = step('int8');
    const products = Object.entries(native?.addon.counters() ?? {}).filter(
      ([name, count]) => count > 0 && name.includes('/matmul'),
    );
    expect(products.every(([name]) => name.endsWith('/matmul.int8'))).toBe(true);
    const exact = step('float');
    expectClose(rounded, exact, 0.05 * Math.max(...exact.map(Math.abs)));
    expect([...rounded]).not.toEqual([...exact]);
    // What else is read changes no bit of a product.
    expect([...step('int8', 5)]).toEqual([...rounded]);
  },
);

test('rows that are no multiple of 32 stay as they are', () => {
  const config = preset('nano', { width: 40, heads: 4, ffnSize: 64 });
  expect(config.width).toBe(40);
  expect(keptType('q4_0', [64, 40], 'blocks.0.ffn.up.weight')).toBe('f32');
  expect(keptType('q4_0', [40, 64], 'blocks.0.ffn.down.weight')).toBe('q4_0');
  expect(keptType('bf16', [64, 40], 'blocks.0.ffn.up.weight')).toBe('bf16');
  const params = init(config, createRng(4));
  const model = createLanguageModel(params, config, { weights: 'q8_0' });
  const [{ logits }] = model.step([{ sequence: model.open(), ids }]);
  expect(logits[0].every(Number.isFinite)).toBe(true);
});

test('a past kept as bf16 takes half the bytes', () => {
  const { params, config } = make();
  const bytes = (['f32', 'bf16'] as const).map((past) => {
    const model = createLanguageModel(params, config, { past });
    const sequence = model.open();
    model.step([{ sequence, ids }]);
    return sequence.cacheBytes;
  });
  expect(bytes[0]).toBe(2 * bytes[1]);
});

test('grouped heads shrink the cache by their factor', () => {
  const bytes = (kvHeads: number): number => {
    const { model } = make({ heads: 4, kvHeads });
    const sequence = model.open();
    model.step([{ sequence, ids }]);
    return sequence.cacheBytes;
  };
  expect([bytes(4) / bytes(2), bytes(4) / bytes(1)]).toEqual([2, 4]);
});

describe('memory', () => {
  const { params, config } = make();
  const open = (memoryTokens: number) => createLanguageModel(params, config, { memoryTokens });

  test('what forks share counts once; all of it comes back', () => {
    const model = open(64);
    const first = model.open();
    model.step([{ sequence: first, ids: ids.concat(ids) }]);
    const forks = [first.fork(), first.fork()];
    expect(model.memory).toMatchObject({ totalTokens: 64, usedTokens: 32, freeTokens: 32 });
    expect(model.memory.tokensFor(forks.map((sequence) => ({ sequence, ids: [1] })))).toBe(32);
    model.step(forks.map((sequence) => ({ sequence, ids: [1] })));
    expect(model.memory.freeTokens).toBe(0);
    for (const sequence of [first, ...forks]) sequence.close();
    expect(model.memory.freeTokens).toBe(64);
  });

  test('a step that wants more than there is reads nothing', () => {
    const model = open(32);
    const [a, b] = [model.open(), model.open()];
    model.step([{ sequence: a, ids }]);
    const both = [
      { sequence: a, ids: [1] },
      { sequence: b, ids: ids.concat(ids) },
    ];
    expect(() => model.step(both)).toThrow(expect.objectContaining({ code: 'model/memory' }));
    expect([a.length, b.length, model.memory.freeTokens]).toEqual([ids.length, 0, 16]);
    const fresh = make().model;
    expectClose(
      model.step([{ sequence: a, ids: [1] }])[0].logits[0],
      fresh.step([{ sequence: fresh.open(), ids: [...ids, 1] }])[0].logits[0],
    );
  });

  test.each([0, 15, 16.5, Number.NaN])('%d tokens of memory', (memoryTokens) => {
    expect(() => open(memoryTokens)).toThrow(expect.objectContaining({ code: 'model/memory-tokens' }));
  });
});

test('decoding allocates nothing new once the cache stands', () => {
  const { model } = make();
  const sequence = model.open();
  model.step([{ sequence, ids: ids.concat(ids) }]);
  sequence.rewind(20);
  const read = (id: number) => {
    model.step([{ sequence, ids: [id] }]);
    sequence.rewind(20);
  };
  read(1);
  const { allocations, liveBytes } = memoryStats();
  for (let id = 0; id < 64; id++) read(id);
  expect(memoryStats()).toMatchObject({ allocations, liveBytes });
});

test('a step that fails half-way has read nothing', () => {
  const { model } = make();
  const sequence = model.open();
  model.step([{ sequence, ids: [1, 2] }]);
  let calls = 0;
  const failing = wrapKernels(backend().kernels, (name, call) => {
    if (name === 'attentionPaged' && ++calls === 2) throw new Error('no memory');
    return call();
  });
  expect(() => withKernels(failing, () => model.step([{ sequence, ids: [3] }]))).toThrow('no memory');
  expect(sequence.length).toBe(2);
  const again = model.step([{ sequence, ids: [4] }])[0].logits[0];
  expectClose(again, model.step([{ sequence: model.open(), ids: [1, 2, 4] }])[0].logits[0]);
});

describe('errors say what must hold and what came', () => {
  const { model } = make();

  test.each([-1, 64, 1.5, '7' as unknown as number])('the id %s', (id) => {
    const step = () => model.step([{ sequence: model.open(), ids: [3, id] }]);
    expect(step).toThrow(`whole numbers from 0 to 63, got ${id}`);
  });

  test('one token more than the context holds', () => {
    const sequence = model.open();
    model.step([{ sequence, ids: [1, 2] }]);
    const step = () => model.step([{ sequence, ids: new Int32Array(31) }]);
    expect(step).toThrow(/33 tokens does not fit its context of 32/);
  });

  test('a sequence of another model', () => {
    const foreign = make().model.open();
    const code = 'model/foreign-sequence';
    expect(() => model.step([{ sequence: foreign, ids: [1] }])).toThrow(expect.objectContaining({ code }));
  });
});

for (const [name, changes] of Object.entries(variants)) {
  const { params, config } = make(changes);
  const create = () => createLanguageModel(params, config);
  languageModelContract(`${name}, f32`, {
    create,
    hidden: true,
    attention: true,
    layers: true,
    embed: true,
    walks: 4,
  });
}
const { params, config } = make();
languageModelContract('a past in bf16', {
  create: () => createLanguageModel(params, config, { past: 'bf16' }),
  tolerance: 0.02,
  hidden: true,
  attention: true,
  walks: 1,
});
languageModelContract('weights in blocks of 4 bits', {
  create: () => createLanguageModel(params, config, { weights: 'q4_0' }),
  tolerance: 0.02,
  hidden: true,
  layers: true,
  embed: true,
  walks: 1,
});
languageModelContract('bf16 weights', {
  create: () => createLanguageModel(params, config, { weights: 'bf16' }),
  tolerance: 0.02, // sums in another order may round to the next bf16
  hidden: true,
  layers: true,
  embed: true,
  walks: 1,
});
