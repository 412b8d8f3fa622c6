/**
 * The heart of BPE training: pair counts that follow every merge, with the words in which each pair stands. Counting
 * and order are those of Hugging Face tokenizers, so that ties fall the same way.
 */

import { byteSpellings } from './byte-level.ts';
import { createMergeQueue } from './merge-queue.ts';
import { PairTable } from './pair-table.ts';
import { writeUtf8 } from './unicode.ts';

/** Makes the next merge and adds its token to the vocabulary; `undefined` when no pair is frequent enough. */
export type MergeNext = () => readonly [left: string, right: string] | undefined;

/** Distinct pre-tokens as symbols of the vocabulary in one array, and how often each occurs. */
export interface SymbolWords {
  readonly symbols: Int32Array;
  readonly starts: readonly number[];
  readonly lengths: number[];
  readonly frequencies: readonly number[];
}

export interface PairMergerOptions {
  /** Tokens that no pair may become. */
  readonly special: { has(spelling: string): boolean };
  readonly minFrequency: number;
  /** The spelling of a pair. Default: one after the other. */
  readonly join?: (left: string, right: string) => string;
}

/** Counts the pairs of `words`; the ids of `vocab` are the places of its tokens. */
export function createPairMerger(
  words: SymbolWords,
  vocab: Map<string, number>,
  { special, minFrequency, join = (left, right) => left + right }: PairMergerOptions,
): MergeNext {
  const spellings = [...vocab.keys()];
  const { symbols, starts, lengths, frequencies } = words;

  // Pairs are numbered as they appear; `places` are the words in which a pair may stand, each word once.
  const numbers = new PairTable(1024);
  const lefts: number[] = [];
  const rights: number[] = [];
  const totals: number[] = [];
  const places: (number[] | undefined)[] = [];
  let touched: number[] = [];
  const queue = createMergeQueue(lefts, rights, totals);

  const change = (left: number, right: number, word: number, amount: number): void => {
    let pair = numbers.get(left, right);
    if (pair < 0) {
      pair = lefts.length;
      numbers.set(left, right, pair);
      lefts.push(left);
      rights.push(right);
      totals.push(0);
      places.push(undefined);
    }
    totals[pair] += amount;
    if (amount < 0) return;
    const words = places[pair];
    if (!words) {
      places[pair] = [word];
      touched.push(pair);
    } else if (words[words.length - 1] !== word) words.push(word);
  };
  const enqueueTouched = (): void => {
    for (const pair of touched) {
      if (totals[pair] > 0) queue.push(pair, places[pair]!);
      places[pair] = undefined;
    }
    touched = [];
  };

  /** Replaces `left right` by `merged` in one word and counts which pairs went and came. */
  function mergeWord(word: number, left: number, right: number, merged: number): void {
    const start = starts[word];
    const end = start + lengths[word];
    const frequency = frequencies[word];
    let write = start;
    for (let read = start; read < end; ) {
      if (symbols[read] !== left || read + 1 >= end || symbols[read + 1] !== right) {
        symbols[write++] = symbols[read++];
        continue;
      }
      if (write > start) {
        change(symbols[write - 1], left, word, -frequency);
        change(symbols[write - 1], merged, word, frequency);
      }
      read += 2;
      if (read < end) {
        change(right, symbols[read], word, -frequency);
        change(merged, symbols[read], word, frequency);
      }
      symbols[write++] = merged;
    }
    lengths[word] = write - start;
  }

  for (let word = 0; word < starts.length; word++) {
    const end = starts[word] + lengths[word] - 1;
    for (let i = starts[word]; i < end; i++) change(symbols[i], symbols[i + 1], word, frequencies[word]);
  }
  enqueueTouched();

  return () => {
    for (;;) {
      const top = queue.pop();
      if (!top || top.count < Math.max(1, minFrequency)) return undefined;
      const left = lefts[top.pair];
      const right = rights[top.pair];
      const spelling = join(spellings[left], spellings[right]);
      // NOTE: a special token can never be spelled by text, so this pair stays apart.
      if (special.has(spelling)) continue;
      let merged = vocab.get(spelling);
      if (merged === undefined) {
        merged = vocab.size;
        vocab.set(spelling, merged);
        spellings.push(spelling);
      }
      for (const word of top.words) mergeWord(word, left, right, merged);
      enqueueTouched();
      return [spellings[left], spellings[right]];
    }
  };
}

/** Pre-tokens as bytes, over a vocabulary that has all 256; words of one byte have no pairs and are left out. */
export function byteWords(
  counts: ReadonlyMap<string, number>,
  vocab: ReadonlyMap<string, number>,
): SymbolWords {
  const byteIds = byteSpellings.map((spelling) => vocab.get(spelling)!);
  let units = 0;
  for (const piece of counts.keys()) units += piece.length;
  const bytes = new Uint8Array(units * 3);
  const starts: number[] = [];
  const lengths: number[] = [];
  const frequencies: number[] = [];
  let size = 0;
  for (const [piece, count] of counts) {
    const length = writeUtf8(piece, 0, piece.length, bytes.subarray(size, size + piece.length * 3));
    if (length < 2) continue;
    starts.push(size);
    lengths.push(length);
    frequencies.push(count);
    size += length;
  }
  const symbols = new Int32Array(size);
  for (let i = 0; i < size; i++) symbols[i] = byteIds[bytes[i]];
  return { symbols, starts, lengths, frequencies };
}
