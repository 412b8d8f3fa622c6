/** Items as sparse rows of weighted terms, and which items hold a term. */

import { bm25Scorer, idfs } from '../retrieve/index.ts';
import type { TermCutter } from './terms.ts';

/** A text as numbers of its terms: ascending columns with a weight each. */
export interface TermRow {
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** Which terms there are, the most frequent first, and how rare each is among the texts that were learnt from. */
export interface Vocabulary {
  readonly names: readonly string[];
  /** How many of the texts hold each. */
  readonly holders: Uint32Array;
  readonly texts: number;
  /** Terms of a text on average. */
  readonly averageLength: number;
}

/** What is kept of a text that was cut. */
export type TermCounts = ReadonlyMap<string, number>;

export function countCut(cut: TermCutter, text: string): TermCounts {
  const counts = new Map<string, number>();
  for (const { term } of cut(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Terms that are kept, the most frequent ones. */
const MOST_TERMS = 300_000;

export function learnVocabulary(texts: readonly TermCounts[]): Vocabulary {
  const holders = new Map<string, number>();
  let length = 0;
  for (const counts of texts) {
    for (const [term, count] of counts) {
      holders.set(term, (holders.get(term) ?? 0) + 1);
      length += count;
    }
  }
  // A stable sort: of equals the one that was met first.
  const kept = [...holders].sort(([, a], [, b]) => b - a).slice(0, MOST_TERMS);
  return {
    names: kept.map(([name]) => name),
    holders: Uint32Array.from(kept, ([, count]) => count),
    texts: texts.length,
    averageLength: length / Math.max(1, texts.length),
  };
}

/** How counts become weights: of what is looked for (`query`), and of what may be found (`item`). */
export interface Weighting {
  readonly query: (counts: TermCounts) => TermRow;
  readonly item: (counts: TermCounts) => TermRow;
}

/** From counts to a row by a weight for each term. */
function rowMaker(
  { names }: Vocabulary,
  weigh: (column: number, count: number, length: number) => number,
  isUnit: boolean,
): (counts: TermCounts) => TermRow {
  const columnOf = new Map(names.map((name, column) => [name, column]));
  return (counts) => {
    const found: [column: number, value: number][] = [];
    let length = 0;
    for (const count of counts.values()) length += count;
    for (const [term, count] of counts) {
      const column = columnOf.get(term);
      if (column !== undefined) found.push([column, weigh(column, count, length)]);
    }
    found.sort(([a], [b]) => a - b);
    const norm = isUnit ? Math.sqrt(found.reduce((sum, [, value]) => sum + value * value, 0)) || 1 : 1;
    return {
      columns: Uint32Array.from(found, ([column]) => column),
      values: Float64Array.from(found, ([, value]) => value / norm),
    };
  };
}

/** (1 + ln count) · ln(1 + (N − n + ½) / (n + ½)), rows of length 1: the product of two rows is the cosine of their angle (Salton and Buckley 1988). */
export function tfIdf(vocabulary: Vocabulary): Weighting {
  const { holders, texts } = vocabulary;
  const rare = Float64Array.from(holders, (n) => idfs.lucene(texts, n));
  const row = rowMaker(vocabulary, (column, count) => (1 + Math.log(count)) * rare[column], true);
  return { query: row, item: row };
}

/** BM25: the text that was read asks, with a length of 1 so that long ones do not shout; an item answers with what each term adds to its score. */
export function bm25Terms(vocabulary: Vocabulary): Weighting {
  const { holders, texts, averageLength } = vocabulary;
  const statistics = { documents: texts, averageLength, weights: [1] };
  const scorers = Array.from(holders, (n) => bm25Scorer({ ...statistics, holders: [n] }));
  const count = [0];
  return {
    query: rowMaker(vocabulary, (_, times) => times, true),
    item: rowMaker(
      vocabulary,
      (column, times, length) => {
        count[0] = times;
        return scorers[column](count, length);
      },
      false,
    ),
  };
}

/** Rows by column: which items hold a term, and with what weight. */
export interface Postings {
  /** Adds weight × value to the sums of all items that hold the term. */
  readonly addTo: (sums: Float64Array, column: number, weight: number) => void;
}

export function postingsOf(rows: readonly TermRow[], width: number): Postings {
  const starts = new Uint32Array(width + 1);
  for (const { columns } of rows) for (const column of columns) starts[column + 1]++;
  for (let column = 0; column < width; column++) starts[column + 1] += starts[column];
  const next = starts.slice();
  const items = new Uint32Array(starts[width]);
  // NOTE Half the memory of doubles; a score is its explanation to seven digits.
  const values = new Float32Array(starts[width]);
  for (const [item, row] of rows.entries()) {
    row.columns.forEach((column, i) => {
      const at = next[column]++;
      items[at] = item;
      values[at] = row.values[i];
    });
  }
  return {
    addTo(sums, column, weight) {
      for (let i = starts[column]; i < starts[column + 1]; i++) sums[items[i]] += weight * values[i];
    },
  };
}

/** Σ aᵢ bᵢ over the columns of both. */
export function rowProduct(a: TermRow, b: TermRow): number {
  let sum = 0;
  for (let i = 0, j = 0; i < a.columns.length && j < b.columns.length; ) {
    const difference = a.columns[i] - b.columns[j];
    if (difference === 0) sum += a.values[i++] * b.values[j++];
    else if (difference < 0) i++;
    else j++;
  }
  return sum;
}
