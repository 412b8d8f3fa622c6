import { describe, expect, test } from 'vitest';
import {
  describeStrategies,
  generateTokens,
  greedySearch,
  markovModel,
  parseStrategy,
  type Strategy,
  sampling,
  strategies,
  strategyUsage,
} from './index.ts';

async function idsOf(strategy: Strategy): Promise<number[]> {
  const model = markovModel({ vocabSize: 30, seed: 4, order: 2 });
  const ids: number[] = [];
  for await (const event of generateTokens(model, [1, 2], { strategy, maxTokens: 40, seed: 7 })) {
    if (event.type === 'token') ids.push(event.id);
  }
  return ids;
}

describe('parseStrategy', () => {
  test.each<[string, Strategy]>([
    ['greedy', greedySearch()],
    ['greedy,repetition-penalty=1.3', greedySearch({ repetitionPenalty: 1.3 })],
    ['sample', sampling()],
    ['temperature:0.5', sampling({ temperature: 0.5 })],
    ['top-k:3', sampling({ topK: 3 })],
    ['top-k', sampling({ topK: 40 })],
    ['top-p:0.6', sampling({ topP: 0.6 })],
    ['min-p:0.3', sampling({ minP: 0.3 })],
    ['typical:0.5', sampling({ typicalP: 0.5 })],
    [
      'top-p:0.8, temperature = 2, no-repeat-ngram=2',
      sampling({ topP: 0.8, temperature: 2, noRepeatNgram: 2 }),
    ],
  ])('%s is what the library makes of these options', async (spec, expected) => {
    expect(await idsOf(parseStrategy(spec))).toEqual(await idsOf(expected));
  });

  test('options given beside the text are added to it', async () => {
    expect(await idsOf(parseStrategy('top-p:0.6', { noRepeatNgram: 2 }))).toEqual(
      await idsOf(sampling({ topP: 0.6, noRepeatNgram: 2 })),
    );
  });

  test.each([
    ['top_p:0.9', 'strategy: "top_p" is not one; did you mean "top-p"?'],
    ['Greedy', 'strategy: "Greedy" is not one; did you mean "greedy"?'],
    ['', 'strategy: "" is not one; there are greedy, sample'],
    ['toString', 'strategy: "toString" is not one'],
    ['top-p:0', 'top-p: topP: must be in (0, 1], got 0'],
    ['top-p:1.5', 'top-p: topP: must be in (0, 1], got 1.5'],
    ['top-p:', 'top-p: topP: must be in (0, 1], got '],
    ['top-p:x', 'top-p: topP: must be in (0, 1], got x'],
    ['top-p:NaN', 'top-p: topP: must be in (0, 1], got NaN'],
    ['top-k:0', 'top-k: topK: must be an integer ≥ 1, got 0'],
    ['top-k:2.5', 'top-k: topK: must be an integer ≥ 1, got 2.5'],
    ['temperature:0', 'temperature: temperature: must be a number > 0, got 0'],
    ['top-p:0.9:3', 'strategy "top-p:0.9:3": at most 1 arguments after the name; write it top-p[:topP]'],
    ['greedy:1', 'strategy "greedy:1": at most 0 arguments after the name; write it greedy'],
    ['sample,tmperature=3', 'got "tmperature=3"; did you mean "temperature"?'],
    ['sample,top-p', 'after a comma comes option=value, got "top-p"'],
    ['sample,processors=3', 'after a comma comes option=value, got "processors=3"'],
    ['sample,top-p=x', 'topP: must be in (0, 1], got x'],
    ['top-p:0.9,top-p=0.8', 'strategy "top-p": topP must be given once, got it twice'],
    ['greedy,temperature=2', 'strategy "greedy": must come without temperature, it would be ignored'],
    ['greedy,top-p=0.5', 'strategy "greedy": must come without topP, it would be ignored'],
  ])('%j is one clear error', (spec, message) => {
    expect(() => parseStrategy(spec)).toThrow(message);
  });

  test('an option beside the text that the text sets too is an error', () => {
    expect(() => parseStrategy('top-p:0.9', { topP: 0.9 })).toThrow('topP must be given once');
  });
});

describe('the table of strategies', () => {
  test.each(Object.keys(strategies))(
    '%s stands with its defaults and is explained in two languages',
    (name) => {
      const { args, doc } = strategies[name];
      for (const { holds, byDefault } of args) expect(holds(byDefault)).toBe(true);
      expect(doc.en).toMatch(/^[a-zA-Z].*[^.]$/);
      expect(doc.zh).toMatch(/\p{Script=Han}/u);
      expect(strategyUsage(name).startsWith(name)).toBe(true);
    },
  );

  test('a help line has the usage, the words and the defaults', () => {
    expect(describeStrategies('en')).toContainEqual({
      usage: 'top-k[:topK]',
      doc: 'drawn from the k likeliest tokens (top-k:40)',
    });
  });
});
