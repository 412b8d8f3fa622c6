import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Batch } from '../data/index.ts';
import { createRng } from '../rng.ts';
import {
  ngramCompletions,
  type PlaceTokens,
  previousTokens,
  repeatedNgrams,
  repeatMask,
  repeatSentences,
  replaceTokens,
  rowLengths,
} from './repeats.ts';

/** Rows of text as a batch: each row's targets follow its inputs. */
function batchOf(rows: readonly (readonly number[])[]): Batch {
  const contextLength = rows[0].length - 1;
  return {
    inputs: Int32Array.from(rows.flatMap((row) => row.slice(0, -1).map((id) => Math.max(0, id)))),
    targets: Int32Array.from(rows.flatMap((row) => row.slice(1))),
    batchSize: rows.length,
    contextLength,
  };
}

const lists = ({ ids, weights, k }: PlaceTokens): number[][] =>
  Array.from({ length: ids.length / k }, (_, place) =>
    [...ids.subarray(place * k, place * k + k)].filter((_id, i) => weights[place * k + i] === 1),
  );

describe('candidates', () => {
  test('the previous context, as in the paper: D A B C C | D gives A B C', () => {
    const batch = batchOf([[9, 4, 1, 2, 3, 3, 4]]);
    const without = lists(previousTokens(batch, { withoutTarget: true }));
    expect(without).toEqual([[], [4], [4, 1], [4, 1, 2], [4, 1, 2], [1, 2, 3]]);
    expect(lists(previousTokens(batch, { withoutTarget: false }))[5]).toEqual([4, 1, 2, 3]);
  });

  test('rows are texts of their own unless flattened; padding has no candidates', () => {
    const batch = batchOf([[0, 1, 2], [0, 1, -1]]); // biome-ignore format: a batch
    expect(lists(previousTokens(batch, { withoutTarget: true }))).toEqual([[], [1], [], []]);
    const flattened = previousTokens(batch, { withoutTarget: true, flattened: true });
    expect(lists(flattened)).toEqual([[], [1], [2], []]);
  });

  test('what would complete an n-gram seen before', () => {
    // 1 2 3 … 1 2 4: after the second "1 2", 3 would repeat.
    const batch = batchOf([[7, 1, 2, 3, 1, 2, 4, 1, 2, 3]]);
    const found = lists(ngramCompletions(batch, 3));
    expect(found[5]).toEqual([3]);
    expect(found[8]).toEqual([4]);
    expect(found.filter((list) => list.length)).toHaveLength(2);
  });
});

describe('repeats', () => {
  test('every place of an n-gram seen before is marked; the official loop misses the last one', () => {
    expect([...repeatMask([1, 2, 3, 1, 2, 3], 3)]).toEqual([0, 0, 0, 1, 1, 1]);
    expect([...repeatMask([1, 2, 3, 1, 2, 3], 3, true)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...repeatMask([5, 5, 5, 5], 2)]).toEqual([0, 1, 1, 1]);
    expect([...repeatMask([5, 5, 5, 5], 2, true)]).toEqual([0, 1, 1, 0]);
    expect([...repeatMask([1, 2], 4)]).toEqual([0, 0]);
  });

  test('an n-gram marked is one that stands earlier, and the other way round', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        (ids, n) => {
          const mask = repeatMask(ids, n);
          const at = (i: number) => ids.slice(i, i + n).join();
          const starts = ids.map((_, i) => i).filter((i) => i + n <= ids.length);
          const repeated = starts.filter((i) => starts.some((j) => j < i && at(j) === at(i)));
          const expected = ids.map((_, place) => (repeated.some((i) => i <= place && place < i + n) ? 1 : 0));
          expect([...mask]).toEqual(expected);
          const all = repeatedNgrams(ids, n)
            .flat()
            .sort((a, b) => a - b);
          expect(all).toEqual(starts.filter((i) => starts.some((j) => j !== i && at(j) === at(i))));
        },
      ),
    );
  });
});

describe('repeated sentences', () => {
  const END = 0;
  const isEnd = (id: number) => id === END;

  test('a sentence with the one before it, then itself to the end of the row', () => {
    // Sentences: … 1 0 | 2 3 0 | 4 5 6 0 | 7 …
    const batch = batchOf([[1, 0, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 10, 11]]);
    const found = repeatSentences(batch, isEnd, createRng(1))!;
    expect([...found.inputs]).toEqual([2, 3, 0, 4, 5, 6, 0, 4, 5, 6, 0, 4, 5]);
    expect([...found.targets]).toEqual([3, 0, 4, 5, 6, 0, 4, 5, 6, 0, 4, 5, 6]);
    expect([...found.previous]).toEqual([-1, -1, -1, -1, -1, -1, -1, 3, 4, 5, 6, 7, 8]);
  });

  test('places that count have the same target one time earlier, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 13, maxLength: 13 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 0, max: 99 }),
        (rows, seed) => {
          const found = repeatSentences(batchOf(rows), isEnd, createRng(seed));
          if (!found) return;
          expect(found.inputs).toHaveLength(found.batchSize * found.contextLength);
          found.previous.forEach((before, place) => {
            if (before < 0) return;
            expect(found.targets[place]).toBe(found.targets[before]);
            expect(found.inputs[place]).toBe(found.inputs[before]);
            expect(Math.floor(before / 12)).toBe(Math.floor(place / 12));
          });
          expect(found.previous.some((before) => before >= 0)).toBe(true);
        },
      ),
    );
  });

  test('rows without two sentences are left out', () => {
    const batch = batchOf([[1, 2, 3, 4, 5, 6], [0, 1, 0, 2, 0, 3]]); // biome-ignore format: a batch
    expect(repeatSentences(batch, isEnd, createRng(1))?.batchSize).toBe(1);
    expect(repeatSentences(batchOf([[1, 2, 3, 4, 5, 6]]), isEnd, createRng(1))).toBeUndefined();
    // No room for a second time.
    expect(repeatSentences(batchOf([[0, 1, 0, 2, 0]]), isEnd, createRng(1))).toBeUndefined();
    // Its end lies in the padding.
    expect(repeatSentences(batchOf([[0, 1, 0, 2, -1, -1]]), isEnd, createRng(1))).toBeUndefined();
  });
});

test('token noise replaces about its share, by tokens of the batch', () => {
  const inputs = Int32Array.from({ length: 4000 }, (_, i) => i);
  const noisy = replaceTokens(inputs, 0.1, createRng(2));
  const changed = noisy.filter((id, i) => id !== i).length;
  expect(changed).toBeGreaterThan(300);
  expect(changed).toBeLessThan(500);
  expect(replaceTokens(inputs, 0.1, createRng(2))).toEqual(noisy);
});

test('the length of a row ends with its last target', () => {
  expect(rowLengths(batchOf([[1, 2, 3], [1, 2, -1], [1, -1, -1]]))).toEqual([2, 1, 0]); // biome-ignore format: a batch
});
