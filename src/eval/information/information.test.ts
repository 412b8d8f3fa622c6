/** Information measures: laws that hold for any text, and sources whose entropy is known. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../rng.ts';
import { trainCharacters } from '../../text/index.ts';
import { blockEntropies, entropyOfCounts, millerMadow } from './block-entropy.ts';
import { conditionalTable } from './conditional-table.ts';
import { heldOutRate, matchLengthRate } from './entropy-rate.ts';
import { rankCounts, vocabularyGrowth } from './growth.ts';
import { mutualInformation, neighbourPairs, shuffledRows } from './mutual-information.ts';
import { countGrams, countPairs, symbolsOf } from './symbols.ts';
import { textStatistics } from './text-statistics.ts';

const rowsOf = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 }), {
  minLength: 1,
  maxLength: 4,
});
const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);

describe('for any rows', () => {
  test('chain rule: H(X,Y) = H(X) + H(Y|X), with H(Y|X) from the conditional tables', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        const { pairs, firsts, total } = countPairs(rows);
        const joint = entropyOfCounts(pairs.map(({ count }) => count));
        let conditional = 0;
        for (const [first, count] of firsts) {
          const table = conditionalTable(rows, [first]);
          expect(sum(table.rows.map((row) => row.conditional))).toBeCloseTo(1, 12);
          conditional += (count / total) * entropyOfCounts(table.rows.map((row) => row.count));
        }
        expect(joint).toBeCloseTo(entropyOfCounts(firsts.values()) + conditional, 10);
      }),
    );
  });

  test('0 ≤ I(X;Y) ≤ H(X), H(Y), and equal rows shuffled keep their symbols', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 1, max: 6 }), (rows, distance) => {
        const { bits, pairs } = mutualInformation(rows, distance);
        const table = countPairs(rows, distance);
        expect(pairs).toBe(sum(rows.map((row) => Math.max(0, row.length - distance))));
        expect(bits).toBeGreaterThanOrEqual(0);
        expect(bits).toBeLessThanOrEqual(entropyOfCounts(table.firsts.values()) + 1e-9);
        expect(bits).toBeLessThanOrEqual(entropyOfCounts(table.seconds.values()) + 1e-9);
        const shuffled = shuffledRows(rows, 3);
        expect(shuffled.map((row) => row.length)).toEqual(rows.map((row) => row.length));
        expect(shuffled.flatMap((row) => [...row]).sort()).toEqual(rows.flat().sort());
      }),
    );
  });

  test('Bayes: the posterior is the share of the places with the symbol that hold the given run', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 1, max: 2 }), (rows, length) => {
        const given = rows.find((row) => row.length > length)?.slice(0, length);
        fc.pre(given !== undefined);
        for (const side of ['after', 'before'] as const) {
          const table = conditionalTable(rows, given!, side);
          expect(table.places).toBe(sum(table.rows.map(({ count }) => count)));
          for (const { symbol, count, posterior } of table.rows) {
            const places = rows.flatMap((row) =>
              side === 'after' ? row.slice(length) : row.slice(0, Math.max(0, row.length - length)),
            );
            expect(posterior).toBeCloseTo(count / places.filter((other) => other === symbol).length, 12);
          }
        }
      }),
    );
  });

  test('blocks do not reach over the end of a row, and their counts are those of plain counting', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        countGrams(rows, 4).forEach(({ n, counts, total }) => {
          const plain = new Map<string, number>();
          for (const row of rows) {
            for (let i = 0; i + n <= row.length; i++) {
              const key = row.slice(i, i + n).join(' ');
              plain.set(key, (plain.get(key) ?? 0) + 1);
            }
          }
          expect([...counts]).toEqual([...plain.values()]);
          expect(total).toBe(sum(plain.values()));
        });
      }),
    );
  });
});

/** A chain of two states that stays with probability `stay`; its rate is the entropy of staying. */
function twoStates(length: number, stay: number, seed = 1): Int32Array {
  const rng = createRng(seed);
  let state = 0;
  return Int32Array.from({ length }, () => (state = rng.uniform() < stay ? state : 1 - state));
}
const binary = (p: number): number => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);

describe('sources of known entropy', () => {
  const stay = 0.9;
  const rate = binary(stay);
  const rows = [twoStates(60_000, stay)];

  test('a Markov chain: 1 bit alone, its rate given one before, no less given more', () => {
    const [one, two, three] = blockEntropies(rows, 3);
    expect(one.conditional).toBeCloseTo(1, 2);
    expect(Math.abs(two.conditional - rate)).toBeLessThan(0.01);
    expect(Math.abs(three.conditionalCorrected - rate)).toBeLessThan(0.01);
  });

  test('what it tells about a later place is 1 − H₂ of being the same there', () => {
    for (const distance of [1, 2, 4, 8]) {
      const same = (1 + (2 * stay - 1) ** distance) / 2;
      expect(Math.abs(mutualInformation(rows, distance).bits - (1 - binary(same)))).toBeLessThan(0.012);
    }
    expect(mutualInformation(shuffledRows(rows), 1).bits).toBeLessThan(0.001);
  });

  test('both estimates of the rate, and the held-out one is a bound', () => {
    const heldOut = heldOutRate(rows, { order: 3 })!;
    expect(heldOut).toMatchObject({ order: 3, counted: 54_000, measured: 6_000 });
    expect(heldOut.bits).toBeGreaterThan(rate - 0.03);
    expect(heldOut.bits).toBeLessThan(rate + 0.03);
    expect(Math.abs(matchLengthRate(rows)! - rate) / rate).toBeLessThan(0.15);
    const uniform = createRng(4);
    const fair = Int32Array.from({ length: 60_000 }, () => uniform.integer(8));
    expect(Math.abs(matchLengthRate([fair])! - 3) / 3).toBeLessThan(0.15);
  });

  test('a match ends with its text, by hand', () => {
    // Of a a | b the places 2, 3 (the end, not measured), 4: matches of 1, -, 0 symbols.
    expect(matchLengthRate([[1, 1], [2]])).toBeCloseTo(2 / (2 / 1 + 1 / 2), 12);
    expect(matchLengthRate([[1, 1, 1]])).toBeCloseTo(2 / (2 / 1 + 3 / Math.log2(3)), 12);
    expect(matchLengthRate([[1]])).toBeUndefined();
  });

  test('Miller and Madow take most of the bias away where symbols were seen several times', () => {
    const rng = createRng(2);
    let [plain, corrected] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const counts = new Float64Array(16);
      for (let i = 0; i < 80; i++) counts[rng.integer(16)]++;
      const entropy = entropyOfCounts(counts);
      plain += entropy / 200;
      corrected += (entropy + millerMadow(counts.filter((count) => count > 0).length, 80)) / 200;
    }
    expect(4 - plain).toBeGreaterThan(0.12);
    expect(Math.abs(4 - corrected)).toBeLessThan(0.02);
  });
});

describe('symbols', () => {
  test('characters keep white space and halves of nothing; words leave it out', () => {
    expect(symbolsOf(['a 𠮷\na']).names).toEqual(['a', ' ', '𠮷', '\n']);
    expect(symbolsOf(['the sea, the ship'], 'word').names).toEqual(['the', 'sea', ',', 'ship']);
    expect(symbolsOf(['我们在北京，我们在这里'], 'word').names).toContain('北京');
    const tokenizer = trainCharacters(['ab'], { byteFallback: true });
    const { rows, names } = symbolsOf(['ab€', 'a€'], 'token', tokenizer);
    // The three bytes of € are three symbols.
    expect(rows.map((row) => row.length)).toEqual([5, 4]);
    expect(new Set(names).size).toBe(5);
  });

  test('a boundary between texts is no neighbourhood', () => {
    const { rows } = symbolsOf(['ab', 'ab', 'ab', 'ab', 'ab']);
    expect(neighbourPairs(rows)).toEqual([{ first: 0, second: 1, count: 5, pmi: 0, npmi: 1 }]);
    expect(neighbourPairs(rows, { minCount: 6 })).toEqual([]);
  });
});

describe('growth', () => {
  test('kinds at each place and a Heaps exponent of 1 where all is new', () => {
    const all = Int32Array.from({ length: 1000 }, (_, i) => i);
    const { points, heaps } = vocabularyGrowth([all.subarray(0, 300), all.subarray(300)]);
    expect(points.every(({ symbols, kinds }) => symbols === kinds)).toBe(true);
    expect(points.at(-1)).toEqual({ symbols: 1000, kinds: 1000 });
    expect(heaps!.beta).toBeCloseTo(1, 10);
    expect(vocabularyGrowth([Int32Array.of(1)])).toEqual({ points: [{ symbols: 1, kinds: 1 }] });
  });

  test('ranks', () => {
    expect(rankCounts([[1, 1, 1, 2, 2, 3]])).toEqual([
      { rank: 1, count: 3 },
      { rank: 2, count: 2 },
      { rank: 3, count: 1 },
    ]);
  });
});

describe('textStatistics', () => {
  test('several texts together, the same for the same seed', async () => {
    const texts = ['春风吹，春花开。', '春风起，春水来。', '春风暖，春山在。', '春风里。', '春风晚。'];
    const one = await textStatistics(texts, { order: 3, distance: 4 });
    expect(one).toMatchObject({ unit: 'character', texts: 5, symbols: 32, blocks: { length: 3 } });
    expect(one.information.map(({ distance }) => distance)).toEqual([1, 2, 4]);
    expect(one.neighbours[0]).toMatchObject({ first: '春', second: '风', count: 5 });
    expect(await textStatistics(texts, { order: 3, distance: 4 })).toEqual(one);
    const other = await textStatistics(texts, { order: 3, distance: 4, seed: 9 });
    expect({ ...other, chance: 0 }).toEqual({ ...one, chance: 0 });
    expect(other.chance.bits).not.toBe(one.chance.bits);
  });

  test('too little, and stopped', async () => {
    await expect(textStatistics(['a'])).rejects.toThrow(/at least 2 symbols together, got 1/);
    await expect(textStatistics(['abc'], { order: 0 })).rejects.toThrow(/`order` must be an integer ≥ 1/);
    await expect(textStatistics(['abc'], { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });
});
