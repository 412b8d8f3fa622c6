/** Items whose terms are those of what was read: a profile of terms (Rocchio 1971) by tf-idf or BM25. */

import { type Lexicon, wholeText } from './lexicon.ts';
import { loudest, loudnessOf, type MemoryOptions, type Recommender } from './method.ts';
import { bm25Terms, postingsOf, rowProduct, type TermRow, tfIdf } from './term-rows.ts';

const weightings = { tfidf: tfIdf, bm25: bm25Terms } as const;

/**
 * Σ over the terms of (loudness of what was read · its weight there) · the weight in the item. Every score is the sum of its words, and the
 * sum of what was read.
 */
export function byTerms(
  method: keyof typeof weightings,
  lexicon: Lexicon,
  options: MemoryOptions = {},
): Recommender {
  const { items, vocabulary } = lexicon;
  const weighting = weightings[method](vocabulary);
  const isTfIdf = method === 'tfidf';
  const rows = isTfIdf
    ? lexicon.rows
    : items.map((item) => weighting.item(lexicon.countsOf(wholeText(item))));
  const postings = postingsOf(rows, vocabulary.names.length);
  const asked: TermRow[] = [];
  const queryOf = (item: number): TermRow => {
    if (isTfIdf) return rows[item];
    asked[item] ??= weighting.query(lexicon.countsOf(wholeText(items[item])));
    return asked[item];
  };
  return {
    method,
    async judge(taste) {
      const loudness = loudnessOf(taste, options);
      const queries = taste.map((read) =>
        read.item === undefined ? weighting.query(lexicon.countsOf(read.text)) : queryOf(read.item),
      );
      if (!queries.some(({ columns }, i) => loudness[i] > 0 && columns.length > 0)) return undefined;
      const profile = new Map<number, number>();
      queries.forEach(({ columns, values }, i) => {
        if (loudness[i] === 0) return;
        columns.forEach((column, k) => {
          profile.set(column, (profile.get(column) ?? 0) + loudness[i] * values[k]);
        });
      });
      const scores = new Float64Array(items.length);
      for (const [column, weight] of profile) postings.addTo(scores, column, weight);
      return {
        scores,
        explain(item) {
          const row = rows[item];
          const words = new Map<number, number>();
          row.columns.forEach((column, k) => {
            const weight = (profile.get(column) ?? 0) * row.values[k];
            if (weight !== 0) words.set(column, weight);
          });
          const reads = queries.map((query, read) => ({
            read,
            weight: loudness[read] === 0 ? 0 : loudness[read] * rowProduct(query, row),
          }));
          return {
            reads: loudest(reads.filter(({ weight }) => weight !== 0)),
            words: lexicon.wordsOf(item, words),
            wordsBy: 'weights',
          };
        },
      };
    },
  };
}
