/**
 * Models written here in a public runtime: llama.cpp reads every architecture and vocabulary that `inkstone export` writes, cuts
 * text into the same tokens and continues it by the same ones. It needs the runtime, as a package with its binary:
 *   npm install --ignore-scripts --no-save --prefix bench/peers/node node-llama-cpp
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exporters } from '../src/cli/exporters.ts';
import {
  createLanguageModel,
  type DecoderOptions,
  type DecoderParams,
  init,
  preset,
} from '../src/models/index.ts';
import { createRng } from '../src/rng.ts';
import type { Tensor } from '../src/tensor/index.ts';
import { type SavableTokenizer, trainBpe, trainCharacters } from '../src/text/index.ts';
import { mapTree } from '../src/tree.ts';
import { chineseTexts, englishText, scratchFolder } from './cli-harness.ts';
import { llamaClass } from './fixtures/decoder-classes.ts';

const door = new URL('../bench/peers/node/node_modules/node-llama-cpp/dist/index.js', import.meta.url);
const hasRuntime = existsSync(door);
const END = '<|endoftext|>';
const COUNT = 16;

const sizes = { contextLength: 256, width: 64, layers: 2, heads: 4 } as const;
const llama = { ...llamaClass, ...sizes } as const;
const llama3 = {
  kind: 'llama3',
  factor: 8,
  lowFrequency: 1,
  highFrequency: 4,
  originalContext: 8192,
} as const;
const linear = { kind: 'linear', factor: 4 } as const;

type Kind = 'gpt2' | 'cl100k' | 'qwen2' | 'o200k' | 'characters';
const models: readonly (readonly [Kind, Partial<DecoderOptions>])[] = [
  ['gpt2', { ...sizes, activation: 'geluTanh', bias: true }],
  ['gpt2', { ...sizes, activation: 'geluTanh', tiedHead: false }],
  ['cl100k', llama],
  ['qwen2', { ...llama, bias: true, tiedHead: true }],
  ['o200k', { ...llama, positions: { kind: 'rotary', base: 5000, scaling: llama3 } }],
  ['o200k', { ...llama, positions: { kind: 'rotary', base: 5000, scaling: linear } }],
  ['qwen2', { ...llama, bias: { queryKeyValue: true } }],
  ['qwen2', { ...llama, qkNorm: true, headSize: 32 }],
  ['characters', llama],
];
const prompts = [
  "The whale isn't 12345 THAT old\n\n  is it?",
  '春风花月，江山如画；\n\t 3.14 云天。',
  ' leading  spaces 𠮷 🙂 é',
];

const cwd = scratchFolder();
const corpus = [englishText(300), ...chineseTexts(300)];

async function tokenizerOf(kind: Kind): Promise<SavableTokenizer> {
  return kind === 'characters'
    ? trainCharacters(corpus, { specialTokens: [END] })
    : trainBpe(corpus, { vocabSize: 600, specialTokens: [END], pattern: kind });
}

/** A model with sharp opinions that nobody trained. */
function modelOf(options: Partial<DecoderOptions>, vocabSize: number) {
  const config = preset('nano', { ...options, vocabSize });
  const rng = createRng(9);
  const params = mapTree<Tensor, Tensor>(init(config, createRng(4), { std: 0.15 }), (weight) => {
    const data = weight.data as Float32Array;
    if (weight.shape.length === 1) for (let i = 0; i < data.length; i++) data[i] += 0.2 * rng.normal();
    return weight;
  }) as DecoderParams;
  return { config, params };
}

describe.skipIf(!hasRuntime)('in llama.cpp (needs node-llama-cpp in bench/peers/node)', () => {
  // biome-ignore lint/suspicious/noExplicitAny: the package is not installed here
  let runtime: any;
  beforeAll(async () => {
    const { getLlama } = await import(door.href);
    runtime = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: 'error' });
  });

  test.each(models)('%s, %j', async (kind, options) => {
    const tokenizer = await tokenizerOf(kind);
    const { config, params } = modelOf(options, tokenizer.vocabSize + 5);
    const prefixIds = [tokenizer.eosId!];
    const path = join(cwd, 'model.gguf');
    const stored = {
      kind: 'decoder' as const,
      path: 'model',
      config,
      tokenizer,
      prefixIds,
      params: async () => params,
    };
    await exporters.gguf.write(path, stored, { type: 'f32' });
    const ours = createLanguageModel(params, config);
    const theirs = await runtime.loadModel({ modelPath: path });
    const context = await theirs.createContext({
      contextSize: 256,
      experimentalKvCacheKeyType: 'F32',
      experimentalKvCacheValueType: 'F32',
    });
    const sequence = context.getSequence();
    expect(theirs.tokens.bos).toBe(tokenizer.eosId);
    expect(theirs.tokens.shouldPrependBosToken).toBe(true);
    for (const prompt of prompts) {
      const ids = tokenizer.encode(prompt);
      expect([...theirs.tokenize(prompt)]).toEqual(ids);
      const written: number[] = [];
      const reader = ours.open();
      for (let next: number[] = [...prefixIds, ...ids]; written.length < COUNT; next = [written.at(-1)!]) {
        const [row] = ours.step([{ sequence: reader, ids: next }])[0].logits;
        written.push(row.indexOf(Math.max(...row)));
      }
      const got: number[] = [];
      await sequence.clearHistory();
      const tokens = sequence.evaluate([...prefixIds, ...ids], { temperature: 0, yieldEogToken: true });
      for await (const token of tokens) if (got.push(token) === COUNT) break;
      expect(got).toEqual(written);
    }
    await theirs.dispose();
  });
});
