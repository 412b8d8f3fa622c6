import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { memoryStats, tensor } from '../tensor/index.ts';
import { forward, hidden, init } from './decoder.ts';
import { createLanguageModel } from './language-model.ts';
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

  test('rewinding and forking go on from the same past', () => {
    const sequence = model.open();
    model.step([{ sequence, ids: ids.slice(0, 9) }]);
    sequence.rewind(4);
    const fork = sequence.fork();
    const other = model.step([{ sequence: fork, ids: [50, 51] }], { logits: 'all' });
    const [{ logits }] = model.step([{ sequence, ids: ids.slice(4, 10) }]);
    expectClose(logits[0], row(9));
    const direct = model.open();
    const fresh = model.step([{ sequence: direct, ids: [...ids.slice(0, 4), 50, 51] }]);
    expectClose(other[0].logits[1], fresh[0].logits[0]);
    expect([fork.length, sequence.length]).toEqual([6, 10]);
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

  test('weights kept as bf16 give nearly the same', () => {
    const small = createLanguageModel(params, config, { weights: 'bf16' });
    const [{ logits }] = small.step([{ sequence: small.open(), ids }]);
    const [exact] = model.step([{ sequence: model.open(), ids }]);
    const size = Math.max(...exact.logits[0].map(Math.abs));
    expectClose(logits[0], exact.logits[0], 0.03 * size);
    expect([...logits[0]]).not.toEqual([...exact.logits[0]]);
  });
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

describe('misuse is an error, and nothing has been read', () => {
  const { model } = make();
  const read = (given: ArrayLike<number>) => {
    const sequence = model.open();
    model.step([{ sequence, ids: [1, 2] }]);
    return { sequence, step: () => model.step([{ sequence, ids: given }]) };
  };

  test.each([[-1], [64], [1.5], [Number.NaN], ['7' as unknown as number]])('the id %s', (id) => {
    const { sequence, step } = read([3, id]);
    expect(step).toThrow(expect.objectContaining({ code: 'model/id' }));
    expect(sequence.length).toBe(2);
  });

  test('no ids', () => {
    expect(read([]).step).toThrow(expect.objectContaining({ code: 'model/no-ids' }));
  });

  test('one token more than the context holds; exactly full is fine', () => {
    const { sequence, step } = read(new Int32Array(31));
    expect(step).toThrow(/33 tokens does not fit its context of 32/);
    expect(sequence.length).toBe(2);
    model.step([{ sequence, ids: new Int32Array(30) }]);
    expect(sequence.length).toBe(32);
  });

  test('a bad request leaves its neighbours where they were', () => {
    const [good, bad] = [model.open(), model.open()];
    const batch = [{ sequence: good, ids: [1] }, { sequence: bad, ids: [99] }]; // biome-ignore format: a pair
    expect(() => model.step(batch)).toThrow(expect.objectContaining({ code: 'model/id' }));
    expect(good.length).toBe(0);
  });

  test('a closed sequence; closing twice is harmless', () => {
    const sequence = model.open();
    sequence.close();
    sequence.close();
    const uses = [
      () => model.step([{ sequence, ids: [1] }]),
      () => sequence.fork(),
      () => sequence.rewind(0),
      () => sequence.length,
    ];
    for (const use of uses) expect(use).toThrow(expect.objectContaining({ code: 'model/closed' }));
  });

  test('closing a fork leaves the other alive', () => {
    const { sequence } = read([1]);
    sequence.fork().close();
    expect(model.step([{ sequence, ids: [4] }])[0].logits[0].every(Number.isFinite)).toBe(true);
  });

  test('a sequence of another model, or the same one twice', () => {
    const foreign = make().model.open();
    const code = 'model/foreign-sequence';
    expect(() => model.step([{ sequence: foreign, ids: [1] }])).toThrow(expect.objectContaining({ code }));
    const sequence = model.open();
    const twice = [{ sequence, ids: [1] }, { sequence, ids: [2] }]; // biome-ignore format: a pair
    expect(() => model.step(twice)).toThrow(expect.objectContaining({ code: 'model/sequence-twice' }));
  });

  test.each([-1, 3, 0.5])('rewinding a sequence of two to %d', (to) => {
    const { sequence } = read([1]);
    expect(() => sequence.rewind(to)).toThrow(expect.objectContaining({ code: 'model/rewind' }));
  });
});
