import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  corpusRepetition,
  countNgrams,
  createVocabulary,
  degenerateByCoverage,
  distinctNgrams,
  distinctTokens,
  endLoop,
  endsInLoop,
  guessUnit,
  measureIds,
  measureTexts,
  ngramCoverage,
  predictionRepeats,
  referenceBleu,
  selfBleu,
  seqRep,
  splitText,
  unigramEntropy,
  zipfCoefficient,
} from './index.ts';

const small = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 });
const grams = (ids: readonly number[], n: number) =>
  Array.from({ length: Math.max(ids.length - n + 1, 0) }, (_, i) => ids.slice(i, i + n).join());
const letters = (text: string) => [...text].map((c) => c.charCodeAt(0));

describe('n-gram rates', () => {
  test('count repeats as sets of n-grams do', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 5 }), (ids, n) => {
        const all = grams(ids, n);
        expect(countNgrams(ids, [n])).toEqual([
          { total: all.length, repeated: all.length - new Set(all).size },
        ]);
      }),
    );
  });

  test('pool all texts for distinct-n', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 5 }), fc.integer({ min: 1, max: 4 }), (texts, n) => {
        const all = texts.flatMap((ids) => grams(ids, n));
        expect(distinctNgrams(texts, n)).toBe(all.length === 0 ? 1 : new Set(all).size / all.length);
      }),
    );
  });

  test('are exact on a worked example', () => {
    // a b a b a: 2-grams ab ba ab ba (2 of 4 repeat), 3-grams aba bab aba (1 of 3), 4-grams abab baba (0 of 2)
    const ids = letters('ababa');
    expect([1, 2, 3, 4, 5, 6].map((n) => seqRep(ids, n))).toEqual([3 / 5, 2 / 4, 1 / 3, 0, 0, 0]);
    const { rep2, rep3, rep4, diversity } = corpusRepetition([ids]);
    expect([rep2, rep4]).toEqual([50, 0]);
    expect(rep3).toBeCloseTo(100 / 3, 10);
    expect(diversity).toBeCloseTo(100 / 3, 10);
    // The official code never sees the last token: abab has ab ba ab, aba bab, abab.
    expect(corpusRepetition([ids], { quirk: 'simctg' })).toEqual({
      rep2: 33.33,
      rep3: 0,
      rep4: 0,
      diversity: 66.67,
    });
  });

  test('are 0 where nothing can repeat', () => {
    for (const ids of [[], [1], [1, 2, 3]]) {
      expect(seqRep(ids, 4)).toBe(0);
      expect(corpusRepetition([ids]).diversity).toBe(100);
    }
    expect(() => seqRep([1, 2], 0)).toThrow('n: must be an integer ≥ 1, got 0');
  });
});

describe('loops', () => {
  test('a phrase of three or more must stand twice at the end, a shorter one more than 50 times', () => {
    expect(endLoop(letters('xyzabcabc'))).toEqual({ period: 3, copies: 2, onset: 3 });
    expect(endsInLoop(letters('abcabcx'))).toBe(false);
    expect(endsInLoop(letters('x' + 'ab'.repeat(50)))).toBe(false);
    expect(endLoop(letters('x' + 'ab'.repeat(51)))).toEqual({ period: 2, copies: 51, onset: 1 });
    expect(endsInLoop(letters('a'.repeat(50)))).toBe(false);
    expect(endsInLoop(letters('a'.repeat(51)))).toBe(true);
    expect(endsInLoop([])).toBe(false);
  });

  test('phrases of up to 90 tokens count, 91 do not', () => {
    const phrase = (length: number) => Array.from({ length }, (_, i) => i);
    expect(endLoop([...phrase(90), ...phrase(90)])?.period).toBe(90);
    expect(endLoop([...phrase(91), ...phrase(91)])).toBeUndefined();
  });

  test('the phrase with the most copies wins, as in a direct reading of the rule', () => {
    fc.assert(
      fc.property(small, small, fc.integer({ min: 1, max: 60 }), (start, phrase, copies) => {
        const ids = [...start, ...Array.from({ length: copies }, () => phrase).flat()];
        let best = { n: 0, copies: 1 };
        for (let n = 1; n <= 90; n++) {
          let count = 1;
          const block = (k: number) => ids.slice(ids.length - (k + 1) * n, ids.length - k * n).join();
          while ((count + 1) * n <= ids.length && block(count) === block(0)) count++;
          if (count > best.copies) best = { n, copies: count };
        }
        expect(endsInLoop(ids)).toBe(best.copies > 1 && (best.n >= 3 || best.copies > 50));
      }),
      { numRuns: 200 },
    );
  });

  test('coverage finds phrases that come back at intervals, in English and Chinese', () => {
    const spaced = 'I have to say it once more then : I have to say it twice : well I have to say it';
    const chinese = '我不知道该怎么办，天黑了。我不知道该怎么办，下雨了。我不知道该怎么办，睡吧。';
    for (const [text, unit] of [
      [spaced, 'words'],
      [chinese, 'characters'],
    ] as const) {
      const ids = createVocabulary()(splitText(text, unit));
      expect(endsInLoop(ids)).toBe(false);
      expect(degenerateByCoverage(ids)).toBe(true);
    }
    expect(ngramCoverage(letters('abcd'))).toBe(0);
    expect(ngramCoverage(letters('abcdabcdxx'))).toBe(0.8);
    expect(ngramCoverage(letters('aaaaaaaa'))).toBe(1);
  });
});

describe('distribution', () => {
  test('entropy, distinct tokens and the slope of an exact Zipf law', () => {
    expect(unigramEntropy([[1, 2, 3, 4]])).toBe(2);
    expect(unigramEntropy([[5, 5], [5]])).toBe(0);
    expect(
      distinctTokens([
        [1, 2],
        [2, 3],
      ]),
    ).toBe(3);
    const zipf = Array.from({ length: 6 }, (_, rank) => new Array(60 / (rank + 1)).fill(rank));
    expect(zipfCoefficient(zipf)).toBeCloseTo(1, 10);
    expect(zipfCoefficient([[1, 1]])).toBeUndefined();
  });

  const golden = JSON.parse(
    readFileSync(new URL('../../test/golden/repeat-metrics.json', import.meta.url), 'utf8'),
  );
  for (const { unit, texts, selfBleu: expected, referenceBleu: against, zipf } of golden) {
    test(`BLEU and self-BLEU equal NLTK and Zipf equals a least-squares fit, by ${unit}`, () => {
      const number = createVocabulary();
      const ids = texts.map((text: string) => number(splitText(text, unit)));
      const half = Math.floor(ids.length / 2);
      for (const n of [2, 3, 4]) {
        expect(selfBleu(ids, n)).toBeCloseTo(expected[n], 10);
        expect(referenceBleu(ids.slice(0, half), ids.slice(half), n)).toBeCloseTo(against[n], 10);
      }
      expect(zipfCoefficient(ids)).toBeCloseTo(zipf, 10);
    });
  }

  test('self-BLEU of equal texts is 1, and of one text an error', () => {
    const ids = letters('the same text');
    expect(selfBleu([ids, ids, ids])).toBeCloseTo(1, 12);
    expect(() => selfBleu([ids])).toThrow(/at least one text/);
  });
});

describe('predictions under human context', () => {
  test('rep and wrep look back exactly l targets', () => {
    const targets = [1, 2, 3, 4, 5, 1];
    const predictions = [9, 1, 1, 1, 1, 1];
    // Places where the prediction is among the previous two targets: 1 and 2.
    expect(predictionRepeats(predictions, targets, 2)).toEqual({
      rep: 2 / 6,
      wrep: 2 / 6,
      humanRep: 0,
      uniq: 2,
    });
    expect(predictionRepeats(predictions, targets, 5)).toEqual({
      rep: 5 / 6,
      wrep: 4 / 6,
      humanRep: 1 / 6,
      uniq: 2,
    });
    expect(predictionRepeats(predictions, targets, 4).humanRep).toBe(0);
  });

  test('bad input is a clear error', () => {
    expect(() => predictionRepeats([1], [1, 2])).toThrow(/got 1 and 2/);
    expect(() => predictionRepeats([1], [1], 0)).toThrow('window: must be an integer ≥ 1, got 0');
  });
});

describe('the report', () => {
  test('chooses words for English and characters for Chinese', () => {
    expect(guessUnit(['to be or not to be'])).toBe('words');
    expect(guessUnit(['床前明月光', '疑是地上霜'])).toBe('characters');
    expect(guessUnit(['使用 TypeScript'])).toBe('words');
    expect(guessUnit(['', '123'])).toBe('words');
    expect(splitText(' 明月\u3000光 \n霜𠮷', 'characters')).toEqual(['明', '月', '光', '霜', '𠮷']);
    expect(splitText('a\u001cb\u0085c\ufeff d', 'words')).toEqual(['a', 'b', 'c\ufeff', 'd']);
  });

  test('gathers everything, for texts and for ids', () => {
    const report = measureTexts(['好好学习天天向上', '天天向天天向天天向'], { selfBleu: true });
    expect(report).toMatchObject({ texts: 2, unit: 'characters', tokens: 17, meanLength: 8.5, uniq: 6 });
    expect(report.loops).toEqual({ count: 1, share: 0.5 });
    expect(report.selfBleu).toBeGreaterThan(0);
    const ids = measureIds(
      [
        [1, 1, 2, 3, 4, 4, 5, 6],
        [4, 4, 5, 4, 4, 5, 4, 4, 5],
      ],
      { selfBleu: true },
    );
    const { sentences, sections, ...counted } = report;
    expect([sentences?.total, sections?.total]).toEqual([2, 2]);
    expect(ids).toEqual({ ...counted, unit: 'ids' });
    expect(measureTexts(['']).corrected.diversity).toBe(100);
    expect(() => measureTexts([])).toThrow(/at least one text/);
  });
});
