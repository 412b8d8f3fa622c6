/** Word and character error rates: known values, and against jiwer (test/golden/error-rates.json). */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { characterErrorRate, wordErrorRate } from './error-rate.ts';

const golden = JSON.parse(
  readFileSync(new URL('../../../test/golden/error-rates.json', import.meta.url), 'utf8'),
) as { references: string[]; hypotheses: string[]; pairs: Rates[]; all: Rates }[];
interface Rates {
  readonly wer: number;
  readonly cer: number;
}

test.each(golden)('as jiwer: $references', ({ references, hypotheses, pairs, all }) => {
  expect(wordErrorRate(references, hypotheses).rate).toBeCloseTo(all.wer, 12);
  expect(characterErrorRate(references, hypotheses).rate).toBeCloseTo(all.cer, 12);
  pairs.forEach(({ wer, cer }, i) => {
    expect(wordErrorRate([references[i]], [hypotheses[i]]).rate).toBeCloseTo(wer, 12);
    expect(characterErrorRate([references[i]], [hypotheses[i]]).rate).toBeCloseTo(cer, 12);
  });
});

test('what was exchanged, left out and put in is told apart', () => {
  expect(wordErrorRate(['the cat sat on the mat'], ['a cat sat the mat today'])).toEqual({
    rate: 3 / 6,
    substitutions: 1,
    deletions: 1,
    insertions: 1,
    length: 6,
  });
});

test('letter case, marks and width do not count; a Chinese character is a word', () => {
  expect(wordErrorRate(["It's Tea, at FOUR."], ['its tea at four']).rate).toBe(0);
  expect(wordErrorRate(['床前明月光，疑是地上霜。'], ['床前名月光 疑是 地上'])).toMatchObject({
    rate: 2 / 10,
    substitutions: 1,
    deletions: 1,
  });
  expect(characterErrorRate(['ＡＢ c'], ['ab d']).rate).toBe(1 / 3);
});

test('nothing said, nothing heard; pairs that are none, texts that are too long', () => {
  expect(wordErrorRate([''], ['']).rate).toBe(0);
  expect(wordErrorRate(['…'], ['a']).rate).toBe(Number.POSITIVE_INFINITY);
  expect(wordErrorRate(['a'], ['b c d']).rate).toBe(3);
  expect(() => wordErrorRate(['a'], [])).toThrow('as many hypotheses as references');
  expect(() => characterErrorRate(['字'.repeat(20_001)], ['a'])).toThrow('at most 20000');
});
