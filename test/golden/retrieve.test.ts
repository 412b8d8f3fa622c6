/** Stems and BM25 scores against NLTK and bm25s (retrieve.py). */

import { describe, expect, test } from 'vitest';
import { bm25Index, porterStem } from '../../src/retrieve/index.ts';
import { readGolden } from './model-golden.ts';

interface GoldenRetrieval {
  readonly stems: { readonly [word: string]: string };
  readonly texts: string[][];
  readonly queries: string[][];
  readonly runs: { idf: 'lucene' | 'robertson'; k1: number; b: number; scores: number[][] }[];
}

const { stems, texts, queries, runs } = readGolden<GoldenRetrieval>('retrieve');

describe('retrieval as the references have it', () => {
  test('stems are those of the paper', () => {
    const words = Object.keys(stems);
    expect(words.length).toBeGreaterThan(100);
    expect(Object.fromEntries(words.map((word) => [word, porterStem(word)]))).toEqual(stems);
  });

  test.each(runs)('BM25 scores: $idf, k1 $k1, b $b', ({ idf, k1, b, scores }) => {
    const index = bm25Index(texts, { idf, k1, b });
    for (const [i, query] of queries.entries()) {
      const own = new Float64Array(texts.length);
      for (const { index: text, score } of index.search(query, texts.length)) own[text] = score;
      // bm25s leaves out the factor k1 + 1, as Lucene does since version 8.
      scores[i].forEach((score, text) => expect(own[text]).toBeCloseTo((k1 + 1) * score, 9));
    }
  });
});
