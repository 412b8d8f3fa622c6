/** Virtual tokens against Hugging Face's PEFT on GPT-2 and LLaMA, bottleneck adapters against hooks in PyTorch (soft-prompts.py). */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Adapter,
  type AdapterParams,
  bottleneck,
  learnedTokens,
  loadAdapter,
  paramsFingerprint,
  type SoftPromptMethod,
  saveAdapter,
  softPrompt,
  softPromptFromPeft,
  softPromptToPeft,
  stackedAdapters,
  withAdapter,
} from '../../src/adapt/index.ts';
import { readSafetensors, type TensorData, writeSafetensors } from '../../src/io/index.ts';
import { createLanguageModel, foreignLayers, forward, loss } from '../../src/models/index.ts';
import { withVirtualTokens } from '../../src/nn/index.ts';
import { createRng } from '../../src/rng.ts';
import { fromArray, type Tensor, valueAndGrad, zeros } from '../../src/tensor/index.ts';
import { leaves, mapTree } from '../../src/tree.ts';
import {
  type GoldenAdapter,
  type GoldenModelName,
  goldenModel,
  type PackedTensors,
  readGolden,
  relativeError,
  tokens,
  unpack,
} from './model-golden.ts';

const TOLERANCE = 1e-4;

interface Golden extends GoldenAdapter {
  /** What is trained, by the names of PEFT's modules. */
  readonly numbers: PackedTensors;
}

const goldens = Object.entries(readGolden<{ readonly [name: string]: Golden }>('soft-prompts'));
const folder = mkdtempSync(join(tmpdir(), 'inkstone-soft-prompts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Our paths by PEFT's names; of two biases that are added up, the sum. */
const names: readonly (readonly [ours: RegExp, theirs: string])[] = [
  [/^(vectors|start|keys)$/, 'embedding.weight'],
  [/^inner\.(\w+)$/, 'transform.0.$1'],
  [/^outer\.(\w+)$/, 'transform.2.$1'],
];
const inEncoder: typeof names = [
  [/^layers\.0\.(\w+)$/, 'mlp_head.0.$1'],
  [/^layers\.1\.(\w+)$/, 'mlp_head.2.$1'],
  [/^layers\.2\.(\w+)$/, 'mlp_head.4.$1'],
  [/^inner\.(\w+)$/, 'mlp_head.0.$1'],
  [/^outer\.(\w+)$/, 'mlp_head.2.$1'],
  [/^lstm\.(\d)\.forwards\.input\.(\w+)$/, 'lstm_head.$2_ih_l$1'],
  [/^lstm\.(\d)\.forwards\.recurrent\.(\w+)$/, 'lstm_head.$2_hh_l$1'],
  [/^lstm\.(\d)\.backwards\.input\.(\w+)$/, 'lstm_head.$2_ih_l$1_reverse'],
  [/^lstm\.(\d)\.backwards\.recurrent\.(\w+)$/, 'lstm_head.$2_hh_l$1_reverse'],
  names[0],
];

const named = (path: string, table: typeof names): string => {
  const [ours, theirs] = table.find(([pattern]) => pattern.test(path))!;
  return path.replace(ours, theirs);
};

const virtual = goldens.filter(([name]) => !name.endsWith('bottleneck'));

describe.each(virtual)('%s', (name, golden) => {
  const format = name.split('-')[0] as GoldenModelName;
  const isLstm = name.endsWith('lstm');
  const method = name.slice(format.length + 1).replace('-lstm', '') as SoftPromptMethod;
  const { config, params } = goldenModel(format, golden.model);
  const fresh = softPrompt(method, params, {
    ...{ shape: config, rng: createRng(1), virtualTokens: 3, innerSize: isLstm ? 4 : 8 },
    encoder: isLstm ? 'lstm' : 'mlp',
  });
  const table = method === 'p-tuning' ? inEncoder : names;
  const numberAt = (path: string, from: Golden['numbers']): Float32Array => {
    const theirs = named(path, table);
    const values = unpack(from[theirs]);
    const second = theirs.startsWith('lstm_head.bias_ih') && from[theirs.replace('_ih_', '_hh_')];
    return second && from === golden.numbers ? values.map((x, i) => x + unpack(second)[i]) : values;
  };
  const training = {
    ...fresh,
    params: mapTree<Tensor, Tensor>(fresh.params, ({ shape }, path) =>
      fromArray<'f32'>(numberAt(path, golden.numbers), shape, 'f32'),
    ),
  };
  const ids = tokens(golden.ids);
  const soft = { method, tokens: learnedTokens(training) };
  const base = {
    ...{ name: 'base', fingerprint: paramsFingerprint(params), shape: config },
    layers: foreignLayers(format, config),
  };

  test('gives the logits of PEFT, in one pass and token by token behind pages that are shared', () => {
    const expected = unpack(golden.logits);
    expect(relativeError(forward(params, config, ids).data, expected)).toBeGreaterThan(0.01);
    const whole = forward(withVirtualTokens(params, soft.tokens), config, ids);
    expect(relativeError(whole.data, expected)).toBeLessThan(TOLERANCE);
    const model = createLanguageModel(params, config, { virtualTokens: { own: soft.tokens } });
    const rows = golden.ids.flatMap((row) => {
      const sequence = model.open('own');
      return row.flatMap((id) => model.step([{ sequence, ids: [id] }])[0].logits);
    });
    expect(
      relativeError(
        rows.flatMap((row) => [...row]),
        expected,
      ),
    ).toBeLessThan(TOLERANCE);
  });

  test.each([false, true])('gives the loss and every gradient of PyTorch (recompute: %s)', (recompute) => {
    const batch = { ids, targets: tokens(golden.targets), recompute };
    const { value, gradients } = valueAndGrad(
      (own: unknown) => loss(withVirtualTokens(params, training.tokensOf(own)), config, batch),
      training.params,
    );
    expect(Math.abs(value.item() / golden.loss - 1)).toBeLessThan(TOLERANCE);
    const errors = leaves<Tensor>(gradients).map(([path, { data }]) => [
      path,
      relativeError(data as Float32Array, numberAt(path, golden.gradients)),
    ]);
    expect(errors).toHaveLength(leaves(fresh.params).length);
    expect(errors.filter(([, error]) => !((error as number) < TOLERANCE))).toEqual([]);
  });

  test('is written as PEFT writes it, and read from its folder and from ours', async () => {
    const peft = softPromptToPeft(soft, config, 'base');
    const { peft_type, num_virtual_tokens, token_dim, num_attention_heads, num_layers } = golden.adapter;
    expect(peft.config).toMatchObject({ peft_type, num_virtual_tokens, token_dim, num_layers });
    if (peft_type === 'PREFIX_TUNING') expect(peft.config).toMatchObject({ num_attention_heads });
    const [[key, [shape, packed]]] = Object.entries(golden.tensors);
    expect([...peft.tensors.keys()]).toEqual([key]);
    expect(peft.tensors.get(key)!.shape).toEqual(shape);
    expect(relativeError(peft.tensors.get(key)!.data as Float32Array, unpack(packed))).toBeLessThan(1e-6);

    const expected = forward(withVirtualTokens(params, soft.tokens), config, ids);
    const own = join(folder, name);
    const logitsIn = async () => {
      const { tokens: loaded } = stackedAdapters([await loadAdapter(own, base)]);
      return forward(withVirtualTokens(params, loaded!), config, ids).data as Float32Array;
    };
    await saveAdapter(own, soft, base);
    expect(await logitsIn()).toEqual(expected.data);
    const theirs: TensorData = { dtype: 'f32', shape, data: unpack(packed) as Float32Array<ArrayBuffer> };
    await writeSafetensors(join(own, 'adapter_model.safetensors'), new Map([[key, theirs]]));
    writeFileSync(join(own, 'adapter_config.json'), JSON.stringify(golden.adapter));
    expect(relativeError(await logitsIn(), expected.data)).toBeLessThan(1e-5);
  });

  test('is refused where it does not fit', () => {
    const peft = softPromptToPeft(soft, config, 'base');
    const other = { ...config, width: 32, headSize: 8 };
    expect(() => softPromptFromPeft(peft, other, 'x')).toThrow('prompt_embeddings must be [3,');
    expect(() => softPromptFromPeft(peft, { ...config, contextLength: 3 }, 'x')).toThrow(
      'must be fewer than the 3 places',
    );
    const two = { ...peft, config: { ...peft.config, num_transformer_submodules: 2 } };
    expect(() => softPromptFromPeft(two, config, 'x')).toThrow('"num_transformer_submodules" is 2');
    for (const count of [0, 1.5, '3', undefined]) {
      const none = new Map([...peft.tensors].map(([key, { shape }]) => [key, zeros([0, shape[1]])]));
      const odd = { config: { ...peft.config, num_virtual_tokens: count }, tensors: none };
      expect(() => softPromptFromPeft(odd, config, 'x')).toThrow('x: "num_virtual_tokens" is');
    }
    const { layers, kvHeads, headSize } = config;
    if ('layers' in soft.tokens) {
      const flat = { ...config, layers: 2 * layers, kvHeads: 1, headSize: (kvHeads * headSize) / 2 };
      expect(() => softPromptFromPeft(peft, flat, 'x')).toThrow(
        'num_layers must be [4] for this model, got [2]',
      );
    }
    const more = { ...peft, tensors: new Map([...peft.tensors, ['lora_A', ids]]) };
    expect(() => softPromptFromPeft(more, config, 'x')).toThrow('no place for lora_A');
  });
});

describe.each(goldens.filter(([name]) => name.endsWith('bottleneck')))('%s', (name, golden) => {
  const format = name.split('-')[0] as GoldenModelName;
  const { config, params } = goldenModel(format, golden.model);
  const targets = format === 'gpt2' ? undefined : ['down'];
  const fresh = bottleneck(params, { innerSize: 4, ...(targets && { targets }) }, createRng(1));
  const fill = (from: (path: string) => string) =>
    mapTree<Tensor, Tensor>(fresh.params, ({ shape }, path) =>
      fromArray<'f32'>(unpack(from(path)), shape, 'f32'),
    ) as AdapterParams;
  const adapter: Adapter = { ...fresh, params: fill((path) => golden.tensors[path][1]) };
  const ids = tokens(golden.ids);
  const logitsWith = (own: Adapter) => forward(withAdapter(params, own), config, ids).data;

  test('gives the logits, the loss and every gradient of PyTorch; new it changes nothing', () => {
    expect(logitsWith(fresh)).toEqual(forward(params, config, ids).data);
    expect(relativeError(logitsWith(adapter), unpack(golden.logits))).toBeLessThan(TOLERANCE);
    const { value, gradients } = valueAndGrad(
      (own: AdapterParams) =>
        loss(withAdapter(params, { ...adapter, params: own }), config, {
          ...{ ids, targets: tokens(golden.targets) },
        }),
      adapter.params,
    );
    expect(Math.abs(value.item() / golden.loss - 1)).toBeLessThan(TOLERANCE);
    const found = leaves<Tensor>(gradients);
    expect(found.map(([path]) => path).sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [path, { data }] of found)
      expect(relativeError(data as Float32Array, unpack(golden.gradients[path]))).toBeLessThan(TOLERANCE);
  });

  test('is read from its folder, whole or not at all', async () => {
    const base = {
      ...{ name: 'base', fingerprint: paramsFingerprint(params), shape: config },
      layers: foreignLayers(format, config),
    };
    const own = join(folder, name);
    await saveAdapter(own, adapter, base);
    const loaded = (await loadAdapter(own, base)) as Adapter;
    expect(logitsWith(loaded)).toEqual(logitsWith(adapter));
    const file = join(own, 'adapter_model.safetensors');
    const { tensors } = await readSafetensors(file);
    tensors.delete('blocks.1.ffn.down.up.bias');
    await writeSafetensors(file, tensors);
    await expect(loadAdapter(own, base)).rejects.toThrow('blocks.1.ffn.down.up.bias must be [16]');
    await writeSafetensors(file, new Map());
    await expect(loadAdapter(own, base)).rejects.toThrow('must hold tensors, it holds none');
  });
});
