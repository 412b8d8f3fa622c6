import { expect, test } from 'vitest';
import { languageModelContract } from '../../test/contracts/language-model.ts';
import { functionModel, markovModel, scriptedModel } from './index.ts';

languageModelContract('a function model', {
  tolerance: 0,
  hidden: true,
  attention: true,
  layers: true,
  embed: true,
  create: () =>
    functionModel({
      vocabSize: 5,
      contextLength: 24,
      logits: (ids) =>
        Array.from({ length: 5 }, (_, id) =>
          Math.sin(Math.fround(ids.reduce((sum, x) => 3 * sum + x, 0)) + id),
        ),
      hidden: (ids) => [ids.length, ids.at(-1) ?? 0],
      // Two layers: one head that looks at the last token, two that look everywhere.
      attention: (ids) => [
        ids.map((_, i) => Number(i === ids.length - 1)),
        [...ids, ...ids].map(() => 1 / ids.length),
      ],
      layers: (ids) => [[ids.at(-1)!], [ids.reduce((sum, x) => 3 * sum + x, 0)]],
      project: (row) => Array.from({ length: 5 }, (_, id) => Math.sin(row[0] + id)),
      embed: (id) => [id, 1],
    }),
});
languageModelContract('a Markov model', {
  tolerance: 0,
  hidden: true,
  create: () => markovModel({ vocabSize: 9, contextLength: 20, order: 2 }),
});
languageModelContract('a scripted model', {
  tolerance: 0,
  create: () => scriptedModel({ vocabSize: 4, contextLength: 16, script: [3, 1, 2] }),
});

test('a Markov model is the same for the same seed only', () => {
  const logits = (seed: number) => {
    const model = markovModel({ vocabSize: 6, seed });
    return model.step([{ sequence: model.open(), ids: [2] }])[0].logits[0];
  };
  expect(logits(1)).toEqual(logits(1));
  expect(logits(1)).not.toEqual(logits(2));
});

test('a double counts what is open, stepped and read', () => {
  const model = markovModel({ vocabSize: 6 });
  const sequence = model.open();
  const fork = sequence.fork();
  model.step([
    { sequence, ids: [1, 2] },
    { sequence: fork, ids: [3] },
  ]);
  expect([model.openSequences, model.steps, model.tokensRead]).toEqual([2, 1, 3]);
  sequence.close();
  fork.close();
  expect(model.openSequences).toBe(0);
});

test('doubles check what they are made of', () => {
  expect(() => markovModel({ vocabSize: 0 })).toThrow('vocabSize: must be an integer ≥ 1, got 0');
  expect(() => scriptedModel({ vocabSize: 3, script: [3] })).toThrow(/script: an id must be/);
  expect(() => scriptedModel({ vocabSize: 3, script: [] })).toThrow(/length of the script/);
});
