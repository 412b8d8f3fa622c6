import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  collectProcessors,
  createHistory,
  detectWatermark,
  generateTokens,
  greedySearch,
  markovModel,
  type ProcessorOptions,
  sampling,
} from './index.ts';

interface Golden {
  readonly lists: readonly {
    readonly key: string;
    readonly before: readonly number[];
    readonly gamma: number;
    readonly vocab: number;
    readonly green: readonly number[];
  }[];
  readonly texts: readonly {
    readonly key: string;
    readonly gamma: number;
    readonly context: number;
    readonly ids: readonly number[];
    readonly scored: number;
    readonly green: number;
    readonly zScore: number;
    readonly pValue: number;
  }[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../test/golden/watermark.json', import.meta.url), 'utf8'),
);

describe('as the reference has it', () => {
  test.each(golden.lists)(
    'green tokens of $key after $before, γ = $gamma',
    ({ key, before, gamma, vocab, green }) => {
      const [mark] = collectProcessors({ watermark: { key, gamma, delta: 3, context: before.length } });
      const marked = (ids: readonly number[]) => {
        const logits = new Float32Array(vocab).fill(-1);
        mark(logits, createHistory(ids));
        return [...logits.keys()].filter((id) => logits[id] === 2);
      };
      expect(marked(before)).toEqual(green);
      expect(marked([5, ...before])).toEqual(green);
      expect(marked(before.slice(1))).toEqual([]);
    },
  );

  test.each(golden.texts)('p = $pValue of $scored tokens', ({ key, gamma, context, ids, ...expected }) => {
    const found = detectWatermark(ids, { key, gamma, context });
    expect(found).toMatchObject({ scored: expected.scored, green: expected.green, gamma });
    expect(found.zScore).toBeCloseTo(expected.zScore, 10);
    expect(Math.abs(found.pValue / expected.pValue - 1)).toBeLessThan(1e-9);
  });
});

describe('a text', () => {
  const VOCAB = 64;
  const model = markovModel({ vocabSize: VOCAB, seed: 4, spread: 1.5 });
  const write = async (options: ProcessorOptions, seed = 1): Promise<number[]> => {
    const strategy = options.temperature === 0 ? greedySearch(options) : sampling(options);
    const ids: number[] = [];
    const written = generateTokens(model, [1], { maxTokens: 200, seed, strategy });
    for await (const part of written) if (part.type === 'token') ids.push(part.id);
    return ids;
  };

  test('with a mark is found by its key alone, wherever its mark was strong enough', async () => {
    const marked = await write({ watermark: 'secret' });
    expect(marked).toHaveLength(200);
    expect(detectWatermark(marked, 'secret').pValue).toBeLessThan(1e-15);
    expect(detectWatermark(marked, 'secret:9:0.25').pValue).toBeLessThan(1e-15);
    for (const other of ['Secret', 'secret:2:0.25:2'])
      expect(detectWatermark(marked, other).pValue).toBeGreaterThan(1e-3);
    expect(detectWatermark(await write({}), 'secret').pValue).toBeGreaterThan(1e-3);
    // Every sixth token changed: each spoils two pairs.
    const edited = marked.map((id, i) => (i % 6 === 0 ? (id * 7 + i) % VOCAB : id));
    expect(detectWatermark(edited, 'secret').pValue).toBeLessThan(1e-7);
    const weak = detectWatermark(await write({ watermark: 'secret:0.5' }), 'secret');
    expect(weak.greenFraction).toBeLessThan(detectWatermark(marked, 'secret').greenFraction);
    const long = await write({ watermark: 'secret:4:0.5:3', topK: 20, preset: 'llama.cpp' });
    expect(detectWatermark(long, 'secret:4:0.5:3').pValue).toBeLessThan(1e-15);
  });

  test('has a key that is text, even where it looks like a number', async () => {
    const marked = await write({ watermark: { key: '007' } });
    expect(detectWatermark(marked, '007').pValue).toBeLessThan(1e-15);
    expect(detectWatermark(await write({ watermark: '007:2' }), { key: '007' }).pValue).toBeLessThan(1e-15);
    expect(detectWatermark(marked, '7').pValue).toBeGreaterThan(1e-3);
  });

  test('that says the same again counts it once', async () => {
    const marked = await write({ watermark: 'secret' });
    const twice = detectWatermark([...marked, ...marked, ...marked], 'secret');
    const once = detectWatermark(marked, 'secret');
    expect(twice.scored - once.scored).toBeLessThanOrEqual(1);
    const loop = await write({ watermark: 'secret', temperature: 0 });
    expect(detectWatermark(loop, 'secret').scored).toBeLessThan(VOCAB);
  });

  test('with far fewer green tokens than chance has the p-value 1', () => {
    const [mark] = collectProcessors({ watermark: 'secret:1:0.75' });
    const ids = [1];
    for (let i = 0; i < 900; i++) {
      const logits = new Float32Array(512);
      mark(logits, createHistory(ids));
      const others = [...logits.keys()].filter((id) => logits[id] === (i < 3 ? 1 : 0));
      ids.push(others[i % others.length]);
    }
    const { green, pValue } = detectWatermark(ids, 'secret:1:0.75');
    expect({ green, pValue }).toEqual({ green: 3, pValue: 1 });
  });

  test('without a mark has even p-values', async () => {
    const texts = await Promise.all([1, 2, 3].map((seed) => write({}, seed)));
    const values = texts.flatMap((ids) =>
      Array.from({ length: 200 }, (_, key) => detectWatermark(ids, `key ${key}`).pValue),
    );
    for (const level of [0.01, 0.1, 0.5]) {
      const share = values.filter((p) => p <= level).length / values.length;
      const spread = 4 * Math.sqrt((level * (1 - level)) / values.length);
      expect(share).toBeLessThan(level + spread);
      // The binomial has steps.
      expect(share).toBeGreaterThan(0.6 * level - spread);
    }
  });

  test.each([
    ['', 'key:delta:gamma:context'],
    ['k:0', 'watermark.delta'],
    ['k:2:1', 'watermark.gamma'],
    ['k:2:0.5:0', 'watermark.context'],
    [{ key: '' }, 'watermark.key'],
    [{ key: 'k', delat: 3 }, 'did you mean "delta"'],
  ])('needs a mark that can be: %j', (mark, words) => {
    expect(() => detectWatermark([1, 2], mark as string)).toThrow(words);
    expect(() => collectProcessors({ watermark: mark as string })).toThrow(words);
  });
});
