import { describe, expect, test } from 'vitest';
import type { LanguageModel } from '../types.ts';
import {
  functionModel,
  type GenerateTokensOptions,
  generateTokens,
  greedySearch,
  markovModel,
  type ProcessorOptions,
  promptLookup,
  type Strategy,
  sampling,
  scriptedModel,
  speculative,
} from './index.ts';

async function collect(model: LanguageModel, promptIds: readonly number[], options: GenerateTokensOptions) {
  const ids: number[][] = Array.from({ length: options.n ?? 1 }, () => []);
  const logprobs: (number | undefined)[] = [];
  const reasons: string[] = [];
  for await (const event of generateTokens(model, promptIds, { seed: 1, ...options })) {
    if (event.type === 'token') {
      ids[event.index].push(event.id);
      logprobs.push(event.logprob);
    } else if (event.type === 'finish') reasons[event.index] = event.reason;
  }
  return { ids, logprobs, reasons };
}

/** Sum over the bins of (observed − expected)² / expected. */
function chiSquare(observed: ReadonlyMap<string, number>, expected: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [bin, count] of expected) sum += ((observed.get(bin) ?? 0) - count) ** 2 / count;
  return sum;
}

/** The probability of every text of three tokens. */
function textProbabilities(row: (ids: readonly number[]) => number[]): Map<string, number> {
  const texts = new Map<string, number>();
  const visit = (ids: number[], p: number): void => {
    if (ids.length === 3) return void texts.set(ids.join(), p);
    row(ids).forEach((q, id) => {
      if (q > 0) visit([...ids, id], p * q);
    });
  };
  visit([], 1);
  return texts;
}

const softmax = (row: readonly number[]): number[] => {
  const weights = row.map(Math.exp);
  const total = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / total);
};

describe('the distribution', () => {
  const targetRow = (ids: readonly number[]) => [0.5, -0.5 + (ids.at(-1) === 0 ? 1.5 : 0), 0.2 * ids.length];
  const draftRow = (ids: readonly number[]) => [-1, 0.3 * ids.length, ids.at(-1) === 1 ? 1 : 0];
  const target = functionModel({ vocabSize: 3, logits: targetRow });
  const draft = functionModel({ vocabSize: 3, logits: draftRow });

  // 26 degrees of freedom: 54.1 at p = 0.001.
  test.each<[string, () => Strategy, number]>([
    ['sampling itself', () => sampling(), 54.1],
    ['a draft model', () => speculative(draft, { draftTokens: 3 }), 54.1],
    ['a draft model that is the same', () => speculative(target, { draftTokens: 2 }), 54.1],
    ['look-up', () => promptLookup({ draftTokens: 3, minMatch: 1 }), 54.1],
  ])('is exactly the model’s: %s', async (_, strategy, limit) => {
    const n = 1500;
    const { ids } = await collect(target, [0, 1, 2, 0], { strategy: strategy(), n, maxTokens: 3, seed: 5 });
    const observed = new Map<string, number>();
    for (const text of ids) observed.set(text.join(), (observed.get(text.join()) ?? 0) + 1);
    const expected = textProbabilities((text) => softmax(targetRow([0, 1, 2, 0, ...text])));
    for (const [text, p] of expected) expected.set(text, n * p);
    expect(expected.size).toBe(27);
    expect(chiSquare(observed, expected)).toBeLessThan(limit);
  });

  test('the test can fail: the draft’s own texts are far away', async () => {
    const n = 1500;
    const { ids } = await collect(draft, [0, 1, 2, 0], { strategy: sampling(), n, maxTokens: 3, seed: 5 });
    const observed = new Map<string, number>();
    for (const text of ids) observed.set(text.join(), (observed.get(text.join()) ?? 0) + 1);
    const expected = textProbabilities((text) => softmax(targetRow([0, 1, 2, 0, ...text])));
    for (const [text, p] of expected) expected.set(text, n * p);
    expect(chiSquare(observed, expected)).toBeGreaterThan(250);
  });

  test('with processors it is the processed one', async () => {
    const n = 1500;
    const options: ProcessorOptions = { topK: 2, noRepeatNgram: 2 };
    const [plain, fast] = await Promise.all(
      [sampling(options), speculative(draft, { ...options, draftTokens: 3 })].map(async (strategy, seed) => {
        const { ids } = await collect(target, [0, 1, 2, 0], { strategy, n, maxTokens: 3, seed });
        const counts = new Map<string, number>();
        for (const text of ids) counts.set(text.join(), (counts.get(text.join()) ?? 0) + 1);
        return counts;
      }),
    );
    expect([...fast.keys()].sort()).toEqual([...plain.keys()].sort());
    // Two samples: Σ (a − b)² / (a + b), one degree of freedom a bin; at most 12 bins, 32.9 at p = 0.001.
    let sum = 0;
    for (const [text, count] of plain) sum += (count - fast.get(text)!) ** 2 / (count + fast.get(text)!);
    expect(plain.size).toBeLessThanOrEqual(12);
    expect(sum).toBeLessThan(32.9);
  });
});

const processorSets: ProcessorOptions[] = [
  {},
  { repetitionPenalty: 1.2, noRepeatNgram: 3 },
  { frequencyPenalty: 0.4, topP: 0.9 },
  { mirostat: 4 },
  { xtc: 0.5, noise: 0.3 },
];

describe('the same text', () => {
  test.each(processorSets)(
    'look-up gives the texts of sampling with the same seed, with %j',
    async (options) => {
      const model = markovModel({ vocabSize: 12, seed: 1, order: 2, spread: 3 });
      const run = (strategy: Strategy) =>
        collect(model, [1, 2, 3, 1, 2], { strategy, n: 4, maxTokens: 60, eosIds: [11], logprobs: 0 });
      const plain = await run(sampling(options));
      const fast = await run(promptLookup({ ...options, draftTokens: 5, minMatch: 1 }));
      expect(fast.ids).toEqual(plain.ids);
      expect(fast.reasons).toEqual(plain.reasons);
    },
  );

  test.each([{}, { repetitionPenalty: 1.3 }, { noRepeatNgram: 4 }])(
    'greedy is greedy for a draft model and look-up, with %j',
    async (options) => {
      const model = markovModel({ vocabSize: 12, seed: 1, order: 3 });
      const draft = markovModel({ vocabSize: 12, seed: 1, order: 3, spread: 1 });
      const other = markovModel({ vocabSize: 12, seed: 2 });
      const run = (strategy: Strategy) =>
        collect(model, [1, 2, 3], { strategy, maxTokens: 50, eosIds: [11] });
      const plain = await run(greedySearch(options));
      for (const strategy of [
        promptLookup({ ...options, temperature: 0 }),
        speculative(draft, { ...options, temperature: 0 }),
        speculative(other, { ...options, temperature: 0, draftTokens: 7 }),
      ]) {
        expect(await run(strategy)).toEqual(plain);
      }
    },
  );

  test('log-probabilities are the model’s', async () => {
    const model = markovModel({ vocabSize: 12, seed: 1 });
    const plain = await collect(model, [1], { strategy: greedySearch(), maxTokens: 20, logprobs: 0 });
    const fast = await collect(model, [1], {
      strategy: promptLookup({ temperature: 0 }),
      maxTokens: 20,
      logprobs: 0,
    });
    expect(fast.logprobs).toEqual(plain.logprobs);
  });

  test('alone and among others', async () => {
    const model = markovModel({ vocabSize: 12, seed: 1 });
    const draft = markovModel({ vocabSize: 12, seed: 1, spread: 1.5 });
    const run = (n: number) =>
      collect(model, [1, 2], { strategy: speculative(draft), n, maxTokens: 30, eosIds: [0] });
    expect((await run(8)).ids[0]).toEqual((await run(1)).ids[0]);
    expect([model.openSequences, draft.openSequences]).toEqual([0, 0]);
  });
});

describe('the cost', () => {
  test('a draft that is always right saves all but one step in draftTokens + 1', async () => {
    const script = Array.from({ length: 40 }, (_, i) => (7 * i) % 31);
    const model = scriptedModel({ vocabSize: 31, script });
    const draft = scriptedModel({ vocabSize: 31, script });
    await collect(model, [0], { strategy: speculative(draft, { draftTokens: 4 }), maxTokens: 41 });
    expect(model.steps).toBe(1 + 40 / 5);
    expect(draft.steps).toBe((40 / 5) * 4);
  });

  test('look-up reads a loop in few steps, and a text without repeats in no more than sampling', async () => {
    const loop = scriptedModel({ vocabSize: 10, script: [1, 2, 3, 4, 5] });
    await collect(loop, [0], { strategy: promptLookup({ draftTokens: 10 }), maxTokens: 200 });
    expect(loop.steps).toBeLessThan(50);
    const fresh = scriptedModel({ vocabSize: 300, script: Array.from({ length: 250 }, (_, i) => i) });
    await collect(fresh, [299], { strategy: promptLookup({ draftTokens: 10 }), maxTokens: 200 });
    expect(fresh.steps).toBe(200);
  });

  test('all texts are drafted in one batch', async () => {
    const model = markovModel({ vocabSize: 12, seed: 1 });
    const draft = markovModel({ vocabSize: 12, seed: 1, spread: 1.5 });
    await collect(model, [1], { strategy: speculative(draft, { draftTokens: 3 }), n: 8, maxTokens: 4 });
    // The first token, then at least one round; a round is at most 3 steps of the draft.
    expect(draft.steps).toBeLessThanOrEqual(3 * (model.steps - 1));
  });
});

describe('limits', () => {
  test('every place of the context is used, and no more', async () => {
    for (const contextLength of [4, 7, 12]) {
      const model = scriptedModel({ vocabSize: 10, contextLength, script: [1, 2] });
      const draft = scriptedModel({ vocabSize: 10, contextLength: 6, script: [1, 2] });
      for (const strategy of [speculative(draft), promptLookup({ minMatch: 1 })]) {
        const { ids, reasons } = await collect(model, [1, 2, 1], { strategy });
        expect([ids[0].length, reasons]).toEqual([contextLength - 3 + 1, ['length']]);
      }
      expect(draft.openSequences).toBe(0);
    }
  });

  test('a draft model with a smaller vocabulary is refused, a padded one is not', async () => {
    const model = markovModel({ vocabSize: 12, seed: 1 });
    const small = markovModel({ vocabSize: 11, seed: 1 });
    const padded = functionModel({
      vocabSize: 16,
      logits: (ids) =>
        Array(16)
          .fill(0)
          .map((_, i) => (i === ids[0] ? 3 : i)),
    });
    await expect(collect(model, [1], { strategy: speculative(small), maxTokens: 3 })).rejects.toMatchObject({
      code: 'decode/companion-vocabulary',
    });
    const { ids } = await collect(model, [1], { strategy: speculative(padded), maxTokens: 30 });
    expect(ids[0].length).toBe(30);
  });

  test('a draft model with damaged logits only costs time', async () => {
    const model = markovModel({ vocabSize: 5, seed: 1 });
    const damaged = functionModel({ vocabSize: 5, logits: () => [1, Number.NaN, 1, 1, 1] });
    const { ids } = await collect(model, [1], {
      strategy: speculative(damaged, { temperature: 0 }),
      maxTokens: 9,
    });
    expect(ids).toEqual((await collect(model, [1], { strategy: greedySearch(), maxTokens: 9 })).ids);
  });
});
