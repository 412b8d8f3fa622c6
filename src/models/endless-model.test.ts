import { describe, expect, test } from 'vitest';
import { languageModelContract } from '../../test/contracts/language-model.ts';
import type { RotaryConfig } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import { type Tensor, tensor, withRecording } from '../tensor/index.ts';
import type { LanguageModel } from '../types.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, finish, forward, init, logitsOf, runBlocks } from './decoder.ts';
import { createEndlessModel } from './endless-model.ts';
import { createLanguageModel } from './language-model.ts';
import { preset } from './presets.ts';
import type { SinkWindow } from './sink-past.ts';

type Changes = Parameters<typeof preset>[1];

const llama = {
  heads: 4,
  kvHeads: 2,
  activation: 'swiglu',
  norm: 'rmsNorm',
  positions: 'rotary',
} as const satisfies Changes;
const rng = createRng(3);
const ids = Array.from({ length: 40 }, () => rng.integer(64));

function make(changes: Changes) {
  const config = preset('nano', changes);
  const params = init(config, createRng(4), { std: 0.15 });
  return { config, params, endless: (shape: SinkWindow) => createEndlessModel(params, config, shape) };
}

/** Logits of all ids, read in these pieces. */
function read(model: LanguageModel, pieces: readonly number[]): Float32Array[] {
  const sequence = model.open();
  let from = 0;
  return pieces.flatMap((count) => {
    const part = ids.slice(from, (from += count));
    return model.step([{ sequence, ids: part }], { logits: 'all' })[0].logits;
  });
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>, where: string): void {
  expect(got.length).toBe(expected.length);
  const worst = Math.max(...Array.from(got, (value, i) => Math.abs(value - expected[i])));
  expect(worst, where).toBeLessThan(1e-4);
}

/** The tokens that token t sees. */
const inSight = (t: number, { sinks, window }: SinkWindow): number[] =>
  Array.from({ length: t + 1 }, (_, j) => j).filter((j) => j < sinks || j > t - window);

/** Logits of all ids as the paper defines them: in one pass, each query over keys that turn to their places among those it sees. */
function byDefinition(params: DecoderParams, config: DecoderConfig, shape: SinkWindow): Float32Array {
  const { heads, kvHeads, headSize } = config;
  const { base = 10_000 } = config.positions as RotaryConfig;
  const half = headSize / 2;
  const turned = (x: Tensor, token: number, head: number, place: number): number[] => {
    const at = (token * x.shape[1] + head) * headSize;
    return Array.from({ length: headSize }, (_, f) => {
      const angle = place * base ** ((-2 * (f % half)) / headSize);
      const other = x.data[at + ((f + half) % headSize)];
      return x.data[at + f] * Math.cos(angle) + (f < half ? -other : other) * Math.sin(angle);
    });
  };
  const attend = (q: Tensor, k: Tensor, v: Tensor): Tensor => {
    const mixed = new Float32Array(q.size);
    for (let t = 0; t < ids.length; t++) {
      const seen = inSight(t, shape);
      for (let head = 0; head < heads; head++) {
        const kvHead = Math.floor((head * kvHeads) / heads);
        const query = turned(q, t, head, seen.length - 1);
        const weights = seen.map((j, place) => {
          const key = turned(k, j, kvHead, place);
          return Math.exp(query.reduce((sum, value, f) => sum + value * key[f], 0) / Math.sqrt(headSize));
        });
        const total = weights.reduce((a, b) => a + b);
        for (let f = 0; f < headSize; f++) {
          const value = (j: number) => v.data[(j * kvHeads + kvHead) * headSize + f];
          mixed[(t * heads + head) * headSize + f] = seen.reduce(
            (sum, j, place) => sum + (weights[place] / total) * value(j),
            0,
          );
        }
      }
    }
    return tensor(mixed, { shape: q.shape });
  };
  const still: DecoderConfig = { ...config, positions: { kind: 'none' } };
  const tokens = tensor(ids, { dtype: 'i32' });
  return withRecording(false, () => {
    const x = runBlocks(params, still, { ids: tokens, positions: tokens }, () => attend);
    return logitsOf(params, config, finish(params, config, x)).data as Float32Array;
  });
}

describe('a text longer than the window', () => {
  const { config, params, endless } = make(llama);

  test.each([
    { sinks: 0, window: 8 },
    { sinks: 1, window: 7 },
    { sinks: 4, window: 6 },
  ])('is read as the paper defines it: $sinks + $window', (shape) => {
    const expected = byDefinition(params, config, shape);
    for (const pieces of [[40], Array(40).fill(1), [3, 2, 9, 1, 25]]) {
      read(endless(shape), pieces).forEach((row, t) => {
        expectClose(row, expected.subarray(t * 64, (t + 1) * 64), `token ${t} in pieces of ${pieces[0]}`);
      });
    }
  });

  const shapes: { readonly [name: string]: Changes } = {
    rotary: llama,
    alibi: { ...llama, positions: 'alibi' },
    t5: { ...llama, positions: { kind: 't5', buckets: 8, maxDistance: 12 } },
    'local layers': { ...llama, window: 3, globalEvery: 2, localRotaryBase: 10, attentionSoftcap: 2 },
  };
  test.each(Object.entries(shapes))(
    'with one layer, equals the model run again on the tokens that are left, at their places in the cache: %s',
    (_, changes) => {
      const one = make({ ...changes, layers: 1 });
      const shape = { sinks: 2, window: 5 };
      read(one.endless(shape), Array(40).fill(1)).forEach((row, t) => {
        const left = inSight(t, shape).map((j) => ids[j]);
        const again = forward(one.params, one.config, tensor([left], { dtype: 'i32' })).data;
        expectClose(row, again.slice(-64) as Float32Array, `token ${t}`);
      });
    },
  );

  test('takes the same memory at any length, half of it in bf16', () => {
    const model = endless({ sinks: 4, window: 12 });
    const sequence = model.open();
    const before = sequence.cacheBytes;
    expect(before).toBe(2 * 2 * 16 * 2 * 8 * 4);
    model.step([{ sequence, ids }]);
    expect(sequence.cacheBytes).toBe(before);
    const half = createEndlessModel(params, config, { sinks: 4, window: 12, weights: 'bf16' }).open();
    expect(half.cacheBytes).toBe(before / 2);
  });

  test('may be gone back in as far as the window still reaches', () => {
    const one = make({ ...llama, layers: 1 });
    const model = one.endless({ sinks: 2, window: 6 });
    const sequence = model.open();
    model.step([{ sequence, ids: ids.slice(0, 20) }]);
    expect(() => sequence.rewind(13)).toThrow(/slid out of the window, which begins at 14/);
    sequence.rewind(17);
    const [{ logits }] = model.step([{ sequence, ids: [ids[17]] }]);
    const left = [0, 1, 14, 15, 16, 17].map((j) => ids[j]);
    const again = forward(one.params, one.config, tensor([left], { dtype: 'i32' })).data;
    expectClose(logits[0], again.slice(-64) as Float32Array, 'after the rewind');
  });
});

test('what cannot slide is refused with both numbers', () => {
  const { endless } = make(llama);
  expect(() => endless({ sinks: 4, window: 29 })).toThrow(/context of 32, got 4 and 29/);
  expect(() => endless({ sinks: -1, window: 8 })).toThrow(/got -1 and 8/);
  expect(() => make({}).endless({ sinks: 4, window: 8 })).toThrow(/got learned/);
  expect(() => make({ ...llama, attentionBlock: 8 }).endless({ sinks: 4, window: 8 })).toThrow(/got block/);
  expect(() => make(llama).endless({ sinks: 4, window: 8 }).open('other')).toThrow(/no adapter "other"/);
});

test('before anything slides out it is the model itself, in bf16 too', () => {
  const { config, params } = make(llama);
  for (const weights of ['f32', 'bf16'] as const) {
    const plain = createLanguageModel(params, config, { weights });
    const endless = createEndlessModel(params, config, { sinks: 4, window: 28, weights });
    const [a, b] = [plain, endless].map((model) =>
      model.step([{ sequence: model.open(), ids: ids.slice(0, 32) }], { hidden: true }),
    );
    const worst = Math.max(...a[0].logits[0].map((value, i) => Math.abs(value - b[0].logits[0][i])));
    expect(worst).toBeLessThan(weights === 'bf16' ? 0.05 : 1e-4);
    expect(b[0].hidden?.[0]).toHaveLength(32);
  }
});

languageModelContract('an endless model', {
  create: () => make(llama).endless({ sinks: 4, window: 28 }),
  endless: true,
  hidden: true,
  walks: 5,
});
