import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromArray, type Tensor } from '../tensor/index.ts';
import { type KvCache, kvCache } from './kv-cache.ts';

const sizes = { kvHeads: 2, headSize: 3, capacity: 40 };

/** Rows of six equal numbers each. */
function rows(values: number[]): Tensor {
  return fromArray<'f32'>(
    Float32Array.from(values.flatMap((v) => Array(6).fill(v))),
    [values.length, 2, 3],
    'f32',
  );
}

const firsts = (x: Tensor): number[] => Array.from({ length: x.shape[1] }, (_, i) => x.data[6 * i]);

test('it gives back all that was appended, keys and values apart', () => {
  const cache = kvCache(sizes);
  cache.append(rows([1, 2]), rows([10, 20]));
  const { keys, values } = cache.append(rows([3]), rows([30]));
  expect(keys.shape).toEqual([1, 3, 2, 3]);
  expect(firsts(keys)).toEqual([1, 2, 3]);
  expect(firsts(values)).toEqual([10, 20, 30]);
  expect(cache.length).toBe(3);
});

test('it grows by doubling up to its capacity, and says when it is full', () => {
  const cache = kvCache(sizes);
  const seen = new Set<number>();
  for (let i = 0; i < 40; i++) {
    cache.append(rows([i]), rows([i]));
    seen.add(cache.sizeBytes);
  }
  const bytes = (count: number) => count * 2 * 3 * 2 * 4;
  expect([...seen]).toEqual([bytes(16), bytes(32), bytes(40)]);
  expect(() => cache.append(rows([40]), rows([40]))).toThrow(expect.objectContaining({ code: 'cache/full' }));
  expect(cache.length).toBe(40);
});

test('with a quarter of the heads it takes a quarter of the bytes', () => {
  const bytes = (kvHeads: number): number => {
    const cache = kvCache({ kvHeads, headSize: 8, capacity: 64 });
    const row = fromArray<'f32'>(new Float32Array(kvHeads * 8), [1, kvHeads, 8], 'f32');
    cache.append(row, row);
    return cache.sizeBytes;
  };
  expect(bytes(8) / bytes(2)).toBe(4);
});

test('forks share memory until they part', () => {
  const cache = kvCache(sizes);
  const { keys } = cache.append(rows([1, 2]), rows([1, 2]));
  const fork = cache.fork();
  const first = fork.append(rows([3]), rows([3]));
  expect(first.keys.storage).toBe(keys.storage);
  const second = cache.append(rows([4]), rows([4]));
  expect(second.keys.storage).not.toBe(keys.storage);
  expect([firsts(first.keys), firsts(second.keys)]).toEqual([[1, 2, 3], [1, 2, 4]]); // biome-ignore format: a pair
});

type Move = {
  readonly kind: 'append' | 'rewind' | 'fork' | 'close';
  readonly who: number;
  readonly amount: number;
};
const moves = fc.array(
  fc.record<Move>({
    kind: fc.constantFrom('append', 'append', 'append', 'rewind', 'fork', 'close'),
    who: fc.nat(99),
    amount: fc.nat(9),
  }),
  { maxLength: 60 },
);

test('a family of forks behaves like separate lists, in any order of moves', () => {
  fc.assert(
    fc.property(moves, (list) => {
      let next = 1;
      const family: { cache: KvCache; expected: number[] }[] = [{ cache: kvCache(sizes), expected: [] }];
      for (const { kind, who, amount } of list) {
        const member = family[who % family.length];
        const { cache, expected } = member;
        if (kind === 'append' && expected.length + amount + 1 <= sizes.capacity) {
          const fresh = Array.from({ length: amount + 1 }, () => next++);
          expected.push(...fresh);
          const { keys, values } = cache.append(rows(fresh), rows(fresh.map((v) => -v)));
          expect(firsts(keys)).toEqual(expected);
          expect(firsts(values)).toEqual(expected.map((v) => -v));
        } else if (kind === 'rewind') {
          expected.length = Math.max(0, expected.length - amount);
          cache.rewind(expected.length);
        } else if (kind === 'fork') {
          family.push({ cache: cache.fork(), expected: [...expected] });
        } else if (kind === 'close' && family.length > 1) {
          cache.close();
          family.splice(family.indexOf(member), 1);
        }
      }
      for (const { cache, expected } of family) expect(cache.length).toBe(expected.length);
    }),
    { numRuns: 200 },
  );
});

describe('misuse is an error', () => {
  test.each([-1, 3, 1.5, Number.NaN])('rewinding a cache of two to %d', (to) => {
    const cache = kvCache(sizes);
    cache.append(rows([1, 2]), rows([1, 2]));
    expect(() => cache.rewind(to)).toThrow(expect.objectContaining({ code: 'cache/rewind' }));
  });

  test('using it after close; closing twice is harmless', () => {
    const cache = kvCache(sizes);
    cache.close();
    cache.close();
    for (const use of [() => cache.append(rows([1]), rows([1])), () => cache.rewind(0), () => cache.fork()]) {
      expect(use).toThrow(expect.objectContaining({ code: 'cache/closed' }));
    }
  });
});
