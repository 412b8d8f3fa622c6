/** What repeats in a batch of ids, and batches that repeat on purpose: the data side of the cures. Pure functions. */

import type { Batch } from '../data/index.ts';
import type { Rng } from '../rng.ts';

/** Some tokens for each place of a batch, padded to the same number `k`: ids [places, k], weights 1, or 0 for padding. */
export interface PlaceTokens {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
  readonly k: number;
}

/** Packs lists of ids into a rectangle at least one wide. */
function pack(lists: readonly (readonly number[])[]): PlaceTokens {
  const k = lists.reduce((most, list) => Math.max(most, list.length), 1);
  const ids = new Int32Array(lists.length * k);
  const weights = new Float32Array(lists.length * k);
  lists.forEach((list, place) => {
    ids.set(list, place * k);
    weights.fill(1, place * k, place * k + list.length);
  });
  return { ids, weights, k };
}

export interface PreviousOptions {
  /** Leaves out the place's own target. */
  readonly withoutTarget: boolean;
  /** All rows as one text, as the paper's code flattens a batch. Default: each row by itself. */
  readonly flattened?: boolean;
}

/** For each place the distinct targets before it in its row: the previous context. Places without a target get none. */
export function previousTokens({ targets, contextLength }: Batch, options: PreviousOptions): PlaceTokens {
  const length = options.flattened ? targets.length : contextLength;
  const lists: number[][] = [];
  for (let row = 0; row < targets.length; row += length) {
    const seen = new Set<number>();
    for (let i = row; i < row + length; i++) {
      const target = targets[i];
      if (target < 0) lists.push([]);
      else {
        const list = [...seen];
        lists.push(options.withoutTarget && seen.has(target) ? list.filter((id) => id !== target) : list);
        seen.add(target);
      }
    }
  }
  return pack(lists);
}

/**
 * For each place the distinct tokens, except its target, that would complete an n-gram seen before in its row: what a
 * no-repeat rule would ban there. Far fewer than the whole context.
 */
export function ngramCompletions({ inputs, targets, contextLength }: Batch, n: number): PlaceTokens {
  const lists: number[][] = [];
  for (let row = 0; row < targets.length; row += contextLength) {
    const following = new Map<string, Set<number>>();
    for (let i = 0; i < contextLength; i++) {
      const target = targets[row + i];
      const list: number[] = [];
      if (target >= 0 && i >= n - 2) {
        const suffix = inputs.subarray(row + i - n + 2, row + i + 1).join();
        const known = following.get(suffix) ?? new Set();
        for (const id of known) if (id !== target) list.push(id);
        following.set(suffix, known.add(target));
      }
      lists.push(list);
    }
  }
  return pack(lists);
}

/**
 * Marks every place of the n-grams that occurred earlier in `ids`. `official`: as `ngram_repeat_mask` of the unlikelihood
 * paper's code, which never looks at the last n-gram.
 */
export function repeatMask(ids: ArrayLike<number>, n: number, official = false): Uint8Array {
  const mask = new Uint8Array(ids.length);
  const all = Int32Array.from(ids);
  const seen = new Set<string>();
  const end = ids.length - n + (official ? 0 : 1);
  for (let i = 0; i < end; i++) {
    const ngram = all.subarray(i, i + n).join();
    if (seen.has(ngram)) mask.fill(1, i, i + n);
    seen.add(ngram);
  }
  return mask;
}

/** For each n-gram that occurs more than once the starts of its occurrences. */
export function repeatedNgrams(ids: ArrayLike<number>, n: number): number[][] {
  const starts = new Map<string, number[]>();
  const all = Int32Array.from(ids);
  for (let i = 0; i + n <= all.length; i++) {
    const ngram = all.subarray(i, i + n).join();
    const list = starts.get(ngram);
    if (list) list.push(i);
    else starts.set(ngram, [i]);
  }
  return [...starts.values()].filter((list) => list.length > 1);
}

/** A batch in which every row says one sentence over and over, with where each place's target stood one time earlier. */
export interface RepeatedBatch extends Batch {
  /** The place (row × length + column) of the same target in the repetition before; −1 where there is none. */
  readonly previous: Int32Array;
}

/**
 * DITTO's pseudo data: from each row a random sentence with the sentence before it, then that sentence repeated to the end
 * of the row. Sentences are those that begin and end inside the row. Rows without two such sentences, or whose sentence
 * leaves no room for a second time, are left out; `undefined` when none is left. The first token of the second time does
 * not count: it follows another context than the first time did.
 */
export function repeatSentences(
  batch: Batch,
  endsSentence: (id: number) => boolean,
  rng: Rng,
): RepeatedBatch | undefined {
  const { contextLength: length } = batch;
  const rows: { tokens: Int32Array; from: number; period: number }[] = [];
  for (let row = 0; row < batch.batchSize; row++) {
    const text = rowTokens(batch, row);
    const ends = [...text.keys()].filter((i) => endsSentence(text[i]));
    const choices = ends.slice(1, -1).flatMap((end, i) => {
      const [before, last] = [ends[i], ends[i + 2]];
      return last - before < length && last > end ? [{ before, end, last }] : [];
    });
    if (!choices.length) continue;
    const { before, end, last } = choices[rng.integer(choices.length)];
    const [prefix, sentence] = [text.subarray(before + 1, end + 1), text.subarray(end + 1, last + 1)];
    const tokens = new Int32Array(length + 1);
    tokens.set(prefix);
    for (let i = prefix.length; i <= length; i++) tokens[i] = sentence[(i - prefix.length) % sentence.length];
    rows.push({ tokens, from: prefix.length + sentence.length, period: sentence.length });
  }
  if (!rows.length) return undefined;
  const size = rows.length * length;
  const repeated = {
    inputs: new Int32Array(size),
    targets: new Int32Array(size),
    previous: new Int32Array(size).fill(-1),
    batchSize: rows.length,
    contextLength: length,
  };
  rows.forEach(({ tokens, from, period }, row) => {
    const at = row * length;
    repeated.inputs.set(tokens.subarray(0, length), at);
    repeated.targets.set(tokens.subarray(1), at);
    for (let i = from; i < length; i++) repeated.previous[at + i] = at + i - period;
  });
  return repeated;
}

/** The text of a row: its first input, then its targets as far as they count. */
function rowTokens({ inputs, targets, contextLength }: Batch, row: number): Int32Array {
  const at = row * contextLength;
  let count = 0;
  while (count < contextLength && targets[at + count] >= 0) count++;
  const text = new Int32Array(count + 1);
  text[0] = inputs[at];
  text.set(targets.subarray(at, at + count), 1);
  return text;
}

/** Each input replaced with probability `rate` by the input of a random place: noise that keeps the tokens' frequencies. */
export function replaceTokens(inputs: Int32Array, rate: number, rng: Rng): Int32Array {
  return Int32Array.from(inputs, (id) => (rng.uniform() < rate ? inputs[rng.integer(inputs.length)] : id));
}

/** How many places of each row have a target: rows are filled up at their end. */
export function rowLengths({ targets, batchSize, contextLength }: Batch): number[] {
  return Array.from({ length: batchSize }, (_, row) => {
    const part = targets.subarray(row * contextLength, (row + 1) * contextLength);
    const last = part.findLastIndex((id) => id >= 0);
    return last + 1;
  });
}
