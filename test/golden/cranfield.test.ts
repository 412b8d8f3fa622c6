/**
 * BM25 on a judged collection; needs `INKSTONE_CRANFIELD`, a folder with Cranfield (1,400 abstracts, 225 questions) in TREC's
 * form: cranfield.docs.xml, cranfield.queries.xml, cranfield.qrels.txt. The expected figures are bm25s's on the same terms.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rankingScores } from '../../src/eval/index.ts';
import { bm25Index, createAnalyzer } from '../../src/retrieve/index.ts';

const folder = process.env.INKSTONE_CRANFIELD;
const missing =
  !(folder && existsSync(join(folder, 'cranfield.docs.xml'))) && 'INKSTONE_CRANFIELD names no folder with it';

const read = (name: string) => readFileSync(join(folder!, `cranfield.${name}`), 'utf8');

const byNumber = <Value>(list: readonly Value[]) =>
  Object.fromEntries(list.map((value, i) => [`${i}`, value]));

describe(missing ? `Cranfield (skipped: ${missing})` : 'Cranfield', () => {
  test.skipIf(missing).each([
    [0.9, 0.4, 0.3575],
    [1.2, 0.75, 0.3751],
  ])('nDCG@10 of BM25 with k1 %d, b %d', (k1, b, expected) => {
    const documents = [...read('docs.xml').matchAll(/<docno>(\d+)<\/docno>.*?<text>(.*?)<\/text>/gs)];
    const queries = [...read('queries.xml').matchAll(/<title>(.*?)<\/title>/gs)].map(([, text]) => text);
    const judgements = queries.map((): Record<string, number> => ({}));
    for (const line of read('qrels.txt').trim().split('\n')) {
      const [query, , document, gain] = line.trim().split(/\s+/);
      judgements[Number(query) - 1][document] = Number(gain);
    }
    expect([documents.length, queries.length]).toEqual([1400, 225]);
    const analyze = createAnalyzer();
    const index = bm25Index(
      documents.map(([, , text]) => analyze(text)),
      { k1, b },
    );
    const rankings = queries.map((query) =>
      index.search(analyze(query), 10).map(({ index }) => documents[index][1]),
    );
    const { ndcg } = rankingScores(byNumber(rankings), byNumber(judgements), { depths: [10] });
    expect(ndcg[0]).toBeCloseTo(expected, 3);
  });
});
