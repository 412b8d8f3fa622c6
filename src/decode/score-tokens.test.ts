import { expect, test } from 'vitest';
import { functionModel } from './doubles.ts';
import { scoreTokens } from './score-tokens.ts';

/** Token t is followed by t + 1 with odds e² : 1 : 1 : … */
const model = () =>
  functionModel({
    vocabSize: 5,
    contextLength: 300,
    logits: (ids) => [0, 1, 2, 3, 4].map((id) => (id === (ids.at(-1)! + 1) % 5 ? 2 : 0)),
  });
const likely = Math.log(Math.exp(2) / (Math.exp(2) + 4));

test('every token after the first is scored, across parts, with its alternatives', async () => {
  const ids = Array.from({ length: 200 }, (_, i) => i % 5);
  const double = model();
  const scores = await scoreTokens(double, [...ids, 0, 0], { top: 1 });
  expect(scores).toHaveLength(201);
  for (const [i, score] of scores.slice(0, 200).entries()) {
    expect(score.id).toBe((i + 1) % 5);
    expect(score.logprob).toBeCloseTo(likely, 6);
    expect(score.top).toEqual([{ id: (i + 1) % 5, logprob: score.logprob }]);
  }
  expect(scores[200].logprob).toBeCloseTo(likely - 2, 6);
  expect(double.openSequences).toBe(0);
});

test('one token has nothing to score; too many and an abort are errors, with nothing left open', async () => {
  expect(await scoreTokens(model(), [3])).toEqual([]);
  await expect(scoreTokens(model(), new Array(301).fill(1))).rejects.toMatchObject({
    code: 'decode/context',
  });
  const double = model();
  await expect(scoreTokens(double, [1, 2], { signal: AbortSignal.abort() })).rejects.toThrow();
  expect(double.openSequences).toBe(0);
});
