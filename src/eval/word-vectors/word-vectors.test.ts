/** Neighbours, analogies, maps and scores of vectors whose geometry is known. */

import { describe, expect, test } from 'vitest';
import { wordMap, wordMapPlot } from './word-map.ts';
import { wordAnalogy, wordNeighbours, wordSimilarity, wordSpace } from './word-neighbours.ts';
import { questionScore, relatedScore } from './word-scores.ts';

/** Royal and common, male and female, and one word apart; lengths differ, angles count. */
const rows: readonly [word: string, vector: readonly [number, number, number]][] = [
  ['king', [2, 2, 0]],
  ['queen', [1, 0, 1]],
  ['man', [0, 3, 0]],
  ['woman', [0, 0, 1]],
  ['father', [-1, 5, 0]],
  ['mother', [-1, 0, 5]],
  ['stone', [-4, 0, 0]],
];
const space = wordSpace({
  words: rows.map(([word]) => word),
  size: 3,
  vectors: Float32Array.from(rows.flatMap(([, vector]) => vector)),
});

describe('neighbours', () => {
  test('by the angle, without the word itself', () => {
    expect(wordNeighbours(space, 'king', 2)).toEqual([
      { word: 'man', similarity: expect.closeTo(Math.SQRT1_2, 6) },
      { word: 'father', similarity: expect.closeTo(4 / Math.sqrt(2 * 26), 6) },
    ]);
    expect(wordSimilarity(space, 'man', 'woman')).toBe(0);
    expect(wordNeighbours(space, 'king', 100)).toHaveLength(6);
  });

  test('man is to king as woman is to queen; the three are left out', () => {
    const answer = wordAnalogy(space, ['man', 'king', 'woman'], 3);
    // (√½, √½ − 1, 1) beside (√½, 0, √½), by hand.
    expect(answer[0]).toEqual({ word: 'queen', similarity: expect.closeTo(0.95855, 4) });
    expect(answer.map(({ word }) => word)).not.toContain('woman');
  });

  test('a word without a vector names the nearest spelling', () => {
    expect(() => wordNeighbours(space, 'fathr')).toThrow(
      /"fathr" has no vector among the 7 words; did you mean "father"/,
    );
    expect(() => wordAnalogy(space, ['man', 'xyzzy', 'king'])).toThrow(/"xyzzy" has no vector/);
  });

  test('a row of zeros is near to nothing', () => {
    const zero = wordSpace({ words: ['a', 'b'], size: 2, vectors: Float32Array.of(0, 0, 1, 0) });
    expect(wordNeighbours(zero, 'a')).toEqual([{ word: 'b', similarity: 0 }]);
  });
});

test('a map: words by the two directions in which they differ most', () => {
  const map = wordMap(space, ['man', 'woman', 'stone']);
  expect(map.dots.map(({ word }) => word)).toEqual(['man', 'woman', 'stone']);
  // Three points lie in a plane.
  expect(map.explained[0] + map.explained[1]).toBeCloseTo(1, 6);
  const [a, b] = map.dots;
  expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeCloseTo(Math.SQRT2, 6);
  expect(wordMapPlot(map).marks[0]).toMatchObject({ type: 'points', points: { length: 3 } });
});

describe('scores', () => {
  test('related pairs of the built-in list: how often they are nearer than others', () => {
    // king queen, man woman, father mother. By hand, of the 6 comparisons of a with a b of another pair.
    const nearer = [
      ['king', 'queen', 'woman'],
      ['king', 'queen', 'mother'],
      ['man', 'woman', 'queen'],
      ['man', 'woman', 'mother'],
      ['father', 'mother', 'queen'],
      ['father', 'mother', 'woman'],
    ].map(([a, b, other]) => Math.sign(wordSimilarity(space, a, b) - wordSimilarity(space, a, other)));
    const share = nearer.reduce((sum, sign) => sum + (sign + 1) / 2, 0) / 6;
    expect(share).toBeGreaterThan(0.5);
    expect(relatedScore(space)).toEqual({ pairs: 3, nearer: share });
    expect(
      relatedScore(wordSpace({ words: ['king'], size: 1, vectors: Float32Array.of(1) })),
    ).toBeUndefined();
  });

  test('analogies of a file: headings and unknown words are passed over', () => {
    const text = ': family\nman king woman queen\n\nman king woman mother\nman king woman empress\n';
    expect(questionScore(space, text)).toEqual({ kind: 'analogies', asked: 3, known: 2, right: 1 });
  });

  test('similarities of a file by ranks; equals share theirs', () => {
    const perfect = 'king,man,9\nfather,man,9.5\nman,woman,2\nking,x,3';
    expect(questionScore(space, perfect)).toEqual({
      kind: 'similarities',
      asked: 4,
      known: 3,
      correlation: expect.closeTo(1, 10),
    });
    const reversed = questionScore(space, 'king man 1\nfather man 0\nman woman 8');
    expect(reversed).toMatchObject({ correlation: expect.closeTo(-1, 10) });
    // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5/√(4.5·5).
    const tied = questionScore(space, 'man woman 1\nking queen 2\nking man 2\nfather man 5');
    expect(tied).toMatchObject({ correlation: expect.closeTo(Math.sqrt(0.9), 10) });
  });

  test.each(['a b', 'a b c d\na b c', 'man king high', ''])('questions %j are refused', (text) => {
    expect(() => questionScore(space, text, 'q.txt')).toThrow(/q\.txt: must hold at most 100000 questions/);
  });
});
