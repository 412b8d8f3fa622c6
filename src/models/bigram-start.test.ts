import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { fromArray, softmax } from '../tensor/index.ts';
import { startFromBigrams } from './bigram-start.ts';
import { decoderConfig } from './config.ts';
import { forward, init } from './decoder.ts';

/** Text in which every token prefers a few followers. */
function sampleTokens(vocabSize: number, length: number): number[] {
  const rng = createRng(3);
  const tokens = [0];
  while (tokens.length < length) {
    const last = tokens[tokens.length - 1];
    const jump = rng.uniform() < 0.7 ? 1 + (last % 3) : rng.integer(vocabSize);
    tokens.push((last + jump) % vocabSize);
  }
  return tokens;
}

const sizes = { vocabSize: 12, width: 32, layers: 2, heads: 2, contextLength: 8, tiedHead: false };

/** Every block silent, so that only the two tables speak. */
function tablesOnly(options: Parameters<typeof startFromBigrams>[4] & { readonly tokens: number[] }) {
  const { tokens, ...rest } = options;
  const config = decoderConfig({ ...sizes, norm: 'rmsNorm', positions: 'rotary' });
  const params = init(config, createRng(1), { std: 1e-9 });
  startFromBigrams(params, config, tokens, createRng(2), rest);
  const ids = fromArray<'i32'>(
    Int32Array.from({ length: sizes.vocabSize }, (_, i) => i),
    [sizes.vocabSize, 1],
    'i32',
  );
  return softmax(forward(params, config, ids)).data as Float32Array;
}

describe('a start from bigrams', () => {
  test('is the smoothed bigram model where the rank suffices', () => {
    const tokens = sampleTokens(12, 5000);
    const smoothing = 20;
    const predicted = tablesOnly({ tokens, smoothing });
    const count = (i: number) => tokens.filter((t) => t === i).length;
    const p = Array.from({ length: 12 }, (_, i) => (count(i) + 0.5) / (tokens.length + 6));
    for (let i = 0; i < 12; i++) {
      const followers = Array.from({ length: 12 }, (_, j) => {
        const pairs = tokens.filter((t, at) => t === i && tokens[at + 1] === j).length;
        return p[j] * (1 + pairs / (smoothing * p[j]));
      });
      const total = followers.reduce((sum, x) => sum + x, 0);
      followers.forEach((x, j) => {
        expect(predicted[i * 12 + j]).toBeCloseTo(x / total, 3);
      });
    }
  });

  test('with much smoothing is the unigram model', () => {
    const tokens = sampleTokens(12, 5000);
    const predicted = tablesOnly({ tokens, smoothing: 1e9 });
    for (let j = 0; j < 12; j++) {
      const share = tokens.filter((t) => t === j).length / tokens.length;
      expect(predicted[5 * 12 + j]).toBeCloseTo(share, 3);
    }
  });

  test('survives tokens that never occur, and a corpus of one pair', () => {
    for (const tokens of [[3, 4], [7], new Array(50).fill(2)]) {
      expect(tablesOnly({ tokens }).every(Number.isFinite)).toBe(true);
    }
  });

  test('embeddings have the stated size and mean 0', () => {
    const config = decoderConfig(sizes);
    const params = init(config, createRng(1));
    startFromBigrams(params, config, sampleTokens(12, 2000), createRng(2), { scale: 0.25 });
    const { data } = params.embedding.weight;
    for (let i = 0; i < 12; i++) {
      const row = [...(data.subarray(i * 32, (i + 1) * 32) as Float32Array)];
      expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 5);
      expect(Math.sqrt(row.reduce((sum, x) => sum + x * x, 0) / 32)).toBeCloseTo(0.25, 5);
    }
  });

  test('the same tokens and seed give the same start', () => {
    const start = () => {
      const config = decoderConfig(sizes);
      const params = init(config, createRng(1));
      startFromBigrams(params, config, sampleTokens(12, 500), createRng(9));
      return [...params.head!.weight.data];
    };
    expect(start()).toEqual(start());
  });

  test('a tied head and a narrow model are refused in both languages', () => {
    const tied = decoderConfig({ ...sizes, tiedHead: true });
    const make = () => startFromBigrams(init(tied, createRng(1)), tied, [1, 2], createRng(1));
    expect(make).toThrow(/tiedHead to false/);
    const narrow = decoderConfig({ ...sizes, width: 2, heads: 1 });
    expect(() => startFromBigrams(init(narrow, createRng(1)), narrow, [1, 2], createRng(1))).toThrow(
      /width must be at least 4, got 2/,
    );
  });
});
