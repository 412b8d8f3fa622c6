import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRepetitionIndex, type RepetitionIndex } from './repetition-index.ts';
import { createVocabulary, splitText } from './tokens.ts';

/** Few different ids, so that everything repeats; and runs, so that it repeats at length. */
const idLists = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 60 }),
  fc
    .tuple(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 8 }),
    )
    .map(([phrase, copies]) => Array.from({ length: copies }, () => phrase).flat()),
);

/** The same questions answered by scanning everything again. */
const naive = {
  longestRepeat(ids: readonly number[]): number {
    for (let length = ids.length - 1; length > 0; length--) {
      if (firstEnd(ids, length) < ids.length) return length;
    }
    return 0;
  },
  followers(ids: readonly number[], length: number): number[] {
    const found = new Set<number>();
    if (length > ids.length) return [];
    const suffix = ids.slice(ids.length - length).join();
    for (let i = 0; i + length < ids.length; i++) {
      if (ids.slice(i, i + length).join() === suffix) found.add(ids[i + length]);
    }
    return [...found].sort((a, b) => a - b);
  },
  covering(ids: readonly number[], minN: number, maxN: number): number {
    let best = 0;
    for (let n = minN; n <= maxN; n++) {
      const seen = new Map<string, { count: number; end: number }>();
      for (let end = n; end <= ids.length; end++) {
        const key = ids.slice(end - n, end).join();
        const known = seen.get(key);
        if (!known) seen.set(key, { count: 1, end });
        else if (end >= known.end + n) Object.assign(known, { count: known.count + 1, end });
      }
      for (const { count } of seen.values()) if (count >= 2) best = Math.max(best, n * count);
    }
    return best;
  },
};

function firstEnd(ids: readonly number[], length: number): number {
  const suffix = ids.slice(ids.length - length).join();
  for (let end = length; ; end++) if (ids.slice(end - length, end).join() === suffix) return end;
}

function followers(index: RepetitionIndex, length: number): number[] {
  const found: number[] = [];
  index.forEachFollower(length, (id) => found.push(id));
  return found.sort((a, b) => a - b);
}

function expectSame(index: RepetitionIndex, ids: readonly number[]): void {
  expect(index.length).toBe(ids.length);
  const repeat = naive.longestRepeat(ids);
  expect(index.longestRepeat).toBe(repeat);
  expect(index.repeatEnd).toBe(repeat === 0 ? 0 : firstEnd(ids, repeat));
  for (const length of [0, 1, 2, 3]) expect(followers(index, length)).toEqual(naive.followers(ids, length));
}

test('continuations are the followers of every suffix, each with the longest that it followed first', () => {
  fc.assert(
    fc.property(idLists, fc.integer({ min: 1, max: 4 }), fc.nat(6), (ids, least, more) => {
      const index = createRepetitionIndex();
      for (const id of ids) {
        index.push(id);
        const so = ids.slice(0, index.length);
        const longest = new Map<number, number>();
        const order: number[] = [];
        index.forEachContinuation(
          { least, most: least + (index.length % (more + 1)), bound: least + more },
          (next, length) => {
            order.push(length);
            if (!longest.has(next)) longest.set(next, length);
          },
        );
        expect(order).toEqual([...order].sort((a, b) => b - a));
        const expected = new Map<number, number>();
        for (let length = least; length <= Math.min(so.length, least + (so.length % (more + 1))); length++)
          for (const next of naive.followers(so, length)) expected.set(next, length);
        expect(longest).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});

describe('the repetition index', () => {
  test('answers after every push as a rescan does', () => {
    fc.assert(
      fc.property(idLists, (ids) => {
        const index = createRepetitionIndex(1);
        ids.forEach((id, i) => {
          index.push(id);
          expectSame(index, ids.slice(0, i + 1));
        });
        const best = index.mostCovering(2, 5);
        expect(best ? best.n * best.occurrences : 0).toBe(naive.covering(ids, 2, 5));
      }),
    );
  });

  test('after any walk of pushes, rewinds and forks it is as if freshly built', () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 3 }) }) },
        { weight: 2, arbitrary: fc.record({ forget: fc.integer({ min: 1, max: 8 }) }) },
        { weight: 1, arbitrary: fc.record({ fork: fc.boolean() }) },
      ),
      { minLength: 40, maxLength: 160 },
    );
    fc.assert(
      fc.property(steps, (walk) => {
        let index = createRepetitionIndex();
        let ids: number[] = [];
        for (const step of walk) {
          if ('push' in step) {
            index.push(step.push);
            ids.push(step.push);
          } else if ('forget' in step) {
            ids = ids.slice(0, Math.max(ids.length - step.forget, 0));
            index.rewind(ids.length);
          } else {
            const fork = index.fork();
            const other = step.fork ? index : fork;
            index = step.fork ? fork : index;
            other.push(7);
            other.push(7);
          }
          expectSame(index, ids);
        }
        const fresh = createRepetitionIndex();
        for (const id of ids) fresh.push(id);
        expect(index.repeatLengths()).toEqual(fresh.repeatLengths());
      }),
    );
  });

  test('in a loop the distance to the earlier copy is the period, in English and Chinese', () => {
    for (const [text, unit, period] of [
      ['I see . the end of the day . the end of the day . the end of the day .', 'words', 6],
      ['且说宝玉说道好好好说道好好好说道好好好', 'characters', 5],
    ] as const) {
      const index = createRepetitionIndex();
      for (const id of createVocabulary()(splitText(text, unit))) index.push(id);
      expect(index.length - index.repeatEnd).toBe(period);
      expect(index.longestRepeat).toBe(2 * period + (unit === 'words' ? 1 : 0));
    }
  });

  test('memory and work stay linear for one id without end, two alternating ids, and all ids different', () => {
    for (const pattern of [(_: number) => 3, (i: number) => i % 2, (i: number) => i]) {
      const index = createRepetitionIndex();
      for (let i = 0; i < 20_000; i++) {
        index.push(pattern(i));
        index.forEachFollower(3, () => {});
      }
      expect(index.longestRepeat).toBe(pattern(5) === 5 ? 0 : 20_000 - (pattern(0) === 3 ? 1 : 2));
      index.rewind(10);
      expect(index.length).toBe(10);
    }
  });

  test('refuses what is no id and no length', () => {
    const index = createRepetitionIndex();
    for (const id of [-1, 0.5, Number.NaN, 2 ** 29]) expect(() => index.push(id)).toThrow(/id must be/);
    index.push(2 ** 29 - 1);
    for (const length of [-1, 2, 0.5, Number.NaN])
      expect(() => index.rewind(length)).toThrow(/new length must be/);
    expect(index.length).toBe(1);
  });
});
