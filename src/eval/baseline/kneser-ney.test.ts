import { describe, expect, test } from 'vitest';
import { languageModelContract } from '../../../test/contracts/language-model.ts';
import { createRng } from '../../rng.ts';
import { ngramLanguageModel, ngramModel } from './kneser-ney.ts';
import { countNgramTable, findGram } from './ngram-table.ts';

const rng = createRng(11);
const EOS = 0;
const VOCAB = 7;

/** Texts in which what comes depends on the two tokens before; token 6 never occurs. */
function randomTexts(count: number): number[] {
  const ids: number[] = [];
  for (let t = 0; t < count; t++) {
    const length = rng.integer(9);
    let [a, b] = [1, 2];
    for (let i = 0; i < length; i++) {
      const next = rng.uniform() < 0.7 ? 1 + ((a * 2 + b) % 5) : 1 + rng.integer(5);
      ids.push(next);
      [a, b] = [b, next];
    }
    ids.push(EOS);
  }
  return ids;
}

/** The formulas as they stand in the paper, gram by gram, with strings for keys. */
function plainKneserNey(ids: readonly number[], order: number) {
  const text = [EOS, ...ids];
  const raw = new Map<string, number>();
  const key = (gram: readonly number[]) => gram.join(' ');
  for (let end = 1; end < text.length; end++) {
    for (let n = 1; n <= order && end - n + 1 >= 0; n++) {
      const gram = text.slice(end - n + 1, end + 1);
      if (gram.slice(1, -1).includes(EOS) && n > 1) break;
      raw.set(key(gram), (raw.get(key(gram)) ?? 0) + 1);
    }
  }
  const grams = [...raw.keys()].map((gram) => gram.split(' ').map(Number));
  const count = (gram: readonly number[]): number => {
    if (gram.length === order || (gram.length > 1 && gram[0] === EOS)) return raw.get(key(gram)) ?? 0;
    return grams.filter((other) => other.length === gram.length + 1 && key(other.slice(1)) === key(gram))
      .length;
  };
  const discounts = Array.from({ length: order }, (_, i) => {
    const n = [0, 0, 0, 0, 0];
    for (const gram of grams.filter((one) => one.length === i + 1)) {
      const c = count(gram);
      if (c >= 1 && c <= 4) n[c]++;
    }
    const y = n[1] / (n[1] + 2 * n[2]);
    const found = [1, 2, 3].map((k) => k - ((k + 1) * y * n[k + 1]) / n[k]);
    return found.every((d, k) => d > 0 && d <= k + 1) ? found : [0.5, 1, 1.5];
  });
  const probability = (context: readonly number[], token: number): number => {
    const n = context.length + 1;
    const lower = n === 1 ? 1 / VOCAB : probability(context.slice(1), token);
    const row = Array.from({ length: VOCAB }, (_, w) => count([...context, w]));
    const total = row.reduce((sum, c) => sum + c, 0);
    if (total === 0) return lower;
    const off = (c: number) => (c === 0 ? 0 : discounts[n - 1][Math.min(c, 3) - 1]);
    const lambda = row.reduce((sum, c) => sum + off(c), 0) / total;
    return (row[token] - off(row[token])) / total + lambda * lower;
  };
  return { probability, raw };
}

const text = randomTexts(60);

describe('the table of n-grams', () => {
  test('counts each gram once for each place, none over the end of a text', () => {
    const { raw } = plainKneserNey(text, 3);
    const orders = countNgramTable(text, { order: 3, vocabSize: VOCAB, eosId: EOS });
    const trigrams = [...raw].filter(([gram]) => gram.split(' ').length === 3);
    expect(orders[2].tokens).toHaveLength(trigrams.length);
    for (const [gram, count] of trigrams) {
      const [a, b, c] = gram.split(' ').map(Number);
      const bigram = findGram(orders[1], a, b)!;
      expect(orders[2].counts[findGram(orders[2], bigram, c)!], gram).toBe(count);
    }
    expect(findGram(orders[1], 6, 1)).toBeUndefined();
  });
});

describe.each([1, 2, 3, 4])('order %i', (order) => {
  const model = ngramModel(text, { order, vocabSize: VOCAB, eosId: EOS });
  const plain = plainKneserNey(text, order);
  const contexts = [
    [],
    [EOS],
    [EOS, 3],
    [EOS, 2, 5, 1],
    [4, 4, 4, 4],
    [1, 6, 2],
    [3, EOS],
    ...Array.from({ length: 12 }, () => Array.from({ length: 3 }, () => 1 + rng.integer(5))),
  ];

  test('gives the probabilities of the formulas, for contexts seen and unseen', () => {
    for (const context of contexts) {
      const own = model.logProbabilities(context);
      // What no text continues says nothing: the plain formulas skip it too.
      const used = context.slice(Math.max(0, context.length - order + 1));
      for (let token = 0; token < VOCAB; token++) {
        const expected = plain.probability(used, token);
        expect(Math.exp(own[token]), `${context} → ${token}`).toBeCloseTo(expected, 6);
        expect(Math.exp(model.logProbability(context, token))).toBeCloseTo(expected, 10);
      }
    }
  });

  test('they sum to 1, and no token is impossible', () => {
    for (const context of contexts) {
      const own = model.logProbabilities(context);
      expect(own.reduce((sum, logit) => sum + Math.exp(logit), 0)).toBeCloseTo(1, 5);
      expect(own.every((logit) => logit > -20)).toBe(true);
    }
  });
});

test('longer contexts predict such texts better, until there is nothing more to learn', () => {
  const [training, heldOut] = [randomTexts(800), randomTexts(200)];
  const bits = [1, 2, 3].map((order) => {
    const model = ngramModel(training, { order, vocabSize: VOCAB, eosId: EOS });
    let sum = 0;
    for (let i = 1; i < heldOut.length; i++) {
      sum -=
        model.logProbabilities([EOS, ...heldOut].slice(Math.max(0, i - 3), i + 1))[heldOut[i]] / Math.LN2;
    }
    return sum / heldOut.length;
  });
  expect(bits[1]).toBeLessThan(bits[0]);
  expect(bits[2]).toBeLessThan(bits[1] - 0.3);
});

test('a text that is one token long, or without an end token, is a model too', () => {
  for (const ids of [[3], [1, 2, 1, 2, 1]]) {
    const own = ngramModel(ids, { vocabSize: 4 }).logProbabilities([1]);
    expect(own.reduce((sum, logit) => sum + Math.exp(logit), 0)).toBeCloseTo(1, 5);
  }
});

test.each([
  [[], { vocabSize: 4 }, /must have at least 1 token/],
  [[1, 9], { vocabSize: 4 }, /`ids` must be below 4, got 9/],
  [[1], { vocabSize: 4, order: 0 }, /`order` must be an integer ≥ 1, got 0/],
])('ngramModel(%j, %j) is an error', (ids, options, error) => {
  expect(() => ngramModel(ids, options)).toThrow(error);
});

languageModelContract('an n-gram model', {
  create: () => ngramLanguageModel(ngramModel(text, { vocabSize: VOCAB, eosId: EOS }), { contextLength: 32 }),
  tolerance: 0,
});
