/** Our encoder against Hugging Face's BERT and RoBERTa in PyTorch (encoder.py), with padding in the batch. */

import { describe, expect, test } from 'vitest';
import {
  type EncoderParams,
  encode,
  fromForeignEncoder,
  maskedLogits,
  maskedLoss,
  pool,
  statesAt,
  toForeignEncoder,
  toForeignEncoderConfig,
} from '../../src/models/index.ts';
import { add, mean, mul, type Tensor, valueAndGrad } from '../../src/tensor/index.ts';
import { readGolden, relativeError, startingWeights, tokens, unpack } from './model-golden.ts';

interface GoldenEncoder {
  readonly config: { readonly [key: string]: unknown };
  readonly ids: number[][];
  readonly types: number[][];
  readonly targets: number[][];
  readonly lengths: number[];
  readonly loss: number;
  readonly lossWithPooled?: number;
  readonly hidden: string[];
  readonly logits: string;
  readonly pooled?: string;
  readonly shapes: { readonly [name: string]: number[] };
  readonly gradients: { readonly [name: string]: string };
}

const TOLERANCE = 1e-4;

describe.each(['bert', 'roberta'])('a two-layer %s', (name) => {
  const golden = readGolden<GoldenEncoder>(name);
  const named = Object.entries(golden.shapes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, shape], i): [string, Tensor] => [key, startingWeights(key, shape, i)]);
  const { config, params } = fromForeignEncoder(golden.config, new Map(named));
  const [ids, types, targets] = [golden.ids, golden.types, golden.targets].map(tokens);
  const options = { lengths: golden.lengths, types };

  test('gives the hidden states and the logits of PyTorch', () => {
    const hidden = encode(params, config, ids, options);
    expect(hidden.shape).toEqual([2, 9, 16]);
    for (const [b, length] of golden.lengths.entries()) {
      const real = hidden.data.subarray(b * 9 * 16, (b * 9 + length) * 16);
      expect(relativeError(real as Float32Array, unpack(golden.hidden[b]))).toBeLessThan(TOLERANCE);
    }
    const places = golden.targets.flat().flatMap((id, place) => (id < 0 ? [] : [place]));
    const logits = maskedLogits(params, config, statesAt(hidden, places));
    expect(relativeError(logits.data, unpack(golden.logits))).toBeLessThan(TOLERANCE);
    if (golden.pooled) {
      expect(relativeError(pool(params, hidden).data, unpack(golden.pooled))).toBeLessThan(TOLERANCE);
    }
  });

  test('gives the loss and every gradient of PyTorch', () => {
    const lossOf = (p: EncoderParams): Tensor => {
      const masked = maskedLoss(p, config, { ids, targets, ...options });
      if (!config.pooler) return masked;
      const pooled = pool(p, encode(p, config, ids, options));
      return add(masked, mean(mul(pooled, pooled)));
    };
    const { value, gradients } = valueAndGrad(lossOf, params);
    expect(Math.abs(value.item() / (golden.lossWithPooled ?? golden.loss) - 1)).toBeLessThan(TOLERANCE);
    const ours = toForeignEncoder(config, gradients);
    expect([...ours.keys()].sort()).toEqual(Object.keys(golden.gradients).sort());
    const errors = Object.entries(golden.gradients).map(([key, packed]): [string, number] => [
      key,
      relativeError(ours.get(key)!.data, unpack(packed)),
    ]);
    // The bias of keys moves no score: its gradient is rounding.
    const small = (key: string): boolean => key.endsWith('key.bias');
    expect(errors.filter(([key, error]) => !small(key) && !(error < TOLERANCE))).toEqual([]);
    for (const [key] of errors.filter(([each]) => small(each))) {
      expect(Math.max(...ours.get(key)!.data.map(Math.abs))).toBeLessThan(1e-6);
    }
  });

  test('what stands behind the end of a text changes nothing', () => {
    const other = golden.ids.map((row, b) => row.map((id, t) => (t < golden.lengths[b] ? id : 39)));
    const [a, b] = [ids, tokens(other)].map((x) => encode(params, config, x, options).data);
    for (const [row, length] of golden.lengths.entries()) {
      const [from, to] = [row * 9 * 16, (row * 9 + length) * 16];
      expect(a.subarray(from, to)).toEqual(b.subarray(from, to));
    }
  });

  test('says its config and its weights in the foreign words they came in', () => {
    const { pad_token_id, ...said } = golden.config;
    expect(toForeignEncoderConfig(config)).toMatchObject(said);
    expect(toForeignEncoderConfig(config).pad_token_id).toBe(pad_token_id);
    const back = toForeignEncoder(config, params);
    for (const [key, tensor] of named) {
      if (!key.startsWith('cls.seq_relationship')) expect(back.get(key)?.data).toEqual(tensor.data);
    }
  });
});
