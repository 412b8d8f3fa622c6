import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  anyCharacter,
  caseVariants,
  characterSet,
  complement,
  intersect,
  setOfAtom,
  subtract,
  union,
} from './character-set.ts';
import { END, utf8Graph } from './utf8.ts';

const ranges = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 0x10ffff }), fc.nat(5_000))
    .map(([first, size]) => [first, Math.min(first + size, 0x10ffff)] as const),
  { maxLength: 6 },
);
const has = (set: readonly (readonly [number, number])[], c: number) =>
  set.some(([first, last]) => first <= c && c <= last);
const isCharacter = (c: number) => c < 0xd800 || c > 0xdfff;

describe('sets of characters', () => {
  test('union, difference, intersection and complement hold what they should', () => {
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const [left, right] = [characterSet(...a), characterSet(...b)];
        const borders = [...a, ...b].flatMap(([first, last]) => [first - 1, first, last, last + 1]);
        for (const c of [0, 0xd7ff, 0xd800, 0xdfff, 0xe000, 0x10ffff, ...borders].filter(
          (c) => c >= 0 && c <= 0x10ffff,
        )) {
          const [inA, inB] = [isCharacter(c) && has(a, c), isCharacter(c) && has(b, c)];
          expect(has(union(left, right), c)).toBe(inA || inB);
          expect(has(subtract(left, right), c)).toBe(inA && !inB);
          expect(has(intersect(left, right), c)).toBe(inA && inB);
          expect(has(complement(left), c)).toBe(isCharacter(c) && !inA);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    '[a-c]',
    '[^a-c]',
    '[月-木x\\-]',
    '[\\]\\\\]',
    '[a\\-z]',
    '[+\\--.]',
    '\\d',
    '.',
    '\\p{Lu}',
    '[^\\p{L}\\n]',
  ])('%s is what the engine says', (source) => {
    const set = setOfAtom(source, 'u');
    const one = new RegExp(`^${source}$`, 'u');
    for (const letter of 'abcdzAZ09-\\]+,./^\n\u2028 月日木水é😀𝔸') {
      expect([letter, has(set, letter.codePointAt(0)!)]).toEqual([letter, one.test(letter)]);
    }
  });

  test('letters that are equal when case is ignored', () => {
    expect(caseVariants('k')).toEqual([
      [0x4b, 0x4b],
      [0x6b, 0x6b],
      [0x212a, 0x212a],
    ]);
    expect(caseVariants('月')).toEqual([[0x6708, 0x6708]]);
  });
});

test('the byte automaton of a set reads exactly its characters', () => {
  const reads = (set: readonly (readonly [number, number])[], bytes: Uint8Array): boolean => {
    const { nodes } = utf8Graph(set);
    let node = 0;
    for (const byte of bytes) {
      const edge = nodes[node]?.find(({ first, last }) => first <= byte && byte <= last);
      if (!edge) return false;
      node = edge.to;
    }
    return node === END;
  };
  fc.assert(
    fc.property(ranges, (some) => {
      const set = characterSet(...some);
      const borders = some.flatMap(([first, last]) => [first - 1, first, last, last + 1]);
      for (const c of [0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, ...borders]) {
        if (c < 0 || c > 0x10ffff || !isCharacter(c)) continue;
        expect(reads(set, new TextEncoder().encode(String.fromCodePoint(c)))).toBe(has(set, c));
      }
    }),
    { numRuns: 60 },
  );
  // Over-long forms, surrogates and what lies beyond Unicode are no characters.
  for (const bytes of [
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8],
    [0x80],
  ]) {
    expect(reads(anyCharacter, Uint8Array.from(bytes))).toBe(false);
  }
});
