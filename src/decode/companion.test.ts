import { describe, expect, test } from 'vitest';
import type { LanguageModel } from '../types.ts';
import {
  beamSearch,
  classifierFreeGuidance,
  contrastiveDecoding,
  contrastiveSearch,
  functionModel,
  type GenerateTokensOptions,
  generateTokens,
  greedySearch,
  markovModel,
  promptLookup,
  type Strategy,
  sampling,
} from './index.ts';

async function idsOf(model: LanguageModel, promptIds: readonly number[], options: GenerateTokensOptions) {
  const ids: number[][] = Array.from({ length: options.n ?? 1 }, () => []);
  for await (const event of generateTokens(model, promptIds, { seed: 1, maxTokens: 12, ...options })) {
    if (event.type === 'token') ids[event.index].push(event.id);
  }
  return ids;
}

const inner: [string, () => Strategy][] = [
  ['greedy', greedySearch],
  ['sampling', () => sampling({ topK: 5 })],
  ['beam', () => beamSearch({ beams: 3 })],
  ['contrastive search', () => contrastiveSearch({ k: 3 })],
  ['look-up', () => promptLookup({ minMatch: 1 })],
];

test('a model that can choose tokens itself is not asked to: both readers decide', async () => {
  const model = markovModel({ vocabSize: 9, seed: 4, order: 14 });
  const choosing: LanguageModel = {
    ...model,
    step: (batch, wants) =>
      model.step(batch, wants).map((result, i) => {
        const [row] = result.logits;
        return batch[i].choice ? { logits: [], chosen: row.indexOf(Math.max(...row)) } : result;
      }),
  };
  const amateur = markovModel({ vocabSize: 9, seed: 5 });
  for (const strategy of [
    classifierFreeGuidance(greedySearch(), { scale: 3, negativeIds: [3] }),
    contrastiveDecoding(amateur, { strategy: greedySearch() }),
  ]) {
    const alone = await idsOf(model, [1, 2], { strategy: greedySearch() });
    const both = await idsOf(model, [1, 2], { strategy });
    expect(both).not.toEqual(alone);
    expect(await idsOf(choosing, [1, 2], { strategy })).toEqual(both);
  }
});

describe('contrastive decoding', () => {
  test('takes what the expert says more than the amateur, among what is plausible', async () => {
    const expert = functionModel({ vocabSize: 4, logits: () => [3, 2.9, 2.5, -5] });
    const amateur = functionModel({ vocabSize: 4, logits: () => [3, 1, -1, -20] });
    const run = async (alpha: number) =>
      (
        await idsOf(expert, [0], {
          strategy: contrastiveDecoding(amateur, { strategy: greedySearch(), alpha }),
          maxTokens: 1,
        })
      )[0];
    // Differences: 0: 0 , 1: 1.9, 2: 3.5, 3: 15 (implausible unless alpha is tiny).
    expect(await run(0.1)).toEqual([2]);
    expect(await run(0.8)).toEqual([1]);
    expect(await run(0.99)).toEqual([0]);
    expect(await run(0)).toEqual([3]);
  });

  test('with beta it is (1 + beta) · expert − beta · amateur', async () => {
    const expert = functionModel({ vocabSize: 2, logits: () => [1, 0.4] });
    const amateur = functionModel({ vocabSize: 2, logits: () => [2, 0.4] });
    const run = async (beta: number) =>
      (
        await idsOf(expert, [0], {
          strategy: contrastiveDecoding(amateur, { strategy: greedySearch(), beta }),
          maxTokens: 1,
        })
      )[0];
    // 0.6 · (1 + beta) − 1.6 · beta changes its sign at 0.6.
    expect([await run(0), await run(0.55), await run(0.65)]).toEqual([[0], [0], [1]]);
  });

  test.each(inner)('an amateur that knows nothing leaves %s as it is', async (_, strategy) => {
    const model = markovModel({ vocabSize: 9, seed: 4, order: 2 });
    const amateur = functionModel({ vocabSize: 9, logits: () => Array(9).fill(0) });
    const guided = contrastiveDecoding(amateur, { strategy: strategy(), alpha: 0 });
    const options = { n: 2, eosIds: [8] };
    expect(await idsOf(model, [1, 2], { ...options, strategy: guided })).toEqual(
      await idsOf(model, [1, 2], { ...options, strategy: strategy() }),
    );
    expect([model.openSequences, amateur.openSequences]).toEqual([0, 0]);
  });

  test('a shorter context of the amateur is a shorter context', async () => {
    const model = markovModel({ vocabSize: 9 });
    const amateur = markovModel({ vocabSize: 9, contextLength: 5 });
    const [ids] = await idsOf(model, [1, 2], { strategy: contrastiveDecoding(amateur), maxTokens: 50 });
    expect(ids).toHaveLength(4);
    await expect(
      idsOf(model, [1, 2, 1, 2, 1, 2], { strategy: contrastiveDecoding(amateur) }),
    ).rejects.toMatchObject({
      code: 'decode/context',
    });
  });

  test('an amateur of another vocabulary is refused', async () => {
    const strategy = contrastiveDecoding(markovModel({ vocabSize: 8 }));
    await expect(idsOf(markovModel({ vocabSize: 9 }), [1], { strategy })).rejects.toMatchObject({
      code: 'decode/companion-vocabulary',
    });
  });
});

describe('classifier-free guidance', () => {
  test.each(inner)('scale 1 leaves %s as it is', async (_, strategy) => {
    const model = markovModel({ vocabSize: 9, seed: 4, order: 3 });
    const guided = classifierFreeGuidance(strategy(), { scale: 1, negativeIds: [3, 4, 5, 6, 7] });
    expect(await idsOf(model, [1, 2], { strategy: guided, n: 2 })).toEqual(
      await idsOf(model, [1, 2], { strategy: strategy(), n: 2 }),
    );
    expect(model.openSequences).toBe(0);
  });

  test('goes away from what the negative prompt brings, and reads both in one batch', async () => {
    // The first token of what was read decides: 0 and 1 both bring 5, but only 0 brings 6 as well.
    const model = functionModel({
      vocabSize: 8,
      logits: ([first]) => (first === 0 ? [0, 0, 0, 0, 0, 3, 2.5, 0] : [0, 0, 0, 0, 0, 3, 0, 0]),
    });
    const run = (scale: number) =>
      idsOf(model, [0, 2], {
        strategy: classifierFreeGuidance(greedySearch(), { scale, negativeIds: [1, 2] }),
        maxTokens: 3,
      });
    expect(await run(1)).toEqual([[5, 5, 5]]);
    const steps = model.steps;
    expect(await run(3)).toEqual([[6, 6, 6]]);
    expect(model.steps - steps).toBe(3);
  });

  test('what the model bans stays banned', async () => {
    const banned = Number.NEGATIVE_INFINITY;
    const model = functionModel({
      vocabSize: 3,
      logits: ([first]) => (first === 0 ? [1, banned, 0] : [banned, 0, banned]),
    });
    const strategy = classifierFreeGuidance(sampling(), { scale: 4, negativeIds: [1] });
    const ids = (await idsOf(model, [0], { strategy, n: 50 })).flat();
    expect(new Set(ids)).toEqual(new Set([0, 2]));
  });

  test('a negative prompt with an unknown id is refused', async () => {
    const strategy = classifierFreeGuidance(greedySearch(), { negativeIds: [9] });
    await expect(idsOf(markovModel({ vocabSize: 9 }), [1], { strategy })).rejects.toThrow(
      'negativeIds: an id must be',
    );
  });
});
