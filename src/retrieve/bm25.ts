/** BM25 (Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond"). */

import { fail } from './errors.ts';
import { type Scored, topScores } from './top.ts';

export interface Bm25Options {
  /** How fast more of the same term stops to count; ≥ 0. Default 0.9, as Anserini's. */
  readonly k1?: number;
  /** How much longer texts are held back; in [0, 1]. Default 0.4, as Anserini's. */
  readonly b?: number;
  /**
   * How rare terms weigh, with N texts of which n hold the term. `lucene` (default): ln(1 + (N − n + ½) / (n + ½)), never
   * negative; `robertson`: ln((N − n + ½) / (n + ½)), negative for a term that more than half of the texts hold.
   */
  readonly idf?: 'lucene' | 'robertson';
}

/** What BM25 knows of a collection, and of the terms of one query. */
export interface TermStatistics {
  /** N: how many texts there are. */
  readonly documents: number;
  /** Terms of a text, on average. */
  readonly averageLength: number;
  /** n: how many texts hold each term of the query. */
  readonly holders: ArrayLike<number>;
  /** How often the query names each term. */
  readonly weights: ArrayLike<number>;
}

/** How rare a term weighs, by the formula called `idf`: N texts, of which n hold it. */
export const idfs = {
  lucene: (N: number, n: number) => Math.log(1 + (N - n + 0.5) / (n + 0.5)),
  robertson: (N: number, n: number) => Math.log((N - n + 0.5) / (n + 0.5)),
};

/**
 * The score of a text by how often it holds each term of the query, and by how many terms it has:
 * Σ weight · idf · f (k1 + 1) / (f + k1 (1 − b + b · length / average)). Errors: `retrieve/option`.
 */
export function bm25Scorer(
  { documents, averageLength, holders, weights }: TermStatistics,
  { k1 = 0.9, b = 0.4, idf = 'lucene' }: Bm25Options = {},
): (counts: ArrayLike<number>, length: number) => number {
  if (!(k1 >= 0)) throw fail('retrieve/option', { option: 'k1', rule: '≥ 0', got: k1 });
  if (!(b >= 0 && b <= 1)) throw fail('retrieve/option', { option: 'b', rule: 'in [0, 1]', got: b });
  const values = Array.from(holders, (n, i) => weights[i] * idfs[idf](documents, n) * (k1 + 1));
  return (counts, length) => {
    const norm = k1 * (1 - b + (averageLength > 0 ? (b * length) / averageLength : 0));
    let score = 0;
    for (let i = 0; i < values.length; i++) {
      const f = counts[i];
      if (f > 0) score += (values[i] * f) / (f + norm);
    }
    return score;
  };
}

/** The terms of a query or a text, each once, with how often it occurs. */
export function countTerms(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Texts in memory that can be searched by their terms. */
export interface Bm25Index {
  /** The texts that hold a term of the query, the best first. */
  search(terms: readonly string[], top: number): Scored[];
}

/**
 * An index in memory of texts given as their terms. A stored collection gives the same scores.
 *
 * @example
 * const analyze = createAnalyzer();
 * bm25Index(texts.map(analyze)).search(analyze('flat plates'), 10);
 */
export function bm25Index(texts: readonly (readonly string[])[], options: Bm25Options = {}): Bm25Index {
  const lengths = Uint32Array.from(texts, ({ length }) => length);
  const averageLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
  const postings = new Map<string, { readonly texts: number[]; readonly counts: number[] }>();
  for (const [text, terms] of texts.entries()) {
    for (const [term, count] of countTerms(terms)) {
      let list = postings.get(term);
      if (!list) postings.set(term, (list = { texts: [], counts: [] }));
      list.texts.push(text);
      list.counts.push(count);
    }
  }
  return {
    search(terms, top) {
      const query = countTerms(terms);
      const lists = [...query.keys()].map((term) => postings.get(term));
      const holders = lists.map((list) => list?.texts.length ?? 0);
      const weights = [...query.values()];
      const score = bm25Scorer({ documents: texts.length, averageLength, holders, weights }, options);
      const found = new Map<number, Uint32Array>();
      for (const [i, list] of lists.entries()) {
        list?.texts.forEach((text, k) => {
          let counts = found.get(text);
          if (!counts) found.set(text, (counts = new Uint32Array(lists.length)));
          counts[i] = list.counts[k];
        });
      }
      const candidates = [...found.keys()].sort((a, b) => a - b);
      const scores = candidates.map((text) => score(found.get(text)!, lengths[text]));
      return topScores(scores, top).map(({ index, score }) => ({ index: candidates[index], score }));
    },
  };
}
