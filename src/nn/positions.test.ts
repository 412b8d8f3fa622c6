import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { attention, mul, rotary, rotaryTables, sum, tensor, valueAndGrad } from '../tensor/index.ts';
import { type PositionConfig, positionKinds, positions, sinusoids } from './positions.ts';
import { type BucketOptions, bucketOf } from './relative-buckets.ts';

/** Numbers of Hugging Face's functions: test/golden/model-positions.py. */
const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/model-positions.json', import.meta.url), 'utf8'),
) as {
  sinusoidal: { count: number; width: number; table: number[] };
  places: number[];
  shape: number[];
  rotary: { config: PositionConfig; out: number[] }[];
  alibi: { heads: number; slopes: number[]; out: number[] }[];
  t5: {
    config: { kind: 't5' } & BucketOptions;
    offsets: [number, number];
    buckets: number[];
    bias: number[];
    gradient: number[];
  }[];
};

const sizes = { contextLength: 12, width: 16, heads: 2, headSize: 8 };

function wave(shape: number[], shift = 0) {
  const size = shape.reduce((a, b) => a * b);
  const values = Array.from({ length: size }, (_, i) => Math.sin(0.7 * i * i + 0.3 * i));
  return tensor(
    Array.from({ length: size }, (_, i) => values[(i - shift + size) % size]),
    { shape },
  );
}

function expectClose(got: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(got.length).toBe(expected.length);
  for (let i = 0; i < got.length; i++) expect(got[i]).toBeCloseTo(expected[i], 5);
}

test('sinusoidal vectors are those of the Transformer', () => {
  const { count, width, table } = golden.sinusoidal;
  expectClose(sinusoids(count, width).data, table);
  const { embed } = positions({ kind: 'sinusoidal' }, { ...sizes, width });
  const places = tensor([[3, 0], [11, 3]], { dtype: 'i32' }); // biome-ignore format: a batch
  const rows = embed!(places, undefined);
  expect(rows.shape).toEqual([2, 2, width]);
  expectClose(rows.data.subarray(0, width), table.slice(3 * width, 4 * width));
});

test.each(golden.rotary)('rotary positions turn as in the reference: $config', ({ config, out }) => {
  const { rotate } = positions(config, sizes);
  const places = tensor(golden.places, { dtype: 'i32' });
  expectClose(rotate!(places)(wave(golden.shape)).data, out);
});

test('rotary tables grow with the places that come, up to the context', () => {
  const contextLength = 3000;
  const { rotate } = positions({ kind: 'rotary', base: 1e6 }, { ...sizes, contextLength });
  const tables = rotaryTables(contextLength, 8, { base: 1e6 });
  for (const places of [
    [0, 511],
    [512, 3],
    [2999, 511],
  ]) {
    const at = tensor(places, { dtype: 'i32' });
    const x = wave([2, 2, 8]);
    expect(rotate!(at)(x).data).toEqual(rotary(x, { ...tables, positions: at }).data);
  }
  const beyond = tensor([3000, 0], { dtype: 'i32' });
  expect(() => rotate!(beyond)(wave([2, 2, 8]))).toThrow(/3000/);
});

test.each(golden.alibi)('ALiBi penalises distance as in BLOOM, $heads heads', ({ heads, slopes, out }) => {
  const scheme = positions({ kind: 'alibi' }, { ...sizes, heads });
  expectClose(scheme.alibiSlopes!, slopes);
  const [q, k, v] = [0, 1, 2].map((shift) => wave([1, 5, heads, 4], shift));
  expectClose(attention(q, k, v, { causal: true, alibiSlopes: scheme.alibiSlopes }).data, out);
});

describe.each(golden.t5)('T5 positions: $config', ({ config, offsets, buckets, bias, gradient }) => {
  test('each distance is in the bucket of the reference', () => {
    const [first, last] = offsets;
    const found = Array.from({ length: last - first + 1 }, (_, i) => bucketOf(first + i, config));
    expect(found).toEqual(buckets);
  });

  test('the bias of the last queries and the gradient of its table are those of the reference', () => {
    const scheme = positions(config, sizes);
    const table = { weight: wave([config.buckets, sizes.heads]) };
    expectClose(scheme.bias!(table, 3, 7).data, bias);
    const weigh = wave([sizes.heads, 3, 7]);
    const { gradients } = valueAndGrad((at: typeof table) => sum(mul(scheme.bias!(at, 3, 7), weigh)), table);
    expectClose(gradients.weight.data, gradient);
  });
});

test('learned and T5 positions have a table of their own, the others none', () => {
  const shapes = positionKinds.map((kind) => [kind, positions({ kind } as PositionConfig, sizes).tableShape]);
  expect(shapes.filter(([, shape]) => shape)).toEqual([
    ['learned', [12, 16]],
    ['t5', [32, 2]],
  ]);
});

describe('settings that cannot work are refused', () => {
  test.each<[PositionConfig, string]>([
    [{ kind: 'rotary', fraction: 0 }, 'positions/fraction'],
    [{ kind: 'rotary', fraction: 1.5 }, 'positions/fraction'],
    [{ kind: 'rotary', fraction: 0.375 }, 'positions/rotary-size'],
    [{ kind: 'rotary', base: 1 }, 'positions/base'],
    [{ kind: 't5', buckets: 5 }, 'positions/buckets'],
    [{ kind: 't5', buckets: 2, bidirectional: true }, 'positions/buckets'],
    [{ kind: 't5', buckets: 32, maxDistance: 16 }, 'positions/max-distance'],
  ])('%j', (config, code) => {
    expect(() => positions(config, sizes)).toThrow(expect.objectContaining({ code }));
  });

  test('an odd width for sinusoids', () => {
    const make = () => positions({ kind: 'sinusoidal' }, { ...sizes, width: 7 });
    expect(make).toThrow(expect.objectContaining({ code: 'positions/odd-width' }));
  });
});
