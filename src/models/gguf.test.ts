import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { llamaClass } from '../../test/fixtures/decoder-classes.ts';
import { InkstoneError } from '../errors.ts';
import { dequantize, type GgufValue, openGguf, quantizableTypes, writeGguf } from '../io/index.ts';
import { onLog } from '../log.ts';
import { createRng } from '../rng.ts';
import { type Tensor, tensor } from '../tensor/index.ts';
import { leaves } from '../tree.ts';
import type { DecoderOptions } from './config.ts';
import { forward, init } from './decoder.ts';
import { openGgufModel, saveGguf } from './gguf.ts';
import { preset } from './presets.ts';
import type { LoadedDecoder } from './storage.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-gguf-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

const gemmaClass = {
  ...llamaClass,
  activation: 'geglu',
  positions: { kind: 'rotary', base: 10_000 },
  embeddingScale: Math.sqrt(32),
  tiedHead: true,
} as const;
const gemma2 = {
  block: 'sandwich',
  window: 8,
  globalEvery: 2,
  attentionSoftcap: 50,
  logitSoftcap: 30,
} as const;
const gemma3 = { block: 'sandwich', window: 8, qkNorm: true } as const;
const deep = {
  layers: 6,
  globalEvery: 6,
  positions: { kind: 'rotary', base: 1e6, scaling: { kind: 'linear', factor: 8 } },
} as const;

function model(changes: Partial<DecoderOptions> = {}): LoadedDecoder {
  const config = preset('nano', changes);
  return { config, params: init(config, createRng(8), { std: 0.1 }) };
}

const numbers = ({ params }: Pick<LoadedDecoder, 'params'>) =>
  leaves<Tensor>(params).map(([path, { shape, data }]) => [path, shape.join(), [...data]]);
const ids = tensor([[1, 2, 3, 60, 5]], { dtype: 'i32' });
const logitsOf = ({ config, params }: LoadedDecoder) => forward(params, config, ids).data as Float32Array;

/** Writes, reads again, and gathers what was said meanwhile. */
async function there(before: LoadedDecoder, options: Parameters<typeof saveGguf>[2] = {}) {
  const path = join(folder, 'model.gguf');
  const said: string[] = [];
  const stop = onLog(({ message }) => void said.push(message));
  await saveGguf(path, before, options);
  stop();
  const { config, metadata, params } = await openGgufModel(path);
  return { config, metadata, params: await params(), path, said };
}

describe('a model comes back bit by bit', () => {
  const llama3 = {
    kind: 'llama3',
    factor: 8,
    lowFrequency: 1,
    highFrequency: 4,
    originalContext: 8192,
  } as const;
  test.each([
    ['gpt2', { bias: true, activation: 'geluTanh' }],
    ['gpt2', { bias: true, activation: 'geluTanh', tiedHead: false }],
    ['llama', llamaClass],
    [
      'llama',
      { ...llamaClass, bias: true, norm: { kind: 'rmsNorm', eps: 1e-5, bias: false }, tiedHead: true },
    ],
    ['llama', { ...llamaClass, positions: { kind: 'rotary', base: 500_000, scaling: llama3 } }],
    [
      'llama',
      { ...llamaClass, positions: { kind: 'rotary', base: 1e4, scaling: { kind: 'linear', factor: 4 } } },
    ],
    ['qwen2', { ...llamaClass, bias: { queryKeyValue: true } }],
    ['qwen3', { ...llamaClass, qkNorm: true, headSize: 16 }],
    ['gemma', gemmaClass],
    ['gemma2', { ...gemmaClass, ...gemma2 }],
    // Two layers of the six from one that sees everything to the next: all see a window.
    ['gemma3', { ...gemmaClass, ...gemma3 }],
    [
      'gemma3',
      { ...gemmaClass, ...gemma3, tiedHead: false, positions: { kind: 'rotary', base: 1e6 }, window: 0 },
    ],
    ['gemma3', { ...gemmaClass, ...gemma3, ...deep, localRotaryBase: 1e4 }],
  ] as const)('%s %j', async (architecture, changes) => {
    const before = model(changes);
    const after = await there(before);
    expect(after.metadata.get('general.architecture')?.value).toBe(architecture);
    expect(after.config).toEqual(before.config);
    expect(numbers(after)).toEqual(numbers(before));
    expect(after.said).toEqual([]);
  });

  test('a base of rotary positions that is not said is the usual one', async () => {
    const before = model({ ...gemmaClass, ...gemma3, ...deep, positions: 'rotary' });
    const after = await there(before);
    expect(after.config.positions).toEqual({ kind: 'rotary', base: 1e4 });
    expect(after.config.localRotaryBase).toBeUndefined();
    expect(logitsOf(after)).toEqual(logitsOf(before));
  });

  test('biases that GPT-2 has and ours lacks are zeros', async () => {
    const before = model({ activation: 'geluTanh' });
    const after = await there(before);
    expect(after.config.bias).toEqual({ queryKeyValue: true, attentionOutput: true, ffn: true });
    expect(logitsOf(after)).toEqual(logitsOf(before));
  });
});

describe('few bits', () => {
  test.each(quantizableTypes)('%s: logits near, the file as small as it says', async (type) => {
    const before = model({ ...llamaClass, width: 64, vocabSize: 640 });
    const after = await there(before, { type });
    const [ours, theirs] = [logitsOf(before), logitsOf(after)];
    const power = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
    const error = power(ours.map((x, i) => x - theirs[i])) / power(ours);
    const bound = { F32: 0, F16: 1e-3, BF16: 8e-3, Q8_0: 4e-2, Q4_0: 0.5 }[type];
    expect(error).toBeLessThanOrEqual(bound);
    if (bound) expect(error).toBeGreaterThan(bound / 100);
    const bits = { F32: 32, F16: 16, BF16: 16, Q8_0: 8.5, Q4_0: 4.5 }[type];
    const parameters = leaves<Tensor>(before.params).reduce((sum, [, { size }]) => sum + size, 0);
    expect((await stat(after.path)).size / parameters).toBeLessThan(bits / 8 + 0.1);
    expect(after.said).toEqual([]);
  });

  test('rows that do not fill blocks stay F16, which is said', async () => {
    const after = await there(model({ ...llamaClass, width: 48, ffnSize: 64 }), { type: 'Q8_0' });
    expect(after.said).toEqual([expect.stringMatching(/14 matrices stay F16.*multiples of 32.*Q8_0 needs/)]);
  });

  test("GPT-2's GELU is the tanh form: another is written as it, which is said", async () => {
    const before = model();
    const after = await there(before);
    expect(after.said).toEqual([expect.stringMatching(/tanh form of GELU only/)]);
    const theirs = logitsOf(after);
    const worst = Math.max(...logitsOf(before).map((x, i) => Math.abs(x - theirs[i])));
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(1e-3);
  });
});

describe('what the format cannot say', () => {
  test.each([
    [
      { ...llamaClass, window: 8 },
      /GGUF export: `window` must be 0, got 8; this format cannot say it: choose/,
    ],
    [{ activation: 'relu' }, /GGUF export: `activation` must be geluTanh or gelu, got "relu"/],
    [{ positions: 'alibi' }, /`positions` must be learned or rotary, got "alibi"/],
    [{ logitSoftcap: 30 }, /`logitSoftcap` must be 0, got 30/],
    [
      { ...llamaClass, positions: { kind: 'rotary', fraction: 0.5 } },
      /`positions` must be rotary: whole heads/,
    ],
    // GPT-NeoX, which has a format of Hugging Face's.
    [{ positions: 'rotary', bias: true }, /`norm.kind` must be rmsNorm/],
    [{ ...gemmaClass, ...gemma2, attentionSoftcap: undefined }, /`attentionSoftcap` must be given/],
    [{ ...gemmaClass, ...gemma3, logitSoftcap: 30 }, /`logitSoftcap` must be 0, got 30/],
    [{ ...gemmaClass, ...gemma3, globalEvery: 2 }, /`globalEvery` must be its default, got 2/],
    [{ ...gemmaClass, ...gemma3, ...deep, localRotaryBase: 5 }, /`localRotaryBase` must be 10000, got 5/],
    [{ ...gemmaClass, ...gemma3, attentionScale: 0.5 }, /`attentionScale` must be its default, got 0.5/],
  ] as const)('%j is refused by name', async (changes, message) => {
    await expect(
      saveGguf(join(folder, 'no.gguf'), model(changes as Partial<DecoderOptions>)),
    ).rejects.toThrow(message);
  });
});

describe('files that do not fit', () => {
  /** The file of a model with keys changed or, with `undefined`, taken out. */
  async function altered(changes: { readonly [key: string]: GgufValue | undefined }): Promise<string> {
    const path = join(folder, 'whole.gguf');
    await saveGguf(path, model(llamaClass));
    const file = await openGguf(path);
    const metadata = new Map(file.metadata);
    for (const [key, value] of Object.entries(changes)) {
      if (value) metadata.set(key, value);
      else metadata.delete(key);
    }
    const tensors = new Map();
    for (const [name, { type, shape }] of file.tensors) {
      const bytes = await file.read(name);
      tensors.set(name, { type, shape, bytes: () => bytes });
    }
    await file.close();
    const other = join(folder, 'altered.gguf');
    await writeGguf(other, { metadata, tensors });
    return other;
  }
  const u32 = (value: number): GgufValue => ({ type: 'u32', value });
  const text = (value: string): GgufValue => ({ type: 'string', value });

  test.each([
    [
      { 'general.architecture': text('bert') },
      /must be one of gpt2, llama, qwen2, qwen3, gemma, .*, got "bert"/,
    ],
    [{ 'llama.block_count': undefined }, /`llama.block_count` must be a number up to 21 .*, got nothing/],
    [{ 'llama.block_count': u32(4_000_000_000) }, /`llama.block_count` must be a number up to 21/],
    [{ 'llama.context_length': u32(4_000_000_000) }, /`llama.context_length` must be a number up to 2097152/],
    [
      { 'llama.attention.key_length': u32(2 ** 31) },
      /key_length` must be at most 8388608 with a context of 32/,
    ],
    [
      { 'llama.attention.head_count': text('4') },
      /`llama.attention.head_count` must be a number.*got string/,
    ],
    [{ 'llama.expert_count': u32(8) }, /`llama.expert_count` must be 0 .*, got 8/],
    [{ 'llama.rope.scaling.type': text('yarn') }, /scaling.type` must be none or linear .*, got yarn/],
    [
      { 'llama.feed_forward_length': u32(64) },
      /"blk.0.ffn_gate.weight" must have shape \[64, 32\], got \[96, 32\]/,
    ],
    [{ 'llama.block_count': u32(1) }, /9 unknown, the first is "blk.1.attn_norm.weight"/],
  ] as const)('%j', async (changes, message) => {
    const opening = openGgufModel(await altered(changes)).then(({ params }) => params());
    await expect(opening).rejects.toThrow(message);
  });

  test('flipped bits of a header give a model or an error of ours', async () => {
    const path = await altered({});
    const whole = await readFile(path);
    const header = whole.indexOf('blk.1.ffn_norm.weight');
    const rng = createRng(2);
    let refused = 0;
    for (let i = 0; i < 60; i++) {
      const bytes = Uint8Array.from(whole);
      bytes[rng.integer(header)] ^= 1 << rng.integer(8);
      await writeFile(path, bytes);
      try {
        await (await openGgufModel(path)).params();
      } catch (error) {
        expect(error).toBeInstanceOf(InkstoneError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  test('factors of angles other than those of Llama 3 are refused', async () => {
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequency: 1,
      highFrequency: 4,
      originalContext: 64,
    } as const;
    const path = join(folder, 'factors.gguf');
    await saveGguf(path, model({ ...llamaClass, positions: { kind: 'rotary', base: 1e4, scaling } }));
    await expect(openGgufModel(path)).rejects.toThrow(/`rope_freqs.weight` must be the factors of Llama 3/);
    const file = await openGguf(path);
    expect(dequantize('F32', await file.read('rope_freqs.weight')).at(-1)).toBe(8);
    await file.close();
  });
});
