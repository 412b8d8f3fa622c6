/** Look-back decoding draws every text with the probability that the paper's formulas give it. */

import { describe, expect, test } from 'vitest';
import { functionModel, generateTokens, lookBackSearch, markovModel } from '../../src/decode/index.ts';
import { pseudo, readGolden } from './model-golden.ts';

interface Case {
  readonly prompt: number[];
  readonly alpha: number;
  readonly k: number;
  readonly window: number;
  readonly texts: readonly { readonly ids: number[]; readonly p: number }[];
}

const { vocab, spread, cases } = readGolden<{ vocab: number; spread: number; cases: readonly Case[] }>(
  'look-back',
);

const model = functionModel({
  vocabSize: vocab,
  logits: (ids) => pseudo(ids.at(-1)! * vocab + (ids.at(-2) ?? 0), vocab).map((u) => u * spread),
});

async function draw({ prompt, alpha, k, window }: Case, n: number): Promise<Map<string, number>> {
  const texts = Array.from({ length: n }, (): number[] => []);
  const strategy = lookBackSearch({ alpha, k, ...(window > 0 && { window }) });
  for await (const event of generateTokens(model, prompt, { strategy, maxTokens: 4, n, seed: 5 })) {
    if (event.type === 'token') texts[event.index].push(event.id);
  }
  const counts = new Map<string, number>();
  for (const ids of texts) counts.set(String(ids), (counts.get(String(ids)) ?? 0) + 1);
  return counts;
}

describe.each(cases)('prompt $prompt, alpha $alpha, k $k, window $window', (one) => {
  test(`its ${one.texts.length} texts`, async () => {
    const n = one.texts.length === 1 ? 3 : 1500;
    const counts = await draw(one, n);
    const expected = new Map(one.texts.map(({ ids, p }) => [String(ids), p * n]));
    for (const text of counts.keys()) expect([...expected.keys()]).toContain(text);
    let [chiSquare, cells, restSeen, restExpected] = [0, 0, 0, 0];
    for (const [text, mean] of expected) {
      const seen = counts.get(text) ?? 0;
      if (mean < 5) [restSeen, restExpected] = [restSeen + seen, restExpected + mean];
      else [chiSquare, cells] = [chiSquare + (seen - mean) ** 2 / mean, cells + 1];
    }
    if (restExpected >= 5)
      [chiSquare, cells] = [chiSquare + (restSeen - restExpected) ** 2 / restExpected, cells + 1];
    // Five standard deviations above the mean of the chi-square distribution.
    expect(chiSquare).toBeLessThanOrEqual(cells + 5 * Math.sqrt(2 * cells));
  });
});

test('the cases draw, and sometimes do not', () => {
  const sizes = cases.map(({ texts }) => texts.length);
  expect(Math.min(...sizes)).toBe(1);
  expect(Math.max(...sizes)).toBeGreaterThan(100);
});

test('all that was opened is closed, also where the context is full', async () => {
  const small = markovModel({ vocabSize: 9, contextLength: 7, seed: 2 });
  const strategy = lookBackSearch({ alpha: 5 });
  const reasons: string[] = [];
  let tokens = 0;
  for await (const event of generateTokens(small, [1, 2], { strategy, maxTokens: 50, n: 3, seed: 1 })) {
    if (event.type === 'token') tokens++;
    else if (event.type === 'finish') reasons.push(event.reason);
  }
  expect([tokens, reasons, small.openSequences]).toEqual([3 * 6, ['length', 'length', 'length'], 0]);
});
