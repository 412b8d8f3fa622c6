import { describe, expect, test } from 'vitest';
import type { FfnParams } from '../nn/index.ts';
import { createRng } from '../rng.ts';
import {
  affine,
  backend,
  memoryStats,
  scope,
  type Tensor,
  tensor,
  valueAndGrad,
  withKernels,
} from '../tensor/index.ts';
import { leafValues, leaves } from '../tree.ts';
import { type DecoderBatch, type DecoderParams, forward, hidden, init, loss } from './decoder.ts';
import { preset } from './presets.ts';

const llamaClass = {
  kvHeads: 1,
  activation: 'swiglu',
  norm: 'rmsNorm',
  positions: 'rotary',
  tiedHead: false,
  qkNorm: true,
} as const;
const nano = preset('nano');
/** Small enough to be quick on the TypeScript kernels, too. */
const tiny = { width: 16, vocabSize: 32 };

/** 64 tokens that no rule predicts. */
function puzzle(vocabSize = nano.vocabSize): DecoderBatch {
  const rng = createRng(11);
  const text = Array.from({ length: 66 }, () => rng.integer(vocabSize));
  const rows = (shift: number) =>
    tensor([text.slice(shift, 32 + shift), text.slice(33 + shift, 65 + shift)], { dtype: 'i32' });
  return { ids: rows(0), targets: rows(1) };
}

/** Adam (Kingma & Ba 2015), as plain as can be. */
function adam(params: DecoderParams, lr: number) {
  const slots = leafValues<Tensor>(params).map(({ size }) => ({
    m: new Float64Array(size),
    v: new Float64Array(size),
  }));
  let step = 0;
  return (gradients: DecoderParams): void => {
    step++;
    const found = new Map(leaves<Tensor>(gradients));
    leaves<Tensor>(params).forEach(([path, { data }], k) => {
      const g = found.get(path)!.data;
      const { m, v } = slots[k];
      for (let i = 0; i < data.length; i++) {
        m[i] += 0.1 * (g[i] - m[i]);
        v[i] += 0.01 * (g[i] * g[i] - v[i]);
        data[i] -= (lr * m[i]) / (1 - 0.9 ** step) / (Math.sqrt(v[i] / (1 - 0.99 ** step)) + 1e-8);
      }
    });
  };
}

describe.each([
  ['GPT-2 class', {}],
  ['LLaMA class', llamaClass],
] as const)('%s', (_, changes) => {
  test('two layers learn 64 tokens by heart, and memory stays flat', () => {
    const config = preset('nano', { ...tiny, ...changes });
    const params = init(config, createRng(2));
    const batch = puzzle(tiny.vocabSize);
    const update = adam(params, 0.02);
    let last = Number.POSITIVE_INFINITY;
    let settled = 0;
    for (let step = 0; step < 60; step++) {
      last = scope(() => {
        const { value, gradients } = valueAndGrad((p: DecoderParams) => loss(p, config, batch), params);
        update(gradients);
        return value.item();
      });
      if (step === 2) settled = memoryStats().allocations;
    }
    expect(last).toBeLessThan(0.05);
    expect(memoryStats().allocations).toBe(settled);
  });
});

test.each([
  { positions: 'sinusoidal', bias: true, activation: 'relu' },
  { positions: 'alibi', window: 24, logitSoftcap: 20, embeddingScale: 4, activation: 'silu' },
  { positions: 'none', norm: 'rmsNorm', qkNorm: true, headSize: 8, tiedHead: false },
  {
    positions: { kind: 'rotary', fraction: 0.5, interleaved: true },
    heads: 4,
    kvHeads: 2,
    activation: 'geluTanh',
  },
  { positions: { kind: 't5', buckets: 4, maxDistance: 8 }, block: 'parallel' },
  {
    positions: 'rotary',
    norm: 'rmsNorm',
    block: 'sandwich',
    activation: 'geglu',
    attentionSoftcap: 3,
    window: 6,
    globalEvery: 2,
    localRotaryBase: 100,
  },
  { block: 'parallelTwoNorms', norm: { bias: true } },
  { block: 'postNorm', bias: true },
  { block: 'sandwich', experts: 4, expertsPerToken: 3 },
] as const)('every parameter learns: %j', (changes) => {
  const config = preset('nano', { ...tiny, ...changes });
  const params = init(config, createRng(6), { std: 0.2 });
  const { gradients } = valueAndGrad((p: DecoderParams) => loss(p, config, puzzle(tiny.vocabSize)), params);
  const found = new Map(leaves<Tensor>(gradients));
  const idle = leaves<Tensor>(params).filter(
    ([path]) => !found.get(path)?.data.some((g) => Math.abs(g) > 1e-8),
  );
  // A key's bias shifts all scores of a query alike: without positions in between, its true gradient is zero.
  expect(idle.map(([path]) => path).filter((path) => !path.endsWith('key.bias'))).toEqual([]);
});

describe('initial weights', () => {
  test('equal seeds give equal models, other seeds others', () => {
    const first = (seed: number) => [
      ...(init(nano, createRng(seed)).blocks[1].ffn as FfnParams).down.weight.data,
    ];
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });

  test('the first loss is that of a guess: the logarithm of the vocabulary', () => {
    for (const std of [0.02, 'fanIn'] as const) {
      const value = loss(init(nano, createRng(1), { std }), nano, puzzle()).item();
      expect(Math.abs(value - Math.log(nano.vocabSize))).toBeLessThan(0.1);
    }
  });

  test('paths are names a checkpoint can keep', () => {
    const names = leaves(init(preset('nano', llamaClass), createRng(1))).map(([path]) => path);
    expect(names).toContain('blocks.1.attention.query.weight');
    expect(names).toContain('blocks.0.ffn.gate.weight');
    expect(names).toContain('head.weight');
    expect(leaves(init(nano, createRng(1))).map(([path]) => path)).not.toContain('head.weight');
  });
});

describe('forward', () => {
  const params = init(nano, createRng(3), { std: 0.2 });
  const { ids } = puzzle();

  test('what follows cannot change what was', () => {
    const changed = tensor(ids.data, { shape: [2, 32], dtype: 'i32' });
    changed.data[20] = (changed.data[20] + 1) % 64;
    const a = forward(params, nano, ids).data;
    const b = forward(params, nano, changed).data;
    expect([...a.subarray(0, 20 * 64)]).toEqual([...b.subarray(0, 20 * 64)]);
    expect([...a.subarray(20 * 64, 21 * 64)]).not.toEqual([...b.subarray(20 * 64, 21 * 64)]);
  });

  test('padding on the right changes nothing before it', () => {
    const a = forward(params, nano, ids).data;
    const b = forward(params, nano, ids, { keyEnd: [10, 32] }).data;
    expect([...a.subarray(0, 10 * 64)]).toEqual([...b.subarray(0, 10 * 64)]);
  });

  test.each(['learned', 'sinusoidal', 'rotary', 't5'] as const)(
    'padding on the left changes nothing: %s',
    (positions) => {
      const config = preset('nano', { positions });
      const weights = init(config, createRng(3), { std: 0.2 });
      const text = [...ids.data.subarray(0, 9)];
      const plain = forward(weights, config, tensor([text], { dtype: 'i32' })).data;
      const padded = tensor([[7, 7, 7, ...text]], { dtype: 'i32' });
      const rest = forward(weights, config, padded, { keyStart: [3] }).data.subarray(3 * 64);
      for (let i = 0; i < rest.length; i++) expect(rest[i]).toBeCloseTo(plain[i], 4);
    },
  );

  test('every place drops features of its own', () => {
    const streams: number[] = [];
    const { kernels } = backend();
    const watched: typeof kernels = {
      ...kernels,
      dropout(x, out, p, args) {
        streams.push(args.streamLow);
        kernels.dropout(x, out, p, args);
      },
    };
    withKernels(watched, () => hidden(params, { ...nano, dropout: 0.5 }, ids, { dropoutSeed: 1 }));
    expect(new Set(streams).size).toBe(1 + 2 * nano.layers);
  });

  test('dropout acts only with a seed, and by that seed alone', () => {
    const config = { ...nano, dropout: 0.5 };
    const run = (dropoutSeed?: number) => [...hidden(params, config, ids, { dropoutSeed }).data];
    expect(run()).toEqual([...hidden(params, nano, ids).data]);
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    expect(run(1)).not.toEqual(run());
  });

  test.each([
    {},
    { positions: 't5' },
    { block: 'sandwich' },
    { block: 'parallel' },
    { block: 'postNorm' },
  ] as const)('recomputing blocks gives the same gradient, dropout included: %j', (changes) => {
    const config = preset('nano', { ...changes, dropout: 0.3 });
    const params = init(config, createRng(3), { std: 0.2 });
    const run = (recompute: boolean) => {
      const batch = { ...puzzle(), dropoutSeed: 5, recompute };
      const { gradients } = valueAndGrad((p: DecoderParams) => loss(p, config, batch), params);
      return leafValues<Tensor>(gradients).flatMap(({ data }) => [...data]);
    };
    const [plain, again] = [run(false), run(true)];
    for (let i = 0; i < plain.length; i += 37) expect(again[i]).toBeCloseTo(plain[i], 6);
  });

  test('ids of a wrong shape, or too many of them, are refused with both numbers', () => {
    const row = (length: number) => tensor(new Int32Array(length), { dtype: 'i32' });
    expect(() => hidden(params, nano, row(4))).toThrow(
      expect.objectContaining({ code: 'model/tokens-shape' }),
    );
    const long = tensor(new Int32Array(33), { shape: [1, 33], dtype: 'i32' });
    expect(() => hidden(params, nano, long)).toThrow(/33 tokens does not fit its context of 32/);
  });
});

describe('what training may change in a pass', () => {
  const config = preset('nano', tiny);
  const params = init(config, createRng(5));
  const { ids } = puzzle(tiny.vocabSize);
  const read = (tokens: Tensor, options = {}) => hidden(params, config, tokens, options).data.slice();
  const changed = (() => {
    const other = Int32Array.from(ids.data);
    other[3] = (other[3] + 1) % tiny.vocabSize;
    return tensor(other, { shape: ids.shape, dtype: 'i32' });
  })();

  test('a key hidden in every layer tells the other places nothing', () => {
    const hides = new Float32Array(ids.size);
    hides[3] = 1;
    const mask = tensor(hides, { shape: ids.shape });
    const other = (x: ArrayLike<number>) => Array.from(x).filter((_, i) => Math.floor(i / tiny.width) !== 3);
    const options = { hiddenKeys: () => mask };
    expect(other(read(changed, options))).toEqual(other(read(ids, options)));
    expect(other(read(changed))).not.toEqual(other(read(ids)));
    // Hidden in one layer only, the others still tell of it.
    const first = { hiddenKeys: (layer: number) => (layer === 0 ? mask : undefined) };
    expect(other(read(changed, first))).not.toEqual(other(read(ids, first)));
  });

  test('a key is hidden in attention by plain ops as well', () => {
    const plain = preset('nano', { ...tiny, positions: 't5' });
    const weights = init(plain, createRng(5));
    const hides = new Float32Array(ids.size);
    hides[3] = 1;
    const mask = tensor(hides, { shape: ids.shape });
    const others = (tokens: Tensor, options = {}) =>
      hidden(weights, plain, tokens, options).data.filter((_, i) => Math.floor(i / tiny.width) !== 3);
    const options = { hiddenKeys: () => mask };
    expect(others(changed, options)).toEqual(others(ids, options));
    expect(others(changed)).not.toEqual(others(ids));
  });

  test('a mask that hides nothing changes nothing', () => {
    const nothing = tensor(new Float32Array(ids.size), { shape: ids.shape });
    const masked = read(ids, { hiddenKeys: () => nothing });
    read(ids).forEach((x, i) => expect(masked[i]).toBeCloseTo(x, 4));
  });

  test('embedded tokens can be changed on their way in', () => {
    expect(read(ids, { embed: (x: Tensor) => x })).toEqual(read(ids));
    const shapes: (readonly number[])[] = [];
    const embed = (x: Tensor): Tensor => {
      shapes.push(x.shape);
      return affine(x, 2, 0);
    };
    const doubled = read(ids, { embed });
    expect(shapes).toEqual([[...ids.shape, tiny.width]]);
    expect(doubled).not.toEqual(read(ids));
  });
});
