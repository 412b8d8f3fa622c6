/** Encoder–decoders: their config, the contract of what they write for a source, learning. */

import { describe, expect, test } from 'vitest';
import { languageModelContract } from '../../test/contracts/language-model.ts';
import { createRng } from '../rng.ts';
import { type Tensor, tensor } from '../tensor/index.ts';
import { initEncoderDecoder, type PairBatch, pairLogits, pairLoss } from './encoder-decoder.ts';
import { type EncoderDecoderOptions, encoderDecoderConfig } from './encoder-decoder-config.ts';
import { encoderDecoderModel } from './encoder-decoder-model.ts';
import { fail } from './errors.ts';

const sizes = { vocabSize: 24, contextLength: 20, width: 16, layers: 2, heads: 2, startId: 0 };
const variants: { readonly [name: string]: Partial<EncoderDecoderOptions> } = {
  Transformer: {},
  'T5 class': {
    norm: 'rmsNorm',
    positions: { kind: 't5', buckets: 8, maxDistance: 12 },
    activation: 'geglu',
    bias: false,
    attentionScale: 1,
    encoderLayers: 1,
    tiedHead: false,
  },
  'Marian class': { block: 'postNorm', headBias: true, positions: { kind: 'sinusoidal', halves: true } },
  'rotary, QK-norm': {
    norm: 'rmsNorm',
    positions: 'rotary',
    qkNorm: true,
    activation: 'swiglu',
    bias: false,
  },
};

function make(changes: Partial<EncoderDecoderOptions> = {}) {
  const config = encoderDecoderConfig({ ...sizes, ...changes });
  const params = initEncoderDecoder(config, createRng(3));
  return { config, params, model: encoderDecoderModel(params, config) };
}

const rows = (ids: number[][]): Tensor => tensor(ids, { dtype: 'i32' });
const batch: PairBatch = {
  source: rows([
    [5, 9, 3, 1],
    [7, 1, 0, 0],
  ]),
  sourceLengths: [4, 2],
  ids: rows([
    [0, 8, 2],
    [0, 4, 4],
  ]),
  targets: rows([
    [8, 2, 1],
    [4, 1, -1],
  ]),
};

describe.each(Object.entries(variants))('%s', (name, changes) => {
  const { config, params, model } = make(changes);

  if (name.endsWith('class')) {
    const create = () => model.read([5, 9, 3, 1]);
    languageModelContract(name, {
      create,
      hidden: true,
      attention: true,
      layers: true,
      embed: true,
      walks: 2,
    });
  }

  test('a complete config passes unchanged, through JSON too', () => {
    expect(encoderDecoderConfig(config)).toEqual(config);
    expect(encoderDecoderConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test('sources of different length, stepped together, are what a padded batch makes of them', () => {
    const whole = pairLogits(params, config, batch).data;
    const sources = [
      [5, 9, 3, 1],
      [7, 1],
    ].map((source) => model.read(source).open());
    const results = model.step(
      [
        { sequence: sources[0], ids: [0, 8, 2] },
        { sequence: sources[1], ids: [0, 4, 4] },
      ],
      { logits: 'all' },
    );
    const got = results.flatMap(({ logits }) => logits.flatMap((row) => Array.from(row)));
    got.forEach((value, i) => void expect(Math.abs(value - whole[i])).toBeLessThan(1e-4));
    // What is written depends on the source.
    const [other] = model.step([{ sequence: model.read([2, 1]).open(), ids: [0] }]);
    expect(other.logits[0]).not.toEqual(results[0].logits[0]);
  });
});

test('dropout differs from seed to seed, and is off without one', () => {
  const { config, params } = make({ dropout: 0.5 });
  const lossOf = (dropoutSeed?: number) => pairLoss(params, config, { ...batch, dropoutSeed }).item();
  expect(lossOf(1)).toBe(lossOf(1));
  expect(new Set([lossOf(1), lossOf(2), lossOf()]).size).toBe(3);
  expect(lossOf()).toBe(pairLoss(params, encoderDecoderConfig({ ...config, dropout: 0 }), batch).item());
});

test('refuses sources that are too long, empty or of other ids, and a decoder without a source', () => {
  const { model } = make({ sourceLength: 4 });
  expect(() => model.read([1, 2, 3, 4, 5])).toThrow(
    fail('model/source-long', { length: 5, sourceLength: 4 }).message,
  );
  expect(() => model.read([])).toThrow('at least one token');
  expect(() => model.read([24])).toThrow('from 0 to 23');
  expect(() => make({ block: 'sandwich' as 'preNorm' })).toThrow('preNorm or postNorm');
  expect(() => make({ positions: 'alibi' })).toThrow('positions.kind');
});
