import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cast, fromArray, type Tensor } from '../tensor/index.ts';
import { type KvMemory, type KvPast, kvMemory, PAGE_TOKENS } from './kv-memory.ts';

const sizes = { layers: 2, kvHeads: 2, headSize: 3 };

/** Rows of six equal numbers each. */
function rows(numbers: number[]): Tensor {
  const data = Float32Array.from(numbers.flatMap((x) => Array(6).fill(x)));
  return fromArray<'f32'>(data, [numbers.length, 2, 3], 'f32');
}

/** Reads these numbers in every layer: keys as they are, values negative, a hundred more in each layer. */
function read(memory: KvMemory, past: KvPast, numbers: number[]): void {
  past.grow(numbers.length);
  const places = memory.placesOf([{ past, count: numbers.length }]);
  for (let layer = 0; layer < sizes.layers; layer++) {
    memory.write(
      layer,
      places,
      rows(numbers.map((x) => x + 100 * layer)),
      rows(numbers.map((x) => -x - 100 * layer)),
    );
  }
}

/** What a past holds, looked up page by page: rows of equal numbers, as they were read. */
function held(memory: KvMemory, { pages, length }: KvPast, layer = 0): number[] {
  if (length === 0) return [];
  const { keys, values } = memory.pagesOf(layer);
  const [k, v] = [keys, values].map((x) => cast(x, 'f32').data);
  return Array.from({ length }, (_, i) => {
    const at = (pages[Math.floor(i / PAGE_TOKENS)] * PAGE_TOKENS + (i % PAGE_TOKENS)) * 6;
    expect([...k.subarray(at, at + 6), ...v.subarray(at, at + 6).map((x) => -x)]).toEqual(
      Array(12).fill(k[at]),
    );
    return k[at] - 100 * layer;
  });
}

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);

test('what was read is there, in every layer and in a row', () => {
  const memory = kvMemory(sizes);
  const past = memory.open();
  read(memory, past, upTo(20));
  read(memory, past, upTo(15, 21));
  for (const layer of [0, 1]) expect(held(memory, past, layer)).toEqual(upTo(35));
});

test('forks share every page but the one in which they part', () => {
  const memory = kvMemory(sizes);
  const past = memory.open();
  read(memory, past, upTo(3 * PAGE_TOKENS + 2));
  const forks = Array.from({ length: 10 }, () => past.fork());
  expect(memory.usedTokens).toBe(4 * PAGE_TOKENS);
  for (const [i, fork] of forks.entries()) read(memory, fork, [1000 + i]);
  expect(memory.usedTokens).toBe(14 * PAGE_TOKENS);
  for (const [i, fork] of forks.entries()) expect(held(memory, fork).at(-1)).toBe(1000 + i);
  past.close();
  for (const fork of forks.slice(1)) fork.close();
  expect(held(memory, forks[0])).toEqual([...upTo(3 * PAGE_TOKENS + 2), 1000]);
  expect(memory.usedTokens).toBe(4 * PAGE_TOKENS);
});

test('a limit holds: what does not fit is refused and changes nothing', () => {
  const memory = kvMemory({ ...sizes, maxTokens: 3 * PAGE_TOKENS + 5 });
  expect(memory.totalTokens).toBe(3 * PAGE_TOKENS);
  const past = memory.open();
  read(memory, past, upTo(2 * PAGE_TOKENS + 1));
  const fork = past.fork();
  expect(memory.tokensFor([{ past: fork, count: 1 }])).toBe(PAGE_TOKENS);
  expect(() => fork.grow(1)).toThrow(expect.objectContaining({ code: 'cache/full' }));
  expect([fork.length, memory.freeTokens]).toEqual([2 * PAGE_TOKENS + 1, 0]);
  past.close();
  read(memory, fork, [7]);
  expect(held(memory, fork)).toEqual([...upTo(2 * PAGE_TOKENS + 1), 7]);
});

type Move = {
  readonly kind: 'grow' | 'rewind' | 'fork' | 'open' | 'close';
  readonly who: number;
  readonly amount: number;
};
const moves = fc.array(
  fc.record<Move>({
    kind: fc.constantFrom('grow', 'grow', 'grow', 'rewind', 'fork', 'open', 'close'),
    who: fc.nat(99),
    amount: fc.nat(40),
  }),
  { maxLength: 60 },
);

test('a family behaves like separate lists in any order of moves; a page is free or held, never lost', () => {
  fc.assert(
    fc.property(moves, (list) => {
      const maxTokens = 12 * PAGE_TOKENS;
      const memory = kvMemory({ ...sizes, maxTokens });
      let family: { past: KvPast; expected: number[] }[] = [{ past: memory.open(), expected: [] }];
      let next = 1;
      for (const { kind, who, amount } of list) {
        const member = family[who % family.length];
        const { past, expected } = member;
        if (kind === 'grow') {
          const batch = family.filter((_, i) => i === who % family.length || i % 2 === amount % 2);
          const growths = batch.map((one) => ({ past: one.past, count: 1 + (amount % 20) }));
          const wanted = memory.tokensFor(growths);
          const before = memory.usedTokens;
          if (wanted > memory.freeTokens) continue;
          for (const one of batch) {
            const fresh = upTo(1 + (amount % 20), next);
            next += fresh.length;
            one.expected.push(...fresh);
            read(memory, one.past, fresh);
          }
          expect(memory.usedTokens - before).toBe(wanted);
        } else if (kind === 'rewind') {
          expected.length = Math.max(0, expected.length - amount);
          past.rewind(expected.length);
        } else if (kind === 'fork') family.push({ past: past.fork(), expected: [...expected] });
        else if (kind === 'open') family.push({ past: memory.open(), expected: [] });
        else if (family.length > 1) {
          past.close();
          family = family.filter((one) => one !== member);
        }
        const pages = new Set(family.flatMap((one) => one.past.pages));
        expect(memory.usedTokens).toBe(pages.size * PAGE_TOKENS);
        expect(memory.usedTokens + memory.freeTokens).toBe(maxTokens);
        for (const one of family) expect(held(memory, one.past)).toEqual(one.expected);
      }
      for (const { past } of family) past.close();
      expect(memory.freeTokens).toBe(maxTokens);
    }),
    { numRuns: 150 },
  );
});

describe('misuse is an error', () => {
  test.each([-1, 3, 1.5, Number.NaN])('rewinding a past of two to %d', (to) => {
    const memory = kvMemory(sizes);
    const past = memory.open();
    read(memory, past, [1, 2]);
    expect(() => past.rewind(to)).toThrow(expect.objectContaining({ code: 'cache/rewind' }));
  });

  test('using it after close; closing twice is harmless', () => {
    const past = kvMemory(sizes).open();
    past.close();
    past.close();
    for (const use of [() => past.grow(1), () => past.rewind(0), () => past.fork()]) {
      expect(use).toThrow(expect.objectContaining({ code: 'cache/closed' }));
    }
  });
});

test('kept as bf16 it takes half the bytes, rounds, and forks apart as ever', () => {
  const memory = kvMemory({ ...sizes, dtype: 'bf16' });
  const exact = kvMemory(sizes);
  const past = memory.open();
  read(memory, past, [1, 2.001, 3]);
  read(exact, exact.open(), [1]);
  const fork = past.fork();
  read(memory, fork, [5]);
  read(memory, past, [4]);
  expect(held(memory, past)).toEqual([1, 2, 3, 4]);
  expect(held(memory, fork, 1)).toEqual([1, 2, 3, 5]);
  expect(exact.sizeBytes).toBe(2 * memory.sizeBytes);
});
