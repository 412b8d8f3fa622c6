import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jiebaSegmenter } from '../text/index.ts';
import {
  bm25Index,
  createAnalyzer,
  exactIndex,
  porterStem,
  reciprocalRankFusion,
  topScores,
  vectorRows,
  weightedFusion,
} from './index.ts';

describe('terms', () => {
  test('English by stem without stop words and case, Chinese by words or pairs', async () => {
    const analyze = createAnalyzer();
    expect(analyze("The Foxes' dens, and the fox's DEN; it’s 3.5 km")).toEqual([
      'fox',
      'den',
      'fox',
      'den',
      '3.5',
      'km',
    ]);
    expect(analyze('ＡＢＣ１２')).toEqual(['abc12']);
    expect(createAnalyzer({ chinese: 'bigrams' })('南京市 river 桥')).toEqual([
      '南京',
      '京市',
      'river',
      '桥',
    ]);
    const segmenter = (await jiebaSegmenter())!;
    expect(createAnalyzer({ segmenter })('小明硕士毕业于中国科学院计算所')).toEqual([
      '小明',
      '硕士',
      '毕业',
      '于',
      '中国科学院',
      '计算所',
    ]);
  });

  test('a stem is never longer than its word', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abeilnostuyz'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(word, (text) => porterStem(text).length <= text.length + 1 && porterStem(text) !== ''),
    );
  });
});

describe('rankings', () => {
  test('the best are those of a full sort', () => {
    const scores = fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double()), { maxLength: 30 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 10 }), (list, count) => {
        const sorted = list
          .map((score, index) => ({ index, score }))
          .filter(({ score }) => !Number.isNaN(score))
          .sort((a, b) => (b.score > a.score ? 1 : b.score < a.score ? -1 : a.index - b.index));
        expect(topScores(list, count)).toEqual(sorted.slice(0, count));
      }),
    );
  });

  test('reciprocal ranks and weighted scores, by hand', () => {
    const a = [
      { id: 'x', score: 9 },
      { id: 'y', score: 5 },
      { id: 'z', score: 1 },
    ];
    const b = [
      { id: 'z', score: 0.4 },
      { id: 'x', score: 0.2 },
    ];
    const fused = reciprocalRankFusion([a, b]);
    expect(fused.map(({ id }) => id)).toEqual(['x', 'z', 'y']);
    expect(fused[0].score).toBeCloseTo(1 / 61 + 1 / 62, 12);
    expect(fused[1].score).toBeCloseTo(1 / 63 + 1 / 61, 12);
    expect(reciprocalRankFusion([a, b], { k: 1 })[2].score).toBeCloseTo(1 / 3, 12);
    expect(weightedFusion([a, b], [0.25, 0.75])).toEqual([
      { id: 'z', score: 0.75 },
      { id: 'x', score: 0.25 },
      { id: 'y', score: 0.125 },
    ]);
    expect(weightedFusion([[{ id: 'x', score: 3 }]], [2])).toEqual([{ id: 'x', score: 2 }]);
  });

  test('BM25: options that cannot be are refused; robertson lets a common term count against', () => {
    const texts = [['a', 'b'], ['a'], ['a', 'c']];
    expect(() => bm25Index(texts, { k1: -1 }).search(['a'], 1)).toThrow(/k1 must be ≥ 0, got -1/);
    expect(() => bm25Index(texts, { b: 2 }).search(['a'], 1)).toThrow(/b must be in \[0, 1\]/);
    expect(bm25Index(texts, { idf: 'robertson' }).search(['a'], 1)[0].score).toBeLessThan(0);
    expect(bm25Index(texts).search(['a'], 1)[0].score).toBeGreaterThan(0);
    expect(bm25Index([]).search(['a'], 1)).toEqual([]);
  });
});

describe('vectors', () => {
  const rows = [
    [1, 0],
    [3, 3],
    [0, 0.5],
  ];

  test('each metric has its own nearest', () => {
    const order = (metric: 'cosine' | 'dot' | 'l2', query: number[]) =>
      exactIndex(vectorRows(rows), metric).search(query, 3);
    expect(order('cosine', [0, 2]).map(({ index }) => index)).toEqual([2, 1, 0]);
    expect(order('cosine', [0, 2])[1].score).toBeCloseTo(Math.SQRT1_2, 6);
    expect(order('dot', [0, 2])).toEqual([
      { index: 1, score: 6 },
      { index: 2, score: 1 },
      { index: 0, score: 0 },
    ]);
    expect(order('l2', [1, 1])[0]).toEqual({ index: 0, score: -1 });
  });

  test('widths that differ and numbers that are none are refused', () => {
    expect(() => vectorRows([[1, 2], [1]])).toThrow(/one width, 2, got 1/);
    expect(() => vectorRows([[Number.NaN]])).toThrow(/finite/);
    expect(() => exactIndex(vectorRows(rows)).search([1], 1)).toThrow(/one width/);
    expect(exactIndex(vectorRows([])).search([1, 2], 1)).toEqual([]);
  });
});
