/** Items whose vectors lie where those of what was read do: of a sentence encoder, an endpoint, or of words. */

import type { Embedder } from '../types.ts';
import { fail } from './errors.ts';
import { type Lexicon, wholeText } from './lexicon.ts';
import { limits } from './limits.ts';
import { loudest, loudnessOf, type MemoryOptions, type Recommender } from './method.ts';

/** A vector of length 1 for each item, from the middle of all of them; of a text that says nothing zeros. */
export interface ItemVectors {
  readonly width: number;
  /** items × width. */
  readonly data: Float32Array;
  /** What was taken from every vector before it was brought to length 1. */
  readonly middle: Float32Array;
}

/** Texts that are sent to an embedder at once. */
const AT_ONCE = 64;

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, of: number) => void;
}

/** Vectors as the embedder gives them, row by row. @throws `recommend/no-vector` */
export async function embedTexts(
  texts: readonly string[],
  embedder: Embedder,
  { signal, onProgress }: EmbedOptions = {},
): Promise<{ readonly width: number; readonly data: Float32Array }> {
  let data: Float32Array | undefined;
  let width = 0;
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    signal?.throwIfAborted();
    const some = texts.slice(from, from + AT_ONCE).map((text) => text.slice(0, limits.textCharacters));
    const { vectors } = await embedder.embed(some, { signal });
    width ||= vectors[0]?.length ?? 0;
    data ??= new Float32Array(texts.length * width);
    const good = vectors.filter((one) => one.length === width && Array.from(one).every(Number.isFinite));
    if (width === 0 || good.length !== some.length) {
      throw fail('recommend/no-vector', { count: some.length, got: width === 0 ? 0 : good.length });
    }
    good.forEach((vector, i) => data!.set(vector, (from + i) * width));
    onProgress?.(Math.min(from + AT_ONCE, texts.length), texts.length);
  }
  return { width, data: data ?? new Float32Array() };
}

/**
 * The vectors of items. The middle of all is taken from each: what encoders say of every text says nothing of any (Mu and Viswanath
 * 2018, "All-but-the-top").
 */
export async function itemVectors(
  lexicon: Pick<Lexicon, 'items'>,
  embedder: Embedder,
  options: EmbedOptions & { readonly middle?: Float32Array } = {},
): Promise<ItemVectors> {
  const { width, data } = await embedTexts(lexicon.items.map(wholeText), embedder, options);
  const middle = options.middle ?? middleOf(data, width);
  for (let row = 0; row < data.length; row += width) towards(data.subarray(row, row + width), middle);
  return { width, data, middle };
}

function middleOf(data: Float32Array, width: number): Float32Array {
  const sums = new Float64Array(width);
  let count = 0;
  for (let row = 0; row < data.length; row += width) {
    const own = data.subarray(row, row + width);
    if (own.every((value) => value === 0)) continue;
    count++;
    for (let i = 0; i < width; i++) sums[i] += own[i];
  }
  return Float32Array.from(sums, (sum) => sum / Math.max(1, count));
}

/** Takes the middle away and brings the rest to length 1; a vector of zeros stays. */
function towards(vector: Float32Array, middle: Float32Array): void {
  if (vector.every((value) => value === 0)) return;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    vector[i] -= middle[i];
    squares += vector[i] * vector[i];
  }
  const length = Math.sqrt(squares) || 1;
  for (let i = 0; i < vector.length; i++) vector[i] /= length;
}

/** The mean of the vectors of what was read, each as loud as it speaks, beside each item's: a dot product, so that what was read adds up. */
export function byVectors(
  method: 'encoder' | 'words',
  lexicon: Lexicon,
  {
    vectors: { width, data, middle },
    embedder,
    ...options
  }: MemoryOptions & { readonly vectors: ItemVectors; readonly embedder: Embedder },
): Recommender {
  const count = lexicon.items.length;
  return {
    method,
    async judge(taste, _, { signal } = {}) {
      const loudness = loudnessOf(taste, options);
      const texts = taste.flatMap(({ text }) => (text === undefined ? [] : [text]));
      const made = await embedTexts(texts, embedder, { signal });
      if (texts.length > 0 && made.width !== width) {
        throw fail('recommend/no-vector', { count: texts.length, got: 0 });
      }
      let next = 0;
      const rows = taste.map(({ item }) => {
        if (item !== undefined) return data.subarray(item * width, (item + 1) * width);
        const own = made.data.subarray(next, (next += width));
        towards(own, middle);
        return own;
      });
      if (!rows.some((row, i) => loudness[i] > 0 && row.some((value) => value !== 0))) return undefined;
      const profile = new Float64Array(width);
      rows.forEach((row, i) => {
        if (loudness[i] !== 0) for (let k = 0; k < width; k++) profile[k] += loudness[i] * row[k];
      });
      const scores = new Float64Array(count);
      for (let item = 0; item < count; item++) {
        let sum = 0;
        for (let k = 0, at = item * width; k < width; k++, at++) sum += profile[k] * data[at];
        scores[item] = sum;
      }
      return {
        scores,
        explain(item) {
          const own = data.subarray(item * width, (item + 1) * width);
          const reads = rows.map((row, read) => ({ read, weight: loudness[read] * dot(row, own) }));
          return {
            reads: loudest(reads.filter(({ weight }) => weight !== 0)),
            words: lexicon.wordsOf(item, sharedTerms(lexicon, { taste, loudness, item })),
            wordsBy: 'shared',
          };
        },
      };
    },
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** What an item has in common with what was liked, term by term. */
export function sharedTerms(
  { rows, rowOf }: Lexicon,
  {
    taste,
    loudness,
    item,
  }: {
    readonly taste: readonly { readonly item?: number; readonly text?: string }[];
    readonly loudness: ArrayLike<number>;
    readonly item: number;
  },
): Map<number, number> {
  const own = rows[item];
  const places = new Map(Array.from(own.columns, (column, k) => [column, k]));
  const shared = new Map<number, number>();
  taste.forEach((read, i) => {
    if (!(loudness[i] > 0)) return;
    const { columns, values } = read.item === undefined ? rowOf(read.text!) : rows[read.item];
    columns.forEach((column, k) => {
      const at = places.get(column);
      if (at === undefined) return;
      shared.set(column, (shared.get(column) ?? 0) + loudness[i] * values[k] * own.values[at]);
    });
  });
  return shared;
}
