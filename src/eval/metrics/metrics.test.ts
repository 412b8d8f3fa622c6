/** What the golden values (test/golden/metrics.test.ts) do not show: properties, errors, and how records are read. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerScore } from './answers.ts';
import { corpusBleu, sentenceBleu } from './bleu.ts';
import { bleuTokenizers } from './bleu-tokenizers.ts';
import { corpusChrf } from './chrf.ts';
import {
  classificationScores,
  confusionMatrix,
  countLabels,
  numberLabels,
  scoresOfCounts,
} from './classification.ts';
import { likelihoodScores } from './likelihood.ts';
import { createNgramMatcher } from './ngram-matcher.ts';
import { passAtK } from './pass-at-k.ts';
import { rankByScore, rankingScores } from './ranking.ts';
import { meanRanks, regressionScores } from './regression.ts';
import { rouge } from './rouge.ts';
import { meanStatistics, scoreOf } from './statistics.ts';
import { commonLength, commonRun, unionHits } from './subsequence.ts';

const ids = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });

/** n-grams as texts with their counts: slow and clear. */
function counted(sequence: readonly number[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= sequence.length; i++) {
    const gram = sequence.slice(i, i + n).join(' ');
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

describe('n-gram matches', () => {
  test('are those that counting in maps gives, one text after another', () => {
    const match = createNgramMatcher();
    fc.assert(
      fc.property(ids, fc.array(ids, { minLength: 1, maxLength: 3 }), (hypothesis, references) => {
        match(hypothesis, references, 4).forEach((got, k) => {
          const own = counted(hypothesis, k + 1);
          const others = references.map((reference) => counted(reference, k + 1));
          const matches = others.map((other) =>
            [...own].reduce((sum, [gram, count]) => sum + Math.min(count, other.get(gram) ?? 0), 0),
          );
          const clipped = [...own].reduce(
            (sum, [gram, count]) =>
              sum + Math.min(count, Math.max(...others.map((other) => other.get(gram) ?? 0))),
            0,
          );
          const sizes = [hypothesis, ...references].map(({ length }) => Math.max(length - k, 0));
          expect(got).toEqual({ hypothesis: sizes[0], references: sizes.slice(1), matches, clipped });
        });
      }),
    );
  });
});

describe('subsequences', () => {
  test('are as long as the recursive definition says, and no run is longer', () => {
    const recursive = (a: readonly number[], b: readonly number[]): number => {
      if (a.length === 0 || b.length === 0) return 0;
      if (a[0] === b[0]) return 1 + recursive(a.slice(1), b.slice(1));
      return Math.max(recursive(a.slice(1), b), recursive(a, b.slice(1)));
    };
    const short = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 });
    fc.assert(
      fc.property(short, short, (a, b) => {
        expect(commonLength(a, b)).toBe(recursive(a, b));
        expect(commonRun(a, b)).toBeLessThanOrEqual(commonLength(a, b));
        // Of single lines, the union of subsequences is the subsequence.
        expect(unionHits([a], [b])).toBe(commonLength(a, b));
      }),
    );
    expect(commonRun([1, 2, 3, 9, 1, 2], [2, 3, 9, 7, 1, 2])).toBe(3);
  });
});

describe('texts', () => {
  const texts = ['The cat sat on the mat, didn’t it?', '春眠不觉晓，处处闻啼鸟。', 'a b c d e f'];

  test('the same text is perfect by every score', () => {
    const references = texts.map((text) => [text]);
    for (const tokenizer of Object.keys(bleuTokenizers) as (keyof typeof bleuTokenizers)[]) {
      expect(corpusBleu(texts, references, { tokenizer }).score).toBeCloseTo(100, 10);
    }
    expect(corpusChrf(texts, references, { wordOrders: 2 })).toBeCloseTo(100, 10);
    for (const unit of ['characters', 'segments'] as const) {
      for (const text of texts) expect(rouge(text, ['–', text], { unit }).rougeLsum.f1).toBe(1);
    }
    for (const rules of ['squad', 'cmrc'] as const) {
      for (const text of texts)
        expect(answerScore(text, ['–', text], { rules })).toEqual({ exact: 1, f1: 1 });
    }
  });

  test('Chinese by words of a dictionary: punctuation does not count', () => {
    const score = rouge('我们去公园散步。', ['我们去公园，跑步'], { unit: 'segments' }).rouge1;
    expect(score.precision).toBeCloseTo(3 / 4, 10);
  });

  test('what is missing or unknown is said', () => {
    const codes = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        return (error as { code: string }).code;
      }
      return undefined;
    };
    expect(codes(() => corpusBleu([], []))).toBe('eval/no-records');
    expect(codes(() => corpusBleu(['a'], []))).toBe('eval/unequal');
    expect(codes(() => corpusChrf(['a', 'b'], [['a'], []]))).toBe('eval/no-reference');
    expect(codes(() => sentenceBleu('a', ['a'], { tokenizer: 'intl' as '13a' }))).toBe('eval/option');
    expect(codes(() => sentenceBleu('a', ['a'], { smoothing: 'much' as 'exp' }))).toBe('eval/option');
    expect(codes(() => rouge('a', []))).toBe('eval/no-reference');
    const long = '字'.repeat(20_001);
    expect(codes(() => rouge(long, [long], { unit: 'characters' }))).toBe('eval/pairs');
    expect(codes(() => answerScore(long, [long], { rules: 'cmrc' }))).toBe('eval/pairs');
    expect(codes(() => regressionScores([1], [1, 2]))).toBe('eval/unequal');
    expect(codes(() => passAtK(5, 6, 1))).toBe('eval/option');
    expect(codes(() => passAtK(5, 1, 6))).toBe('eval/option');
    expect(codes(() => rankingScores({}, {}))).toBe('eval/no-records');
    const many = Array.from({ length: 1001 }, (_, i) => String(i));
    expect(codes(() => confusionMatrix(many, many))).toBe('eval/labels');
  });
});

describe('labels and numbers', () => {
  test('items drawn twice count twice: the same as if they were written down twice', () => {
    const predictions = [...'abcab'];
    const references = [...'abbaa'];
    // Label c is lost.
    const items = [0, 0, 3, 4, 4];
    const drawn = (side: readonly string[]) => items.map((i) => side[i]);
    const pairs = numberLabels(predictions, references);
    expect(scoresOfCounts(countLabels(pairs, items))).toEqual(
      classificationScores(drawn(predictions), drawn(references)),
    );
    const values = meanStatistics('test', [1, 10, 100]);
    expect(scoreOf(values)).toBe(37);
    expect(scoreOf(values, [0, 0, 1])).toBe(4);
  });

  test('ties share the mean of their ranks', () => {
    expect([...meanRanks([10, 20, 10, 30, 10])]).toEqual([2, 4, 2, 5, 2]);
  });

  test('perplexity, bits by token, character and byte: sums over the corpus first', () => {
    const half = Math.log(0.5);
    const scores = likelihoodScores([
      { text: '春', logprobs: [half, half] },
      { text: 'ab🙂', logprobs: [4 * half] },
    ]);
    expect(scores.perplexity).toBeCloseTo(4, 12);
    expect(scores.bitsPerToken).toBeCloseTo(2, 12);
    expect(scores.bitsPerCharacter).toBeCloseTo(6 / 4, 12);
    expect(scores.bitsPerByte).toBeCloseTo(6 / 9, 12);
  });
});

describe('rankings', () => {
  const judgements = { q1: { a: 2, b: 1, c: 0 }, q2: { x: 1 } };

  test('a judged query without an answer counts 0, or is left out', () => {
    const rankings = { q1: ['a', 'c', 'b'], q9: ['z'] };
    const all = rankingScores(rankings, judgements, { depths: [1, 3] });
    expect(all.queries.map(({ query }) => query)).toEqual(['q1', 'q2']);
    expect(all.reciprocalRank).toBe(0.5);
    const some = rankingScores(rankings, judgements, { depths: [1, 3], missing: 'skip' });
    expect(some.averagePrecision).toBeCloseTo((1 + 2 / 3) / 2, 12);
    expect(some.recall).toEqual([0.5, 1]);
    expect(some.precision).toEqual([1, 2 / 3]);
    expect(some.ndcg[1]).toBeCloseTo((2 + 1 / 2) / (2 + 1 / Math.log2(3)), 12);
  });

  test('an id found twice counts once', () => {
    const once = rankingScores({ q1: ['a', 'b'] }, { q1: judgements.q1 }, { depths: [2] });
    const twice = rankingScores({ q1: ['a', 'a', 'b'] }, { q1: judgements.q1 }, { depths: [2] });
    expect(twice).toEqual(once);
  });

  test('names of objects are ids like others', () => {
    const found = rankingScores(
      { q: ['constructor', 'toString'] },
      { q: { toString: 1 } as never },
      { depths: [1] },
    );
    expect(found.reciprocalRank).toBe(0.5);
    expect(found.ndcg).toEqual([0]);
  });

  test('equal scores are ordered as trec_eval orders them', () => {
    expect(rankByScore({ d1: 0.5, d10: 0.5, d2: 0.9, d9: 0.5 })).toEqual(['d2', 'd9', 'd10', 'd1']);
  });
});
