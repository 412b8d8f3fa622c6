import { describe, expect, test } from 'vitest';
import type { InkstoneError } from '../errors.ts';
import { type DecoderOptions, decoderConfig } from './config.ts';
import { preset, presetNames } from './presets.ts';

const sizes = { vocabSize: 40, contextLength: 16, width: 16, layers: 2, heads: 4 };

test('five sizes are enough; the rest follows from them', () => {
  expect(decoderConfig(sizes)).toMatchObject({
    ...sizes,
    kvHeads: 4,
    headSize: 4,
    ffnSize: 64,
    activation: 'gelu',
    norm: { kind: 'layerNorm', bias: false, eps: 1e-5 },
    positions: { kind: 'learned' },
    tiedHead: true,
  });
  expect(decoderConfig({ ...sizes, width: 96, activation: 'swiglu' }).ffnSize).toBe(256);
  expect(decoderConfig({ ...sizes, bias: true }).norm.bias).toBe(true);
  expect(decoderConfig({ ...sizes, bias: true, norm: 'rmsNorm' }).norm).toEqual({
    kind: 'rmsNorm',
    bias: false,
    eps: 1e-6,
  });
});

test('fields that came later are absent where they have their default, so that earlier configs are what they were', () => {
  const config = decoderConfig({ ...sizes, block: 'preNorm', attentionSoftcap: undefined });
  expect(config).toEqual(decoderConfig(sizes));
  expect(Object.keys(config)).not.toContain('block');
  expect(decoderConfig({ ...sizes, block: 'parallel' }).block).toBe('parallel');
});

test('a complete config goes through JSON unchanged', () => {
  for (const name of presetNames) {
    const config = preset(name);
    expect(decoderConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  }
});

describe('a wrong option is one clear error', () => {
  test.each<[object, string, RegExp, RegExp]>([
    [{ heads: 3 }, 'model/heads', /multiple of heads, got 16 and 3/, /heads 的倍数，得到 16 和 3/],
    [{ kvHeads: 3 }, 'model/kv-heads', /got 4 and 3/, /得到 4 和 3/],
    [
      { width: 0 },
      'model/option',
      /`width` must be a whole number of at least 1, got 0/,
      /`width` 必须是不小于 1 的整数/,
    ],
    [{ layers: undefined }, 'model/option', /`layers` must be/, /`layers` 必须是/],
    [{ layers: '2' }, 'model/option', /`layers` must be a whole number of at least 1, got "2"/, /得到 "2"/],
    [{ dropout: 1 }, 'model/option', /`dropout` must be in \[0, 1\), got 1/, /\[0, 1\) 之间的数/],
    [{ activation: 'gleu' }, 'model/option', /one of relu, gelu/, /之一/],
    [{ norm: 'batchNorm' }, 'model/option', /`norm.kind` must be one of/, /`norm.kind` 必须是/],
    [{ norm: { kind: 'rmsNorm', bias: true } }, 'model/option', /`norm.bias`/, /`norm.bias`/],
    [
      { positions: 'rotery' },
      'model/option',
      /`positions.kind` must be one of none, learned/,
      /positions.kind/,
    ],
    [
      { positions: { kind: 'rotary', theta: 5 } },
      'model/key',
      /"positions.theta" is not a key/,
      /没有 "positions.theta"/,
    ],
    [{ kv_heads: 2 }, 'model/key', /"kv_heads" is not a key; did you mean "kvHeads"/, /是不是 "kvHeads"/],
    [{ bias: { fnn: true } }, 'model/key', /"bias.fnn" is not a key; did you mean "ffn"/, /是不是 "ffn"/],
    [{ positions: { kind: 'rotary', fraction: 0.75 } }, 'positions/rotary-size', /even number/, /偶数/],
    [{ block: 'paralel' }, 'model/option', /`block` must be one of preNorm/, /之一/],
    [{ globalEvery: 2 }, 'model/option', /`window` must be above 0 with globalEvery, got 0/, /大于 0/],
    [
      { positions: 'rotary', localRotaryBase: 9 },
      'model/option',
      /`globalEvery` must be given with localRotaryBase/,
      /已给出/,
    ],
    [
      { window: 4, globalEvery: 2, localRotaryBase: 9 },
      'model/option',
      /`positions.kind` must be rotary with localRotaryBase, got "learned"/,
      /rotary/,
    ],
    [
      { positions: { kind: 't5', buckets: 7 } },
      'positions/buckets',
      /even number of at least 2, got 7/,
      /偶数/,
    ],
    [
      { positions: { kind: 't5', maxDistance: 16 } },
      'positions/max-distance',
      /`maxDistance` must be above 16/,
      /大于 16/,
    ],
  ])('%j', (changes, code, en, zh) => {
    let error: InkstoneError | undefined;
    try {
      decoderConfig({ ...sizes, ...changes } as DecoderOptions);
    } catch (thrown) {
      error = thrown as InkstoneError;
    }
    expect(error?.code).toBe(code);
    expect(error?.text('en')).toMatch(en);
    expect(error?.text('zh')).toMatch(zh);
  });

  test('an unknown preset names the near one', () => {
    const code = 'model/preset';
    expect(() => preset('shakespear')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(/shakespeare/) }),
    );
    expect(() => preset('toString')).toThrow(expect.objectContaining({ code }));
  });
});
