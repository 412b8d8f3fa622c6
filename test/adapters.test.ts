/** Adapters and frozen parameters on whole models: what must not change does not, what is learned is learned by few numbers. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Adapter,
  type AdapterParams,
  fromPeft,
  ia3,
  loadAdapter,
  lora,
  mergeAdapter,
  paramsFingerprint,
  saveAdapter,
  selectParams,
  toPeft,
  withAdapter,
  withParams,
} from '../src/adapt/index.ts';
import { readSafetensors, type TensorData, writeSafetensors } from '../src/io/index.ts';
import {
  blocksKeptAs,
  type DecoderConfig,
  type DecoderParams,
  decoderConfig,
  type ForeignFormat,
  foreignLayers,
  forward,
  init,
  loss,
  preset,
  toForeign,
} from '../src/models/index.ts';
import { countParameters, type FfnParams } from '../src/nn/index.ts';
import { createRng } from '../src/rng.ts';
import {
  add,
  affine,
  cast,
  fromArray,
  matmul,
  memoryStats,
  mul,
  normal,
  resetPeak,
  scope,
  type Tensor,
  transpose,
  valueAndGrad,
} from '../src/tensor/index.ts';
import { adamw, trackParameters, trainStep, uniformGroup } from '../src/train/index.ts';
import { leaves, mapTree } from '../src/tree.ts';

const small = { vocabSize: 40, contextLength: 16, width: 32, layers: 2, heads: 4 } as const;
const models: { readonly [F in 'gpt2' | 'llama' | 'neox']: DecoderConfig } = {
  gpt2: decoderConfig({ ...small, activation: 'geluTanh', norm: { bias: true }, bias: true }),
  llama: decoderConfig({
    ...small,
    kvHeads: 2,
    activation: 'swiglu',
    norm: { kind: 'rmsNorm' },
    positions: 'rotary',
    tiedHead: false,
  }),
  neox: decoderConfig({
    ...small,
    block: 'parallelTwoNorms',
    activation: 'gelu',
    norm: { bias: true },
    positions: 'rotary',
    bias: true,
    tiedHead: false,
  }),
};
const names = Object.keys(models) as (keyof typeof models)[];
const ids = fromArray<'i32'>(
  Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 40),
  [2, 16],
  'i32',
);
const targets = fromArray<'i32'>(
  Int32Array.from({ length: 32 }, (_, i) => (i * 7 + 7) % 40),
  [2, 16],
  'i32',
);

const paramsOf = (config: DecoderConfig, seed = 1) => init(config, createRng(seed));
const numbers = (params: unknown) =>
  new Map(leaves<Tensor>(params).map(([path, { data }]) => [path, Array.from(data)]));
/** The same adapter with other numbers than those it begins with. */
const shaken = (adapter: Adapter): Adapter => ({
  ...adapter,
  params: mapTree<Tensor, Tensor>(adapter.params, ({ shape }, path) =>
    normal(shape, { seed: path.length, stream: shape[0] }),
  ) as AdapterParams,
});
const largest = (a: Tensor, b: Tensor): number =>
  (a.data as Float32Array).reduce((most, x, i) => Math.max(most, Math.abs(x - Number(b.data[i]))), 0);

const adapters: { readonly [name: string]: (params: DecoderParams) => Adapter } = {
  'LoRA of queries and values': (params) => lora(params, {}, createRng(2)),
  'LoRA of all layers': (params) => lora(params, { rank: 3, alpha: 5, targets: ['all'] }, createRng(2)),
  'IA³': (params) => ia3(params),
};

describe.each(names)('%s', (name) => {
  const config = models[name];
  const params = paramsOf(config);
  const layers = foreignLayers(name as ForeignFormat, config);

  describe.each(Object.entries(adapters))('%s', (_, make) => {
    const adapter = make(params);
    const plain = forward(params, config, ids);

    test('gives the very same logits while it is new, in the pass and merged', () => {
      expect(forward(withAdapter(params, adapter), config, ids).data).toEqual(plain.data);
      expect(forward(mergeAdapter(params, adapter), config, ids).data).toEqual(plain.data);
    });

    test('gives the same merged as unmerged, and through the names of PEFT', () => {
      const other = shaken(adapter);
      const unmerged = forward(withAdapter(params, other), config, ids);
      expect(largest(unmerged, plain)).toBeGreaterThan(0.1);
      expect(largest(forward(mergeAdapter(params, other), config, ids), unmerged)).toBeLessThan(2e-5);
      const again = fromPeft(toPeft(other, layers, 'base'), layers, 'again');
      expect(largest(forward(withAdapter(params, again), config, ids), unmerged)).toBeLessThan(2e-5);
    });

    test('is to the weights of the other library what its names say', () => {
      const other = shaken(adapter);
      const { tensors } = toPeft(other, layers, 'base');
      const weightOf = (model: DecoderParams) => toForeign(name, config, model);
      const [before, after] = [weightOf(params), weightOf(mergeAdapter(params, other))];
      const named = layers.filter(({ foreign }) =>
        [...tensors.keys()].some((key) => key.includes(`.${foreign}.`)),
      );
      expect(named.length).toBeGreaterThan(0);
      for (const { foreign, ours, transposed } of named) {
        const [w, changed] = [before, after].map((weights) => {
          const weight = weights.get(`${foreign}.weight`)!;
          return transposed ? transpose(weight) : weight;
        });
        const of = (part: string) => tensors.get(`base_model.model.${foreign}.${part}`)!;
        const expected =
          adapter.method === 'ia3'
            ? mul(w, of('ia3_l'))
            : add(w, affine(matmul(of('lora_B.weight'), of('lora_A.weight')), adapter.scaleOf(ours[0]), 0));
        expect([foreign, largest(changed, expected) < 1e-5]).toEqual([foreign, true]);
      }
    });

    test('learns without touching the model, and has gradients of its own numbers only', async () => {
      const before = numbers(params);
      const begin = numbers(adapter.params);
      const tracked = trackParameters(adapter.params, uniformGroup(adamw()));
      const lossOf = (p: AdapterParams) =>
        loss(withAdapter(params, { ...adapter, params: p }), config, { ids, targets });
      for (let step = 1; step <= 2; step++) {
        const fixed = { params: adapter.params, tracked, loss: lossOf, batches: [0], lr: 0.01 } as const;
        await trainStep({ ...fixed, step, precision: 'f32' });
      }
      expect(numbers(params)).toEqual(before);
      const changed = [...numbers(adapter.params)].filter(
        ([path, now]) => now.join() !== begin.get(path)!.join(),
      );
      expect(changed.map(([path]) => path)).toEqual([...begin.keys()]);
      expect(tracked.map(({ path }) => path)).toEqual([...begin.keys()]);
    });
  });
});

describe('what is trained', () => {
  const config = models.llama;
  const params = paramsOf(config);

  test.each([
    [{}, () => true],
    [{ headOnly: true }, (path: string) => path === 'head.weight'],
    [{ freezeLayers: 1 }, (path: string) => /^(blocks\.1|finalNorm|head)\./.test(path)],
    [{ freezeLayers: 2 }, (path: string) => /^(finalNorm|head)\./.test(path)],
  ])('%j: these parameters change, and no others', async (options, isTrained) => {
    const copy = mapTree<Tensor, Tensor>(params, ({ data, shape }) =>
      fromArray<'f32'>(Float32Array.from(data as Float32Array), shape, 'f32'),
    ) as DecoderParams;
    const { trained, frozen } = selectParams(copy, options);
    const all = leaves<Tensor>(copy).map(([path]) => path);
    expect([...Object.keys(trained), ...Object.keys(frozen)].sort()).toEqual([...all].sort());
    const tracked = trackParameters(trained, uniformGroup(adamw()));
    await trainStep({
      ...{ params: trained, tracked, batches: [0], step: 1, lr: 0.01, precision: 'f32' },
      loss: (flat) => loss(withParams(copy, flat), config, { ids, targets }),
    });
    const before = numbers(params);
    const changed = [...numbers(copy)].filter(([path, now]) => now.join() !== before.get(path)!.join());
    expect(changed.map(([path]) => path)).toEqual(all.filter(isTrained));
  });

  test('a model has no more blocks to freeze than it has', () => {
    expect(() => selectParams(params, { freezeLayers: 3 })).toThrow(
      'from 0 to 2, the layers of the model, got 3',
    );
  });

  test.each(['q8_0', 'q4_0'] as const)(
    'through weights in %s gradients are those through the same numbers in f32',
    (type) => {
      const batch = { ids, targets };
      const inBlocks = blocksKeptAs(type, params);
      const plain = {
        ...inBlocks,
        blocks: mapTree<Tensor, Tensor>(inBlocks.blocks, (tensor) => cast(tensor, 'f32')),
      };
      expect((inBlocks.blocks[0].ffn as FfnParams).up.weight.dtype).toBe(type);
      for (const targets of [['query', 'value'], ['ffn'], ['all']]) {
        const adapter = shaken(lora(params, { targets, rank: 2 }, createRng(2)));
        const lossIn = (model: typeof params) =>
          valueAndGrad(
            (p: AdapterParams) => loss(withAdapter(model, { ...adapter, params: p }), config, batch),
            adapter.params,
          );
        const [blocks, floats] = [lossIn(inBlocks), lossIn(plain as typeof params)];
        expect(blocks.value.item()).toBeCloseTo(floats.value.item(), 5);
        const expected = new Map(leaves<Tensor>(floats.gradients));
        for (const [path, gradient] of leaves<Tensor>(blocks.gradients))
          expect(largest(gradient, expected.get(path)!)).toBeLessThan(1e-5);
      }
    },
  );

  test('what is frozen has no gradients: a step of LoRA needs less memory than the gradient of one matrix', () => {
    const wide = decoderConfig({ ...small, width: 64, ffnSize: 4096, layers: 4 });
    const model = paramsOf(wide);
    const batch = {
      ids: fromArray<'i32'>(Int32Array.of(1, 2), [1, 2], 'i32'),
      targets: fromArray<'i32'>(Int32Array.of(2, 3), [1, 2], 'i32'),
    };
    const peakOf = (run: () => unknown): number => {
      const before = memoryStats().liveBytes;
      resetPeak();
      scope(() => {
        run();
      });
      return memoryStats().peakBytes - before;
    };
    const full = peakOf(() => valueAndGrad((p: DecoderParams) => loss(p, wide, batch), model));
    const adapter = lora(model, { targets: ['all'], rank: 1 }, createRng(1));
    const low = peakOf(() =>
      valueAndGrad(
        (p: AdapterParams) => loss(withAdapter(model, { ...adapter, params: p }), wide, batch),
        adapter.params,
      ),
    );
    const oneMatrix = 4 * 64 * 4096;
    expect(full).toBeGreaterThan(4 * countParameters(model));
    expect(low).toBeLessThan(oneMatrix);
  });
});

describe('an adapter of another base', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inkstone-adapters-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const config = models.gpt2;
  const baseOf = (name: string, seed: number, of = config) => ({
    ...{ name, fingerprint: paramsFingerprint(paramsOf(of, seed)) },
    layers: foreignLayers('gpt2', of),
    shape: of,
  });

  test('is refused by the name of its own', async () => {
    const poems = baseOf('runs/poems', 1);
    await saveAdapter(folder, shaken(lora(paramsOf(config, 1), {}, createRng(1))), poems);
    await loadAdapter(folder, poems);
    await expect(loadAdapter(folder, baseOf('runs/prose', 2))).rejects.toThrow(
      `${folder} was made for runs/poems, whose weights are not those of runs/prose; use it with runs/poems`,
    );
  });

  test('is refused where its numbers are no floats', async () => {
    const poems = baseOf('runs/poems', 1);
    await saveAdapter(folder, lora(paramsOf(config, 1), {}, createRng(1)), poems);
    const weights = join(folder, 'adapter_model.safetensors');
    const { tensors } = await readSafetensors(weights);
    const [[name, { shape, data }]] = tensors;
    const whole: TensorData = { dtype: 'i32', shape, data: Int32Array.from(data as Float32Array) };
    await writeSafetensors(weights, new Map([...tensors, [name, whole]]));
    await expect(loadAdapter(folder, poems)).rejects.toThrow(`${name} must be f32, bf16 or f16, got i32`);
  });

  test('that does not say whose it is, is refused where it does not fit', () => {
    const peft = toPeft(lora(paramsOf(config), {}, createRng(1)), foreignLayers('gpt2', config), 'base');
    const wide = decoderConfig({ ...config, width: 64, headSize: 16, ffnSize: 256 });
    expect(() => fromPeft(peft, foreignLayers('gpt2', wide), 'x')).toThrow(
      /lora_A.weight must be \[16,64\] for this model, got \[16,32\]/,
    );
    const deep = decoderConfig({ ...config, layers: 1 });
    expect(() => fromPeft(peft, foreignLayers('gpt2', deep), 'x')).toThrow(
      'no place for base_model.model.transformer.h.1.attn.c_attn.lora_A.weight',
    );
    const dora = { ...peft, config: { ...peft.config, use_dora: true } };
    expect(() => fromPeft(dora, foreignLayers('gpt2', config), 'x')).toThrow(
      '"use_dora" is true, supported: false',
    );
    const unscaled = { ...peft, config: { ...peft.config, lora_alpha: 'x' } };
    expect(() => fromPeft(unscaled, foreignLayers('gpt2', config), 'x')).toThrow('"lora_alpha" is "x"');
  });

  test('targets are named as the model names its layers', () => {
    const params = paramsOf(config);
    expect(() => lora(params, { targets: ['querry'] }, createRng(1))).toThrow('did you mean "query"?');
    expect(() => lora(params, { rank: 0 }, createRng(1))).toThrow(
      '`rank` must be a whole number of at least 1, got 0',
    );
    const { params: chosen } = lora(params, { targets: ['ffn', 'key'] }, createRng(1));
    expect(Object.keys(chosen)).toEqual([
      ...['blocks.0.attention.key', 'blocks.0.ffn.up', 'blocks.0.ffn.down'],
      ...['blocks.1.attention.key', 'blocks.1.ffn.up', 'blocks.1.ffn.down'],
    ]);
  });
});

test('a model that knows one text learns another by a LoRA of a few percent of its size, and without it is as it was', async () => {
  const config = preset('nano', { width: 64, layers: 2 });
  const params = paramsOf(config);
  const batchOf = (step: number) => {
    const text = Int32Array.from({ length: 33 }, (_, i) => (i * step) % 31);
    return {
      ids: fromArray<'i32'>(text.subarray(0, 32), [1, 32], 'i32'),
      targets: fromArray<'i32'>(text.subarray(1), [1, 32], 'i32'),
    };
  };
  const [first, second] = [batchOf(5), batchOf(7)];
  const lossOn = (model: DecoderParams, batch: typeof first) => loss(model, config, batch).item();
  const teach = async <P>(trained: P, lossOf: (p: P) => Tensor, lr: number, steps: number) => {
    const tracked = trackParameters(trained, uniformGroup(adamw({ weightDecay: 0 })));
    for (let step = 1; step <= steps; step++) {
      await trainStep({
        params: trained,
        tracked,
        loss: lossOf,
        batches: [0],
        step,
        lr,
        clip: 1,
        precision: 'f32',
      });
    }
  };
  await teach(params, (p: DecoderParams) => loss(p, config, first), 3e-3, 150);
  const known = lossOn(params, first);
  expect(known).toBeLessThan(0.05);
  expect(lossOn(params, second)).toBeGreaterThan(2);
  const adapter = lora(params, { rank: 2, alpha: 8, targets: ['all'] }, createRng(3));
  expect(countParameters(adapter.params) / countParameters(params)).toBeLessThan(0.06);
  await teach(
    adapter.params,
    (p: AdapterParams) => loss(withAdapter(params, { ...adapter, params: p }), config, second),
    5e-3,
    300,
  );
  expect(lossOn(mergeAdapter(params, adapter), second)).toBeLessThan(0.05);
  expect(lossOn(params, first)).toBe(known);
});
