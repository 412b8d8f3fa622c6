/** Texts as the mean of the vectors of their words, rare words louder (as Arora, Liang and Ma 2017, "A simple but tough-to-beat baseline for sentence embeddings"). */

import { wordSegmenter } from '../text/index.ts';
import type { WordVectors } from '../train/index.ts';
import type { Embedder } from '../types.ts';

/** a / (a + p(word)): the constant of the paper. */
const SMOOTH = 1e-3;

/**
 * An embedder of word vectors. How frequent a word is comes from its rank, by Zipf's law, as the words stand most frequent first. A Chinese
 * word without a vector is read character by character; a text without any known word is zeros.
 */
export function wordEmbedder({ words, size, vectors }: WordVectors): Embedder {
  const rows = new Map(words.map((word, row) => [word, row]));
  // The sum of 1/rank over so many words.
  const harmonic = Math.log(Math.max(2, words.length)) + 0.5772;
  const segment = wordSegmenter();
  const rowsOf = (word: string): number[] => {
    const row = rows.get(word) ?? rows.get(word.toLowerCase());
    if (row !== undefined) return [row];
    if (!/^\p{Script=Han}{2,}$/u.test(word)) return [];
    return [...word].flatMap((one) => rows.get(one) ?? []);
  };
  return {
    async embed(texts) {
      const made = texts.map((text) => {
        const sum = new Float32Array(size);
        for (const word of segment(text.normalize('NFKC'))) {
          for (const row of rowsOf(word.text)) {
            const weight = SMOOTH / (SMOOTH + 1 / ((row + 1) * harmonic));
            for (let i = 0; i < size; i++) sum[i] += weight * vectors[row * size + i];
          }
        }
        return sum;
      });
      return { vectors: made, promptTokens: 0 };
    },
  };
}
