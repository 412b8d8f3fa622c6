import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { llamaClass } from '../../test/fixtures/decoder-classes.ts';
import { readSafetensors, type TensorData, writeSafetensors } from '../io/index.ts';
import { createRng } from '../rng.ts';
import { cast, type Tensor, tensor } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import type { DecoderConfig } from './config.ts';
import { type DecoderParams, forward, init } from './decoder.ts';
import { fromForeign, toForeign, toForeignConfig } from './foreign.ts';
import { preset } from './presets.ts';
import { loadDecoder, saveDecoder } from './storage.ts';
import { namedTensors, paramsFromFile, tensorsToFile } from './weights.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-models-'));
});
afterAll(() => rm(folder, { recursive: true }));

function model(changes: Parameters<typeof preset>[1] = {}): { config: DecoderConfig; params: DecoderParams } {
  const config = preset('nano', changes);
  return { config, params: init(config, createRng(8), { std: 0.1 }) };
}

const gemmaClass = {
  ...llamaClass,
  activation: 'geglu',
  embeddingScale: Math.sqrt(32),
  tiedHead: true,
} as const;
const gemma3 = {
  ...gemmaClass,
  block: 'sandwich',
  qkNorm: true,
  window: 8,
  globalEvery: 2,
  localRotaryBase: 100,
  attentionScale: 1 / Math.sqrt(12),
} as const;
const falconClass = {
  norm: { bias: true },
  positions: { kind: 'rotary', base: 100 },
  block: 'parallel',
} as const;

const neoxClass = {
  ...falconClass,
  positions: { kind: 'rotary', base: 100, fraction: 0.5 },
  block: 'preNorm',
  activation: 'geluTanh',
  tiedHead: false,
} as const;

const numbers = (params: DecoderParams) =>
  leaves<Tensor>(params).map(([path, { shape, data }]) => [path, shape.join(), [...data]]);

const ids = tensor([[1, 2, 3, 60, 5]], { dtype: 'i32' });

test.each([{}, { ...llamaClass, qkNorm: true, bias: true }])(
  'a saved model comes back bit by bit: %j',
  async (changes) => {
    const before = model(changes);
    const path = join(folder, 'new', 'model');
    await saveDecoder(path, before);
    const after = await loadDecoder(path);
    expect(after.config).toEqual(before.config);
    expect(numbers(after.params)).toEqual(numbers(before.params));
  },
);

describe('foreign formats', () => {
  test.each([
    ['gpt2', { bias: true, activation: 'geluTanh' }],
    ['gpt2', { bias: true, norm: { bias: true }, activation: 'gelu', tiedHead: false }],
    ['llama', llamaClass],
    ['llama', { ...llamaClass, bias: true, norm: 'rmsNorm', tiedHead: true }],
    ['llama', { ...llamaClass, bias: { queryKeyValue: true } }],
    ['llama', { ...llamaClass, qkNorm: true }],
    ['llama', { ...llamaClass, window: 4 }],
    [
      'llama',
      { ...llamaClass, positions: { kind: 'rotary', base: 9, scaling: { kind: 'linear', factor: 2 } } },
    ],
    ['falcon', { ...falconClass, kvHeads: 1 }],
    ['falcon', { ...falconClass, heads: 4, kvHeads: 2, bias: true, tiedHead: false }],
    ['falcon', { ...falconClass, block: 'preNorm' }],
    ['neox', { ...neoxClass, bias: true }],
  ] as const)('%s, there and back: %j', async (format, changes) => {
    const before = model(changes);
    await saveDecoder(folder, before, { format });
    const after = await loadDecoder(folder);
    expect(after.config).toEqual(before.config);
    expect(numbers(after.params)).toEqual(numbers(before.params));
  });

  test.each([
    ['with layers of both kinds', gemma3],
    ['that all see a window', { ...gemma3, globalEvery: undefined, localRotaryBase: undefined }],
    ['that all see everything', { ...gemma3, window: 0, globalEvery: undefined, localRotaryBase: undefined }],
    [
      'without norms of queries',
      { ...gemma3, qkNorm: false, localRotaryBase: undefined, attentionSoftcap: 20 },
    ],
    [
      'with stretched rotary positions',
      { ...gemma3, positions: { kind: 'rotary', scaling: { kind: 'linear', factor: 2 }, base: 5 } },
    ],
    ['of the first generation', gemmaClass],
  ] as const)('gemma, there and back: layers %s', async (_, changes) => {
    const before = model(changes);
    await saveDecoder(folder, before, { format: 'gemma' });
    const after = await loadDecoder(folder);
    expect(after.config).toEqual(before.config);
    const [a, b] = [before, after].map(({ params, config }) => forward(params, config, ids).data);
    for (let i = 0; i < a.length; i++) expect(b[i]).toBeCloseTo(a[i], 4);
  });

  test('whole soft caps are written as floats, which other libraries insist on', async () => {
    const capped = {
      ...gemma3,
      qkNorm: false,
      localRotaryBase: undefined,
      logitSoftcap: 30,
      attentionSoftcap: 50,
    };
    await saveDecoder(folder, model(capped), { format: 'gemma' });
    const text = await readFile(join(folder, 'config.json'), 'utf8');
    expect(text).toMatch(/"attn_logit_softcapping": 50\.0,\n\s*"final_logit_softcapping": 30\.0,/);
    expect((await loadDecoder(folder)).config.logitSoftcap).toBe(30);
  });

  test('a model without biases goes out as GPT-2 with zeros and computes the same', () => {
    const { config, params } = model();
    const tensors = toForeign('gpt2', config, params);
    expect([...tensors.get('transformer.h.0.attn.c_attn.bias')!.data]).toEqual(Array(96).fill(0));
    const biased = preset('nano', { bias: true });
    const a = forward(params, config, ids).data;
    const b = forward(fromForeign('gpt2', biased, tensors), biased, ids).data;
    for (let i = 0; i < a.length; i++) expect(b[i]).toBeCloseTo(a[i], 6);
  });

  test('the end of a text is told to other libraries, and none is invented', async () => {
    const said = async (eosId?: number) => {
      await saveDecoder(folder, model(), { format: 'gpt2', eosId });
      return JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')).eos_token_id;
    };
    expect([await said(7), await said()]).toEqual([7, null]);
  });

  test('names without the prefix, old buffers and a spelled-out tied head are understood', () => {
    const { config, params } = model({ bias: true });
    const tensors = toForeign('gpt2', config, params);
    const old = new Map([...tensors].map(([name, x]) => [name.replace(/^transformer\./, ''), x]));
    old.set('h.0.attn.bias', tensor([1])).set('lm_head.weight', params.embedding.weight);
    expect(numbers(fromForeign('gpt2', config, old))).toEqual(numbers(params));
  });

  test('a foreign name nobody knows is an error, and so is a missing one, by its foreign name', () => {
    const { config, params } = model({ bias: true });
    const more = toForeign('gpt2', config, params).set('transformer.h.0.adapter', tensor([1]));
    expect(() => fromForeign('gpt2', config, more)).toThrow(/1 unknown, the first is "h.0.adapter"/);
    const fewer = toForeign('gpt2', config, params);
    fewer.delete('transformer.h.1.mlp.c_fc.weight');
    expect(() => fromForeign('gpt2', config, fewer)).toThrow(/"h.1.mlp.c_fc.weight" \[32, 128\] is missing/);
  });

  test.each([
    ['gpt2', { positions: 'alibi' }, /`positions` must be learned, got "alibi"/],
    ['gpt2', { heads: 4, kvHeads: 2 }, /`kvHeads`/],
    ['llama', {}, /`norm.kind` must be rmsNorm, got "layerNorm"/],
    ['llama', { ...llamaClass, positions: { kind: 'rotary', fraction: 0.5 } }, /`positions`/],
    ['llama', { ...llamaClass, logitSoftcap: 30 }, /`logitSoftcap` must be 0, got 30/],
    ['llama', { ...llamaClass, block: 'parallel' }, /`block` must be its default, got "parallel"/],
    ['gemma', { ...gemmaClass, embeddingScale: 1 }, /`embeddingScale` must be √width/],
    ['gemma', { ...gemmaClass, attentionSoftcap: 30 }, /`attentionSoftcap` must be its default with preNorm/],
    [
      'gemma',
      { ...gemmaClass, block: 'sandwich', localRotaryBase: 9, window: 4, globalEvery: 2 },
      /`localRotaryBase`/,
    ],
    ['neox', { block: 'parallel' }, /`block` must be preNorm or parallelTwoNorms/],
    ['falcon', { ...falconClass, norm: 'rmsNorm' }, /`norm` must be layerNorm with a bias/],
    ['gpt1', {}, /`block` must be postNorm, got/],
  ] as const)('%s cannot say %j', (format, changes, message) => {
    expect(() => toForeignConfig(format, preset('nano', changes))).toThrow(message);
  });

  test.each([
    [
      { model_type: 'bert' },
      /`model_type` must be one of gpt2, llama, .*gemma3_text, gpt_neox.*, got "bert"/,
    ],
    [{}, /got nothing/],
    [
      { model_type: 'gpt2', activation_function: 'swish' },
      /`activation_function` must be gelu_new, .*got "swish"/,
    ],
    [
      { model_type: 'llama', rope_scaling: { rope_type: 'longrope' } },
      /`rope_type` must be default, linear, llama3, yarn .*got "longrope"/,
    ],
    [
      { model_type: 'llama', rope_scaling: { rope_type: 'yarn', factor: 4 } },
      /`original_max_position_embeddings` must be the context that was trained on/,
    ],
    [{ model_type: 'llama', hidden_act: 'gelu' }, /`hidden_act`/],
    [{ model_type: 'gemma2', hidden_activation: 'gelu' }, /`hidden_activation` must be gelu_pytorch_tanh/],
    [{ model_type: 'gemma3_text', use_bidirectional_attention: true }, /`use_bidirectional_attention`/],
    [
      { model_type: 'gemma2', num_hidden_layers: 2, layer_types: ['full_attention', 'sliding_attention'] },
      /`layer_types` must be/,
    ],
    [{ model_type: 'falcon', alibi: true }, /`alibi` must be false/],
    [{ model_type: 'gpt_neox', hidden_act: 'swish' }, /`hidden_act`/],
    [{ model_type: 'openai-gpt', afn: 'tanh' }, /`afn`/],
    [{ model_type: 'gpt2' }, /`vocabSize` must be/],
  ])('the config %j is refused', async (json, message) => {
    await writeFile(join(folder, 'config.json'), JSON.stringify(json));
    await expect(loadDecoder(folder)).rejects.toThrow(message);
  });
});

describe('weights that do not belong to the config are refused by name', () => {
  const { config, params } = model();
  const stored = () => tensorsToFile(namedTensors(params));

  test('one is missing', () => {
    const tensors = stored();
    tensors.delete('blocks.1.ffn.up.weight');
    const load = () => paramsFromFile(config, tensors);
    expect(load).toThrow(
      /"blocks.1.ffn.up.weight" \[128, 32\] is missing; did you mean "blocks.0.ffn.up.weight"/,
    );
  });

  test('one has another shape', () => {
    const load = () => paramsFromFile({ ...config, vocabSize: 65 }, stored());
    expect(load).toThrow(/"embedding.weight" must have shape \[65, 32\], got \[64, 32\]/);
  });

  test('one too many', () => {
    const tensors = stored().set('head.weight', stored().get('embedding.weight')!);
    expect(() => paramsFromFile(config, tensors)).toThrow(/1 unknown, the first is "head.weight"/);
  });

  test('an element type that is no float', () => {
    const ids: TensorData = { dtype: 'i32', shape: [32], data: new Int32Array(32) };
    const tensors = stored().set('finalNorm.weight', ids);
    expect(() => paramsFromFile(config, tensors)).toThrow(
      /"finalNorm.weight" must be f32, bf16 or f16, got i32/,
    );
  });
});

test('half-precision weights are read exactly', () => {
  const { config, params } = model();
  const bits = [0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x8000, 0x3555];
  const values = [1, -2, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65504, -0, 0.333251953125];
  const data = new Uint16Array(32);
  data.set(bits);
  const tensors = tensorsToFile(namedTensors(params));
  const half = paramsFromFile(config, tensors.set('finalNorm.weight', { dtype: 'f16', shape: [32], data }));
  expect([...half.finalNorm!.weight.data.subarray(0, 8)]).toEqual(values);
  const brain = tensorsToFile(
    new Map([['finalNorm.weight', cast(params.blocks[0].ffnNorm!.weight, 'bf16')]]),
  );
  const read = paramsFromFile(config, new Map([...tensors, ...brain]));
  expect([...read.finalNorm!.weight.data]).toEqual(Array(32).fill(1));
});

describe('a folder that is no model', () => {
  test('without weights; with pickled weights, which are never opened', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));
    await writeFile(join(empty, 'config.json'), JSON.stringify(toForeignConfig('gpt2', model().config)));
    await expect(loadDecoder(empty)).rejects.toThrow(/must hold model.safetensors, got none/);
    await writeFile(join(empty, 'pytorch_model.bin'), 'anything');
    await expect(loadDecoder(empty)).rejects.toThrow(/"pytorch_model.bin", which can run code .*convert it/);
  });

  test.each([
    ['{"a":', /must be a JSON object/],
    ['[1]', /not an object/],
    ['null', /not an object/],
  ])('config.json holds %s', async (text, message) => {
    await writeFile(join(folder, 'config.json'), text);
    await expect(loadDecoder(folder)).rejects.toThrow(message);
  });

  test('weights in several files are found by their index; names outside the folder are refused', async () => {
    const path = join(folder, 'sharded');
    const before = model();
    await saveDecoder(path, before);
    const { tensors } = await readSafetensors(join(path, 'model.safetensors'));
    const names = [...tensors.keys()];
    const files = ['a.safetensors', 'b.safetensors'];
    const part = (i: number) =>
      new Map(names.filter((_, k) => k % 2 === i).map((name) => [name, tensors.get(name)!]));
    for (const [i, file] of files.entries()) await writeSafetensors(join(path, file), part(i));
    await rm(join(path, 'model.safetensors'));
    const index = join(path, 'model.safetensors.index.json');
    const map = Object.fromEntries(names.map((name, k) => [name, files[k % 2]]));
    await writeFile(index, JSON.stringify({ weight_map: map }));
    expect(numbers((await loadDecoder(path)).params)).toEqual(numbers(before.params));
    await writeFile(index, (await readFile(index, 'utf8')).replace('a.safetensors', '../a.safetensors'));
    await expect(loadDecoder(path)).rejects.toThrow(expect.objectContaining({ code: 'io/name' }));
  });
});
