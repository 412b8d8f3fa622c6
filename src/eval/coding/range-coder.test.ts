/** The integer coder: it gives back every symbol, and is as long as the shares ask for. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rangeDecoder, rangeEncoder, TOTAL_FREQUENCY } from './range-coder.ts';
import { tokenShares } from './token-shares.ts';

interface Coded {
  readonly start: number;
  readonly frequency: number;
}

/** Borders of parts anywhere, the narrowest and the widest included. */
const symbol = fc
  .oneof(
    fc.tuple(fc.integer({ min: 0, max: TOTAL_FREQUENCY - 1 }), fc.integer({ min: 1, max: TOTAL_FREQUENCY })),
    fc.constantFrom<[number, number]>(
      [0, 1],
      [TOTAL_FREQUENCY - 1, 1],
      [1, TOTAL_FREQUENCY - 1],
      [0, TOTAL_FREQUENCY - 1],
      [0, TOTAL_FREQUENCY],
      [TOTAL_FREQUENCY / 2 - 1, 2],
    ),
  )
  .map(([start, width]): Coded => ({ start, frequency: Math.min(width, TOTAL_FREQUENCY - start) }));

function encode(symbols: readonly Coded[]): Uint8Array {
  const coder = rangeEncoder();
  for (const { start, frequency } of symbols) coder.encode(start, frequency);
  return coder.finish();
}

const bitsOf = (symbols: readonly Coded[]): number =>
  symbols.reduce((sum, { frequency }) => sum - Math.log2(frequency / TOTAL_FREQUENCY), 0);

describe('range coder', () => {
  test('each symbol comes back, and the code is as long as their shares ask for', () => {
    fc.assert(
      fc.property(fc.array(symbol, { maxLength: 300 }), (symbols) => {
        const code = encode(symbols);
        const decoder = rangeDecoder(code);
        for (const { start, frequency } of symbols) {
          const target = decoder.target();
          expect(target).toBeGreaterThanOrEqual(start);
          expect(target).toBeLessThan(start + frequency);
          decoder.remove(start, frequency);
        }
        const bits = bitsOf(symbols);
        const loss = symbols.length * Math.log2(1 + 2 ** -12 / (1 - 2 ** -12));
        expect(8 * code.length).toBeLessThanOrEqual(bits + loss + 8);
      }),
      { numRuns: 300 },
    );
  });

  test('a carry runs through bytes already held back', () => {
    // Just below one half for so long that many 0xff wait, then across it.
    const half = TOTAL_FREQUENCY / 2;
    const straddling: Coded = { start: half - 1, frequency: 2 };
    for (const last of [0, TOTAL_FREQUENCY - 1]) {
      const symbols = [straddling, ...Array<Coded>(40).fill(straddling), { start: last, frequency: 1 }];
      const decoder = rangeDecoder(encode(symbols));
      for (const { start, frequency } of symbols) {
        expect(decoder.target() - start).toBeLessThan(frequency);
        expect(decoder.target()).toBeGreaterThanOrEqual(start);
        decoder.remove(start, frequency);
      }
    }
    // Half a range up to the last 48 bits, then the upper end: the first byte changes when the last symbol is coded.
    const carried = encode([
      { start: half - 1, frequency: 2 },
      { start: half, frequency: half },
    ]);
    expect(carried[0]).toBe(0x80);
    expect(
      encode([
        { start: half - 1, frequency: 2 },
        { start: 0, frequency: 2 },
      ])[0],
    ).toBe(0x7f);
  });

  test('nothing is no bytes, and of a wrong code the targets stay in range', () => {
    expect(encode([])).toHaveLength(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(symbol, { maxLength: 60 }), (code, symbols) => {
        const decoder = rangeDecoder(code);
        for (const { start, frequency } of symbols) {
          const target = decoder.target();
          expect(target >= 0 && target < TOTAL_FREQUENCY).toBe(true);
          // Whatever symbol is found, the target lies in it.
          const from = Math.min(start, target);
          decoder.remove(from, Math.max(start + frequency, target + 1) - from);
        }
      }),
    );
  });
});

describe('shares of tokens', () => {
  test('sum to the total, none is 0, and are the probabilities to 1 part in the total and V', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -40, max: 40, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (logits) => {
          const { frequencies, log2Probability } = tokenShares(logits.length)(Float32Array.from(logits));
          expect(frequencies.reduce((sum, one) => sum + one, 0)).toBe(TOTAL_FREQUENCY);
          frequencies.forEach((frequency, id) => {
            expect(frequency).toBeGreaterThanOrEqual(1);
            const probability = 2 ** log2Probability(id);
            expect(Math.abs(frequency / TOTAL_FREQUENCY - probability)).toBeLessThan(60 / TOTAL_FREQUENCY);
          });
        },
      ),
    );
  });

  test('a token that cannot be still has the least share; what is left goes to the first of the likeliest', () => {
    const never = Number.NEGATIVE_INFINITY;
    const { frequencies, log2Probability } = tokenShares(5)([never, 2, 2, 2, never]);
    // ⌊(2²⁸ − 5)/3⌋ + 1, and 2 are left.
    expect([...frequencies]).toEqual([1, 89478486, 89478484, 89478484, 1]);
    expect(log2Probability(0)).toBe(Number.NEGATIVE_INFINITY);
    // A weight that rounds to 0 still has its surprise.
    expect(tokenShares(2)([0, -1000]).log2Probability(1)).toBeCloseTo(-1000 / Math.LN2, 6);
  });

  test.each([
    [[Number.NaN, 1]],
    [[1, Number.POSITIVE_INFINITY]],
    [[Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])('logits %j are refused', (logits) => {
    expect(() => tokenShares(2)(logits)).toThrow(/logits must be numbers below infinity/);
  });
});
