/** Words by the angle between their vectors: neighbours and analogies. */

import { nearest } from '../../errors.ts';
import { fail } from '../errors.ts';

/** A vector for each word; words × size, row by row. */
export interface WordTable {
  readonly words: readonly string[];
  readonly size: number;
  readonly vectors: Float32Array;
}

/** A table whose rows have length 1 and whose words can be found; rows of zeros stay. */
export interface WordSpace extends WordTable {
  readonly numbers: ReadonlyMap<string, number>;
}

/** Makes the rows unit vectors. */
export function wordSpace({ words, size, vectors }: WordTable): WordSpace {
  const unit = Float32Array.from(vectors);
  for (let from = 0; from < unit.length; from += size) {
    let squares = 0;
    for (let i = 0; i < size; i++) squares += unit[from + i] ** 2;
    const length = Math.sqrt(squares) || 1;
    for (let i = 0; i < size; i++) unit[from + i] /= length;
  }
  return { words, size, vectors: unit, numbers: new Map(words.map((word, id) => [word, id])) };
}

export interface SimilarWord {
  readonly word: string;
  /** Cosine of the angle. */
  readonly similarity: number;
}

/** The words nearest to a word, itself left out. @throws when the word has no vector. */
export function wordNeighbours(space: WordSpace, word: string, most = 10): SimilarWord[] {
  const own = numberOf(space, word);
  return nearestTo(space, rowOf(space, own), { most, except: [own] });
}

/** a is to b as c is to …: the words nearest to b − a + c (3CosAdd; Mikolov, Yih and Zweig 2013), the three left out. */
export function wordAnalogy(
  space: WordSpace,
  [a, b, c]: readonly [a: string, b: string, c: string],
  most = 10,
): SimilarWord[] {
  const numbers = [a, b, c].map((word) => numberOf(space, word));
  const [from, to, other] = numbers.map((number) => rowOf(space, number));
  return nearestTo(
    space,
    other.map((value, i) => value + to[i] - from[i]),
    { most, except: numbers },
  );
}

/** Cosine of two words. @throws when one has no vector. */
export function wordSimilarity(space: WordSpace, a: string, b: string): number {
  return product(rowOf(space, numberOf(space, a)), rowOf(space, numberOf(space, b)));
}

/** The number of a word. */
export function numberOf({ numbers, words }: WordSpace, word: string): number {
  const number = numbers.get(word);
  if (number === undefined)
    throw fail('eval/no-word', { word, words: words.length, near: nearest(word, words) });
  return number;
}

/** The vector of a word by its number. A view. */
export const rowOf = ({ vectors, size }: WordTable, number: number): Float32Array =>
  vectors.subarray(number * size, (number + 1) * size);

function nearestTo(
  space: WordSpace,
  vector: Float32Array,
  { most, except }: { readonly most: number; readonly except: readonly number[] },
): SimilarWord[] {
  const length = Math.sqrt(product(vector, vector)) || 1;
  const similar = space.words.map((word, number) => ({
    word,
    number,
    similarity: product(rowOf(space, number), vector) / length,
  }));
  return similar
    .filter(({ number }) => !except.includes(number))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, most)
    .map(({ word, similarity }) => ({ word, similarity }));
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
