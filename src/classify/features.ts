/** Texts as sparse rows of numbers: counted or hashed n-grams, plain or weighted by tf-idf. */

import { fail, requireNumber, wholePositive } from './errors.ts';
import { ngramsOf } from './units.ts';

/** Rows of few numbers: those of row i stand at starts[i] … starts[i + 1], by column. */
export interface SparseRows {
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
  /** How many columns there are. */
  readonly width: number;
}

export interface FeatureOptions {
  /** The shortest and the longest n-gram, in units. Default [1, 2]. */
  readonly ngrams?: readonly [number, number];
  /** N-grams of fewer texts are left out. Default 1. */
  readonly minDocuments?: number;
  /** Keeps the most frequent ones only. Default: all. */
  readonly maxFeatures?: number;
  /**
   * `counts`: how often; `tf-idf`: count · (ln((1 + texts) / (1 + texts that have it)) + 1), each row then divided by its
   * length, as scikit-learn does by default. Default `counts`.
   */
  readonly weighting?: 'counts' | 'tf-idf';
  /** Columns by hash, so many (Weinberger et al. 2009): no list of n-grams is kept, and none can be shown. */
  readonly buckets?: number;
}

/** How texts become rows, as it was learnt from texts. */
export interface Features {
  readonly ngrams: readonly [number, number];
  readonly width: number;
  /** The n-gram of each column; absent where columns are hashed. */
  readonly names?: readonly string[];
  /** The factor of each column; absent for counts. */
  readonly idf?: Float64Array;
}

/** 32-bit FNV-1a. */
function hashGram(gram: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < gram.length; i++) hash = Math.imul(hash ^ gram.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

interface GramCount {
  texts: number;
  total: number;
  lastText: number;
}

/** Learns which n-grams there are, and how rare each is. @throws when none is left */
export function fitFeatures(texts: readonly (readonly string[])[], options: FeatureOptions = {}): Features {
  const { ngrams = [1, 2], minDocuments = 1, maxFeatures, weighting = 'counts', buckets } = options;
  if (!(wholePositive.test(ngrams[0]) && wholePositive.test(ngrams[1]) && ngrams[0] <= ngrams[1])) {
    throw fail('classify/option', {
      where: 'features',
      option: 'ngrams',
      rule: 'two whole numbers from 1 on, the smaller one first',
      zhRule: '为两个不小于 1 的整数，小的在前',
      got: `[${ngrams.join(', ')}]`,
    });
  }
  requireNumber('features', 'minDocuments', minDocuments, wholePositive);
  if (maxFeatures !== undefined) requireNumber('features', 'maxFeatures', maxFeatures, wholePositive);
  if (buckets !== undefined) requireNumber('features', 'buckets', buckets, wholePositive);
  const counts = new Map<string | number, GramCount>();
  texts.forEach((units, text) => {
    for (const gram of ngramsOf(units, ngrams)) {
      const key = buckets === undefined ? gram : hashGram(gram) % buckets;
      const count = counts.get(key);
      if (count === undefined) counts.set(key, { texts: 1, total: 1, lastText: text });
      else {
        count.total++;
        if (count.lastText !== text) count.texts++;
        count.lastText = text;
      }
    }
  });
  const idfOf = (count: number): number => Math.log((1 + texts.length) / (1 + count)) + 1;
  if (buckets !== undefined) {
    const idf = new Float64Array(buckets).map((_, column) => idfOf(counts.get(column)?.texts ?? 0));
    return { ngrams, width: buckets, ...(weighting === 'tf-idf' && { idf }) };
  }
  let kept = [...counts].filter(([, count]) => count.texts >= minDocuments) as [string, GramCount][];
  if (maxFeatures !== undefined && kept.length > maxFeatures) {
    kept = kept.sort(([, a], [, b]) => b.total - a.total).slice(0, maxFeatures);
  }
  if (kept.length === 0) throw fail('classify/no-features', { where: 'features' });
  const names = kept.map(([gram]) => gram);
  const idf = Float64Array.from(kept, ([, count]) => idfOf(count.texts));
  return { ngrams, width: names.length, names, ...(weighting === 'tf-idf' && { idf }) };
}

/** A function that turns texts, cut into units, into rows. What was not learnt is passed over. */
export function featureRows({
  ngrams,
  width,
  names,
  idf,
}: Features): (texts: readonly (readonly string[])[]) => SparseRows {
  const places = names && new Map(names.map((name, column) => [name, column]));
  const columnOf = (gram: string): number | undefined => (places ? places.get(gram) : hashGram(gram) % width);
  return (texts) => {
    const starts = new Uint32Array(texts.length + 1);
    const columns: number[] = [];
    const values: number[] = [];
    texts.forEach((units, text) => {
      const row = new Map<number, number>();
      for (const gram of ngramsOf(units, ngrams)) {
        const column = columnOf(gram);
        if (column !== undefined) row.set(column, (row.get(column) ?? 0) + 1);
      }
      if (idf) weigh(row, idf);
      for (const [column, value] of [...row].sort(([a], [b]) => a - b)) {
        columns.push(column);
        values.push(value);
      }
      starts[text + 1] = columns.length;
    });
    return { starts, columns: Uint32Array.from(columns), values: Float64Array.from(values), width };
  };
}

/** Counts times idf, as a row of length 1. */
function weigh(row: Map<number, number>, idf: Float64Array): void {
  let squares = 0;
  for (const [column, count] of row) {
    const value = count * idf[column];
    squares += value * value;
    row.set(column, value);
  }
  const length = Math.sqrt(squares);
  for (const [column, value] of row) row.set(column, value / length);
}

/** Rows that are given as plain lists, for numbers that are no texts. */
export function sparseRows(rows: readonly (readonly number[])[]): SparseRows {
  const width = rows[0]?.length ?? 0;
  const starts = new Uint32Array(rows.length + 1);
  const columns: number[] = [];
  const values: number[] = [];
  rows.forEach((row, i) => {
    row.forEach((value, column) => {
      if (value === 0) return;
      columns.push(column);
      values.push(value);
    });
    starts[i + 1] = columns.length;
  });
  return { starts, columns: Uint32Array.from(columns), values: Float64Array.from(values), width };
}
