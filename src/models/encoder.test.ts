import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { embedderContract } from '../../test/contracts/embedder.ts';
import { readSafetensors, writeSafetensors } from '../io/index.ts';
import { createRng } from '../rng.ts';
import { type Tensor, tensor, valueAndGrad } from '../tensor/index.ts';
import { trainCharacters } from '../text/index.ts';
import { leaves } from '../tree.ts';
import {
  type EncoderParams,
  encode,
  initEncoder,
  maskedLogits,
  maskedLoss,
  pool,
  statesAt,
} from './encoder.ts';
import { type EncoderOptions, encoderConfig } from './encoder-config.ts';
import { embedTokens, encoderEmbedder } from './encoder-embedder.ts';
import { loadEncoder, saveEncoder } from './encoder-storage.ts';
import { fillMask } from './fill-mask.ts';
import { fromForeignEncoder, toForeignEncoder, toForeignEncoderConfig } from './foreign-bert.ts';
import { readSentenceModules } from './sentence-modules.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkstone-encoders-'));
});
afterAll(() => rm(folder, { recursive: true }));

const sizes = { vocabSize: 30, contextLength: 12, width: 16, layers: 2, heads: 2 };
const modern = {
  positions: 'rotary',
  qkNorm: true,
  norm: 'rmsNorm',
  activation: 'swiglu',
  block: 'preNorm',
  bias: false,
  embeddingNorm: false,
} as const;
const kinds: { readonly [name: string]: Partial<EncoderOptions> } = {
  'BERT class': { pooler: true, tokenTypes: 2 },
  'RoBERTa class, a table of its own': { positionOffset: 2, tiedHead: false, activation: 'geluTanh' },
  'norms before, rotary': modern,
  'without a head': { maskedHead: false },
};

function make(options: Partial<EncoderOptions> = {}, seed = 1) {
  const config = encoderConfig({ ...sizes, ...options });
  return { config, params: initEncoder(config, createRng(seed), { std: 0.3 }) };
}

const ids = (rows: number[][]): Tensor => tensor(rows, { dtype: 'i32' });
const numbers = (params: EncoderParams) =>
  leaves<Tensor>(params).map(([path, { shape, data }]) => [path, shape.join(), [...data]]);

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  const { config, params } = make(kind);

  test('every token sees every other, and none sees padding', () => {
    const { data: base } = encode(params, config, ids([[5, 6, 7, 8]]));
    const first = base.subarray(0, 16);
    const { data: later } = encode(params, config, ids([[5, 6, 7, 9]]));
    expect(later.subarray(0, 16)).not.toEqual(first);
    const { data: padded } = encode(
      params,
      config,
      ids([
        [5, 6, 7, 8, 3, 3],
        [9, 9, 9, 9, 9, 9],
      ]),
      {
        lengths: [4, 6],
      },
    );
    base.forEach((x, i) => expect(padded[i]).toBeCloseTo(Number(x), 5));
  });

  test('comes back from its folder bit by bit', async () => {
    const place = join(folder, 'ours');
    await saveEncoder(place, { config, params });
    const back = await loadEncoder(place);
    expect(back.config).toEqual(config);
    expect(numbers(back.params)).toEqual(numbers(params));
  });

  test('learns: ten steps of descent lower the loss', () => {
    if (!config.maskedHead) return;
    const batch = {
      ids: ids([
        [2, 1, 4, 5],
        [6, 7, 1, 9],
      ]),
      targets: ids([
        [-1, 3, -1, -1],
        [-1, -1, 8, -1],
      ]),
    };
    const lossOf = (p: EncoderParams) => maskedLoss(p, config, batch);
    const own = initEncoder(config, createRng(2));
    let [first, last] = [0, 0];
    for (let step = 0; step < 10; step++) {
      const { value, gradients } = valueAndGrad(lossOf, own);
      last = value.item();
      if (step === 0) first = last;
      const byPath = new Map(leaves<Tensor>(gradients));
      for (const [path, { data }] of leaves<Tensor>(own)) {
        const gradient = byPath.get(path)?.data;
        if (gradient)
          for (let i = 0; i < data.length; i++) data[i] = Number(data[i]) - 0.3 * Number(gradient[i]);
      }
    }
    expect(first).toBeGreaterThan(3);
    expect(last).toBeLessThan(0.5 * first);
  });
});

describe('dropout', () => {
  const { config, params } = make({ dropout: 0.5 });
  const states = (dropoutSeed?: number) => [
    ...encode(params, config, ids([[5, 6, 7]]), { dropoutSeed }).data,
  ];

  test('is off without a seed, the same for a seed, another for another', () => {
    expect(states()).toEqual(states());
    expect(states(1)).toEqual(states(1));
    expect(states(1)).not.toEqual(states(2));
    expect(states(1)).not.toEqual(states());
  });
});

test('padding as long as a row, rows of many lengths: vectors do not depend on what stands beside', async () => {
  for (const pooling of ['mean', 'cls', 'max'] as const) {
    const encoder = make();
    const rng = createRng(3);
    const rows = Array.from({ length: 40 }, () =>
      Array.from({ length: 1 + rng.integer(12) }, () => rng.integer(30)),
    );
    const together = await embedTokens(encoder, rows, { pooling });
    for (const i of [0, 7, 23, 39]) {
      const [alone] = await embedTokens(encoder, [rows[i]], { pooling });
      alone.forEach((x, k) => expect(together[i][k]).toBeCloseTo(x, 5));
      expect(Math.hypot(...together[i])).toBeCloseTo(1, 5);
    }
    const { data } = encode(encoder.params, encoder.config, ids([rows[0]]));
    const column = Array.from({ length: rows[0].length }, (_, t) => Number(data[t * 16 + 3]));
    const expected = {
      mean: column.reduce((a, b) => a + b) / column.length,
      cls: column[0],
      max: Math.max(...column),
    }[pooling];
    const [raw] = await embedTokens(encoder, [rows[0]], { pooling, normalize: false });
    expect(raw[3]).toBeCloseTo(expected, 5);
  }
  const aborted = AbortSignal.abort(new Error('enough'));
  await expect(embedTokens(make(), [[1]], { signal: aborted })).rejects.toThrow('enough');
});

for (const pooling of ['mean', 'cls', 'max'] as const) {
  embedderContract(`an encoder pooled by ${pooling}`, () =>
    encoderEmbedder(make({ vocabSize: 300 }), trainCharacters('the whale sails 春眠不觉晓'), { pooling }),
  );
}

describe('an embedder of texts', () => {
  const tokenizer = trainCharacters('abcdef 春风花月', {
    specialTokens: ['[CLS]', '[SEP]', '[MASK]'],
    byteFallback: false,
  });

  test('frames texts, cuts long ones, and counts what it read', async () => {
    const encoder = make();
    const embedder = encoderEmbedder(encoder, tokenizer, { maxTokens: 6 });
    const { vectors, promptTokens } = await embedder.embed(['abcdef', 'abcd', '春风花月', '']);
    expect(promptTokens).toBe(6 + 6 + 6 + 2);
    expect(vectors[0]).toEqual(vectors[1]);
    const framed = [0, ...tokenizer.encode('春风花月'), 1];
    const [alone] = await embedTokens(encoder, [framed]);
    Array.from(vectors[2]).forEach((x, k) => expect(x).toBeCloseTo(alone[k], 5));
  });

  test('fill-mask counts its hidden places and leaves special tokens out', async () => {
    const guesses = await fillMask(make(), tokenizer, '春[MASK]花<mask>', { top: 30 });
    expect(guesses).toHaveLength(2);
    const ordinary = Array.from({ length: tokenizer.vocabSize - 3 }, (_, i) => i + 3);
    // The model has 30 rows, the vocabulary fewer.
    for (const each of guesses) expect(each.map(({ id }) => id).sort((a, b) => a - b)).toEqual(ordinary);
    expect(guesses[0][0].text).toMatch(/^春.花\[MASK\]$/);
    await expect(fillMask(make({ vocabSize: 8 }), tokenizer, '[MASK]月')).rejects.toThrow(/from 0 to 7, got/);
    await expect(fillMask(make(), tokenizer, '春', {})).rejects.toThrow(/at least one \[MASK\]/);
    await expect(fillMask(make(), tokenizer, '[MASK]', { top: 0 })).rejects.toThrow(/`top` must be a whole/);
    const plain = trainCharacters('abc');
    await expect(fillMask(make(), plain, 'a[MASK]')).rejects.toThrow(/no token that hides another/);
  });
});

describe('foreign names', () => {
  test.each(['BERT class', 'RoBERTa class, a table of its own'])(
    '%s: there and back bit by bit',
    async (name) => {
      const { config, params } = make({ tokenTypes: 1, ...kinds[name] });
      const place = join(folder, 'foreign');
      await saveEncoder(place, { config, params }, { foreign: true });
      const back = await loadEncoder(place);
      expect(back.config).toEqual(config);
      expect(numbers(back.params)).toEqual(numbers(params));
    },
  );

  test('buffers of whole numbers in a file are passed over', async () => {
    const { config, params } = make({ tokenTypes: 1 });
    const place = join(folder, 'buffers');
    await saveEncoder(place, { config, params }, { foreign: true });
    const file = join(place, 'model.safetensors');
    const { tensors } = await readSafetensors(file);
    const buffer = { dtype: 'i64', shape: [1], data: new BigInt64Array(1) } as const;
    await writeSafetensors(file, new Map([...tensors, ['bert.embeddings.position_ids', buffer]]));
    expect(numbers((await loadEncoder(place)).params)).toEqual(numbers(params));
  });

  test('names of TensorFlow, buffers and the head of next sentences are understood', () => {
    const { config, params } = make({ tokenTypes: 2 });
    const old = [...toForeignEncoder(config, params)].map(([name, value]): [string, Tensor] => [
      name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta'),
      value,
    ]);
    const more: [string, Tensor][] = [
      ['bert.embeddings.position_ids', tensor([[0, 1]])],
      ['cls.seq_relationship.weight', tensor([[0]])],
      ['cls.predictions.decoder.weight', params.embedding.weight],
    ];
    const back = fromForeignEncoder(toForeignEncoderConfig(config), new Map([...old, ...more]));
    expect(numbers(back.params)).toEqual(numbers(params));
    const [[first], ...rest] = old;
    expect(() => fromForeignEncoder(toForeignEncoderConfig(config), new Map(rest))).toThrow(
      `"${first.slice(5)}"`,
    );
    const extra = new Map([...old, ['bert.extra', tensor([1])] as const]);
    expect(() => fromForeignEncoder(toForeignEncoderConfig(config), extra)).toThrow(
      /1 unknown, the first is "extra"/,
    );
  });

  test.each([
    [{ model_type: 'gpt2' }, /`model_type` must be one of bert, roberta/],
    [{ hidden_act: 'mish' }, /`hidden_act` must be gelu/],
    [{ position_embedding_type: 'relative_key' }, /`position_embedding_type` must be absolute/],
    [{ is_decoder: true }, /`is_decoder` must be false/],
    [{ vocab_size: -1 }, /`vocabSize` must be a whole number/],
    [{ hidden_size: 'x' }, /`width` must be a whole number/],
    [{ num_hidden_layers: null }, /`layers` must be a whole number/],
  ])('a config of %j is refused', (change, words) => {
    const { config, params } = make();
    const json = { ...toForeignEncoderConfig(config), ...change };
    expect(() => fromForeignEncoder(json, toForeignEncoder(config, params))).toThrow(words);
  });

  test.each([
    [modern, /block/],
    [{ positions: 'rotary' }, /positions.kind/],
    [{ activation: 'swiglu' }, /activation/],
    [{ bias: false }, /bias/],
    [{ headSize: 4 }, /headSize/],
  ] as const)('what it cannot say is not exported: %j', (options, words) => {
    expect(() => toForeignEncoderConfig(make(options).config)).toThrow(words);
  });
});

describe('a sentence encoder’s folder', () => {
  const write = async (files: { readonly [name: string]: unknown }): Promise<string> => {
    const place = await mkdtemp(join(folder, 'modules-'));
    await mkdir(join(place, '1_Pooling'));
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(place, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    return place;
  };
  const module = (type: string, path = '') => ({ type: `sentence_transformers.models.${type}`, path });
  const pooled = [module('Transformer'), module('Pooling', '1_Pooling')];

  test.each([
    [{}, { pooling: 'mean', normalize: true }],
    [
      { 'modules.json': pooled, '1_Pooling/config.json': { pooling_mode_cls_token: true } },
      { pooling: 'cls', normalize: false },
    ],
    [
      {
        'modules.json': [...pooled, module('Normalize', '2_Normalize')],
        '1_Pooling/config.json': { pooling_mode_max_tokens: true, pooling_mode_cls_token: false },
        'sentence_bert_config.json': { max_seq_length: 128 },
      },
      { pooling: 'max', normalize: true, maxTokens: 128 },
    ],
  ])('says how it pools: %j', async (files, expected) => {
    expect(await readSentenceModules(await write(files))).toEqual(expected);
  });

  test.each([
    [
      { 'modules.json': [...pooled, module('Dense', '2_Dense')] },
      /must end in Pooling, Normalize, got Dense/,
    ],
    [{ 'modules.json': [module('Pooling', '../..')] }, /got Pooling/],
    [{ 'modules.json': { a: 1 } }, /not a list/],
    [{ 'modules.json': [null, 7] }, /got undefined/],
    [{ 'modules.json': '[' }, /must be a JSON object/],
    [
      {
        'modules.json': pooled,
        '1_Pooling/config.json': { pooling_mode_mean_tokens: true, pooling_mode_cls_token: true },
      },
      /got pooling_mode_mean_tokens \+ pooling_mode_cls_token/,
    ],
    [
      { 'modules.json': pooled, '1_Pooling/config.json': { pooling_mode_lasttoken: true } },
      /got pooling_mode_lasttoken/,
    ],
  ])('what it cannot do it says: %j', async (files, words) => {
    const place = await write({ '1_Pooling/config.json': { pooling_mode_mean_tokens: true }, ...files });
    await expect(readSentenceModules(place)).rejects.toThrow(words);
  });
});

test('damaged folders are errors that say what is wrong', async () => {
  const { config, params } = make({ tokenTypes: 1, pooler: true });
  const whole = join(folder, 'whole');
  await saveEncoder(whole, { config, params }, { foreign: true });
  const rng = createRng(4);
  for (const name of ['config.json', 'model.safetensors']) {
    const bytes = await readFile(join(whole, name));
    const head = Math.min(bytes.length, 6000);
    const place = join(folder, 'bad');
    await cp(whole, place, { recursive: true });
    for (let i = 0; i < 30; i++) {
      const bad = Buffer.from(bytes);
      bad[rng.integer(head)] ^= 1 << rng.integer(8);
      await writeFile(join(place, name), i % 2 ? bad : bytes.subarray(0, rng.integer(bytes.length)));
      await loadEncoder(place).catch((error) => expect(error).toHaveProperty('code'));
    }
    await writeFile(join(place, name), bytes);
  }
});

test.each([
  [{ block: 'sandwich' as never }, /`block` must be one of postNorm, preNorm/],
  [{ positions: 'alibi' as const }, /`positions.kind` must be one of none, learned, sinusoidal, rotary/],
  [{ tokenTypes: -1 }, /`tokenTypes` must be a whole number of at least 0/],
  [{ heads: 3 }, /width must be a multiple of heads/],
  [{ rows: 1 } as never, /"rows" is not a key/],
])('a config with %j is refused', (options, words) => {
  expect(() => make(options)).toThrow(words);
});

test('what a pass cannot do it says', () => {
  const { config, params } = make({ maskedHead: false });
  expect(() => encode(params, config, ids([Array(13).fill(1)]))).toThrow(
    /13 tokens does not fit its context of 12/,
  );
  const hidden = encode(params, config, ids([[1, 2]]));
  expect(() => pool(params, hidden)).toThrow(/has no pooler/);
  expect(() => maskedLogits(params, config, statesAt(hidden, [0]))).toThrow(/has no masked-LM head/);
  const whole = make();
  const nothing = { ids: ids([[1, 2]]), targets: ids([[-1, -1]]) };
  expect(() => maskedLoss(whole.params, whole.config, nothing)).toThrow(/at least one masked place/);
});
