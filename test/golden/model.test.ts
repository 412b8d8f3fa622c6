/** Our decoder against Hugging Face's GPT-2 and LLaMA in PyTorch (model.py). */

import { describe, expect, test } from 'vitest';
import { forward, loss, toForeignConfig } from '../../src/models/index.ts';
import { valueAndGrad } from '../../src/tensor/index.ts';
import {
  type GoldenModel,
  type GoldenModelName,
  goldenModel,
  readGolden,
  relativeError,
  relativeErrors,
  tokens,
  unpack,
} from './model-golden.ts';

const TOLERANCE = 1e-4;

describe.each<GoldenModelName>(['gpt2', 'llama'])('a two-layer %s', (name) => {
  const golden = readGolden<GoldenModel>(name);
  const { config, params } = goldenModel(name, golden.config);

  test('gives the logits of PyTorch', () => {
    const logits = forward(params, config, tokens(golden.ids));
    expect(logits.shape).toEqual([2, 8, 40]);
    expect(relativeError(logits.data, unpack(golden.logits))).toBeLessThan(TOLERANCE);
  });

  test.each([false, true])('gives the loss and every gradient of PyTorch (recompute: %s)', (recompute) => {
    const batch = { ids: tokens(golden.ids), targets: tokens(golden.targets), recompute };
    const { value, gradients } = valueAndGrad((p: typeof params) => loss(p, config, batch), params);
    expect(Math.abs(value.item() / golden.loss - 1)).toBeLessThan(TOLERANCE);
    const errors = relativeErrors(name, config, gradients, golden.gradients);
    expect(errors.filter(([, error]) => !(error < TOLERANCE))).toEqual([]);
  });

  test('says its config in the foreign words it came in', () => {
    const said = Object.entries(golden.config).filter(([, value]) => value !== null);
    const n_inner = name === 'gpt2' ? { n_inner: 64 } : {};
    expect(toForeignConfig(name, config)).toMatchObject({ ...Object.fromEntries(said), ...n_inner });
  });
});

describe('masks of a two-layer llama', () => {
  const golden = readGolden<GoldenModel>('llama');
  const { config, params } = goldenModel('llama', golden.config);
  const { keyStart, padded, prefixLengths, prefixed } = golden.masks!;

  test('padding on the left is not seen and does not shift positions', () => {
    const { data } = forward(params, config, tokens(golden.ids), { keyStart });
    for (const [b, start] of keyStart.entries()) {
      const real = data.subarray((b * 8 + start) * 40, (b + 1) * 8 * 40);
      expect(relativeError(real, unpack(padded[b]))).toBeLessThan(TOLERANCE);
    }
  });

  test('a prefix is seen in both directions', () => {
    const { data } = forward(params, config, tokens(golden.ids), { prefixLengths });
    expect(relativeError(data, unpack(prefixed))).toBeLessThan(TOLERANCE);
    const causal = forward(params, config, tokens(golden.ids));
    expect(relativeError(causal.data, unpack(prefixed))).toBeGreaterThan(TOLERANCE);
  });
});
