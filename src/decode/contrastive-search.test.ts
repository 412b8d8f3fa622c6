import { describe, expect, test } from 'vitest';
import { createRng } from '../rng.ts';
import { hiddenBank } from './hidden-bank.ts';
import {
  contrastiveSearch,
  functionModel,
  generateTokens,
  greedySearch,
  markovModel,
  type Strategy,
} from './index.ts';

async function idsOf(model: ReturnType<typeof markovModel>, strategy: Strategy, maxTokens = 20) {
  const ids: number[] = [];
  for await (const event of generateTokens(model, [1, 2], { strategy, maxTokens, seed: 1 })) {
    if (event.type === 'token') ids.push(event.id);
  }
  return ids;
}

describe('contrastive search', () => {
  test('without the penalty it is greedy search', async () => {
    const model = markovModel({ vocabSize: 20, seed: 3 });
    expect(await idsOf(model, contrastiveSearch({ alpha: 0 }))).toEqual(await idsOf(model, greedySearch()));
  });

  test('a token whose hidden state was there before gives way to the next one', async () => {
    // The hidden state is the token itself; every token is as likely as 1 / (its id + 1).
    const model = functionModel({
      vocabSize: 6,
      logits: () => [0, 1, 2, 3, 4, 5].map((id) => -Math.log(id + 1)),
      hidden: (ids) => Array.from({ length: 6 }, (_, i) => (i === ids.at(-1) ? 1 : 0)),
    });
    expect(await idsOf(model, contrastiveSearch({ k: 6, alpha: 0.6 }), 5)).toEqual([0, 3, 4, 5, 0]);
    // With two candidates only 0 and 1 are looked at.
    expect(await idsOf(model, contrastiveSearch({ k: 2, alpha: 0.6 }), 4)).toEqual([0, 0, 0, 0]);
  });

  test('the candidates are read in one batch, the prompt once, and everything is closed', async () => {
    const model = markovModel({ vocabSize: 20, seed: 3 });
    await idsOf(model, contrastiveSearch({ k: 4 }), 10);
    expect([model.steps, model.tokensRead, model.openSequences]).toEqual([1 + 10, 2 + 10 * 4, 0]);
  });

  test('a model without hidden states is refused, and nothing stays open', async () => {
    const model = functionModel({ vocabSize: 3, logits: () => [1, 2, 3] });
    await expect(idsOf(model, contrastiveSearch())).rejects.toMatchObject({ code: 'decode/no-hidden' });
    expect(model.openSequences).toBe(0);
  });

  test('a context that fills up ends with length', async () => {
    const model = markovModel({ vocabSize: 20, seed: 3, contextLength: 6 });
    expect(await idsOf(model, contrastiveSearch(), 50)).toHaveLength(4);
  });
});

test('the bank finds the largest cosine of all, however it has grown', () => {
  const rng = createRng(3);
  const states = Array.from({ length: 40 }, () => Float32Array.from({ length: 7 }, () => rng.normal()));
  const bank = hiddenBank(7, 3);
  expect(bank.maxCosine(states[0])).toBe(-1);
  for (const state of states) bank.push(state);
  bank.push(new Float32Array(7));
  const probe = Float32Array.from({ length: 7 }, () => rng.normal());
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const cosines = states.map((state) => dot(state, probe) / Math.sqrt(dot(state, state) * dot(probe, probe)));
  expect(bank.maxCosine(probe)).toBeCloseTo(Math.max(0, ...cosines), 6);
  expect(bank.maxCosine(states[17])).toBeCloseTo(1, 6);
});
