import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import {
  collectProcessors,
  createHistory,
  createScorer,
  greedy,
  greedySearch,
  sample,
  sampling,
} from './index.ts';

const samplers = { greedy, sample };
const rng = () => createRng(7);

/** Pearson's statistic of observed counts against expected probabilities; ids with probability 0 must not occur. */
function chiSquare(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((a, b) => a + b, 0);
  return probabilities.reduce((sum, p, id) => {
    if (p === 0) return counts[id] === 0 ? sum : Number.POSITIVE_INFINITY;
    return sum + (counts[id] - total * p) ** 2 / (total * p);
  }, 0);
}

function softmax(logits: readonly number[]): number[] {
  const weights = logits.map(Math.exp);
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}

describe.each(Object.keys(samplers) as (keyof typeof samplers)[])('%s', (name) => {
  const choose = samplers[name]();

  test.each([
    [[0, Number.NaN, 1], 'the one of id 1 at position 5 is NaN'],
    [[Number.NaN], 'the one of id 0 at position 5 is NaN'],
    [[Number.POSITIVE_INFINITY, Number.NaN], 'the one of id 1 at position 5 is NaN'],
    [[0, 1, Number.POSITIVE_INFINITY], 'the one of id 2 at position 5 is +∞'],
    [[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], 'all 2 are banned at position 5'],
    [[], 'all 0 are banned at position 5'],
  ])('%j is a clear error', (logits, message) => {
    expect(() => choose(Float32Array.from(logits), rng(), 5)).toThrow(message);
  });

  test('takes the only token that is allowed, and huge logits as they are', () => {
    const banned = Number.NEGATIVE_INFINITY;
    expect(choose(Float32Array.from([banned, -3e38, banned]), rng())).toBe(1);
    expect(choose(Float32Array.from([3e38, -3e38]), rng())).toBe(0);
    expect(choose(Float32Array.from([2]), rng())).toBe(0);
  });
});

test('sampling never takes a token whose probability is too small for a number, even when 0 is drawn', () => {
  const zero = { ...rng(), uniform: () => 0 };
  expect(sample()(Float32Array.from([-1e5, 0, 1]), zero)).toBe(1);
});

test('greedy takes the lowest of equal ids, also among zeros of both signs', () => {
  expect(greedy()(Float32Array.from([1, 3, 3, 2]), rng())).toBe(1);
  expect(greedy()(Float32Array.from([-0, 0, 0]), rng())).toBe(0);
});

describe('sampling draws by probability', () => {
  const logits = [2, 1, 0, 1.5, Number.NEGATIVE_INFINITY, -1, 0.5, -2];
  const history = createHistory([0, 3]);
  const draws = 20_000;
  const cases = [
    { options: {}, expected: softmax(logits) },
    { options: { temperature: 0.5 }, expected: softmax(logits.map((v) => v / 0.5)) },
    { options: { topK: 3 }, expected: softmax(logits.map((v) => (v >= 1 ? v : Number.NEGATIVE_INFINITY))) },
    {
      options: { minP: 0.2 },
      expected: softmax(logits.map((v) => (v >= 2 + Math.log(0.2) ? v : Number.NEGATIVE_INFINITY))),
    },
    {
      options: { repetitionPenalty: 2 },
      expected: softmax(logits.map((v, i) => (i === 0 || i === 3 ? v / 2 : v))),
    },
  ];

  test.each(cases)('with $options (chi-square, 8 ids, limit for p = 0.0001)', ({ options, expected }) => {
    const processors = collectProcessors(options);
    const random = createRng(2024);
    const choose = sample();
    const counts = new Array(logits.length).fill(0);
    for (let i = 0; i < draws; i++) {
      const row = Float32Array.from(logits);
      for (const process of processors) process(row, history);
      counts[choose(row, random)]++;
    }
    // 7 degrees of freedom at most: the 0.9999 quantile is 29.9.
    expect(chiSquare(counts, expected)).toBeLessThan(29.9);
  });

  test('the test itself sees a distribution that is off by a tenth', () => {
    const expected = softmax(logits);
    const wrong = softmax(logits.map((v, i) => v + (i === 0 ? 0.1 : 0)));
    const random = createRng(2024);
    const choose = sample();
    const counts = new Array(logits.length).fill(0);
    for (let i = 0; i < draws; i++) counts[choose(Float32Array.from(logits), random)]++;
    expect(chiSquare(counts, wrong)).toBeGreaterThan(29.9);
    expect(chiSquare(counts, expected)).toBeLessThan(29.9);
  });
});

test('scores are log-probabilities before processing, alternatives greatest first', () => {
  const logits = Float32Array.from([1, 3, 2, Number.NEGATIVE_INFINITY]);
  const score = createScorer(2)(logits);
  logits.fill(0);
  const [, three, two] = softmax([1, 3, 2]).map(Math.log);
  const { logprob, top } = score(2);
  expect(logprob).toBeCloseTo(two, 6);
  expect(top?.map(({ id }) => id)).toEqual([1, 2]);
  expect(top?.[0].logprob).toBeCloseTo(three, 6);
  expect(createScorer(0)(logits)(1)).toEqual({ logprob: -Math.log(4) });
});

test('strategies check their options when they are made', () => {
  expect(() => sampling({ temperature: -0.5 })).toThrow('temperature: must be a number ≥ 0, got -0.5');
  expect(() => greedySearch({ noRepeatNgram: 1.5 })).toThrow(
    'noRepeatNgram: must be an integer ≥ 1, got 1.5',
  );
});
