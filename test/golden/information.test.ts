/** Information measures are those of scipy, scikit-learn and nltk. */

import { describe, expect, test } from 'vitest';
import {
  blockEntropies,
  heapsLaw,
  mutualInformation,
  neighbourPairs,
  symbolsOf,
} from '../../src/eval/index.ts';
import { zipfCoefficient } from '../../src/repeat/index.ts';
import { readGolden } from './model-golden.ts';

interface Golden {
  readonly text: string;
  readonly blocks: readonly {
    readonly n: number;
    readonly blocks: number;
    readonly kinds: number;
    readonly once: number;
    readonly entropy: number;
    readonly corrected: number;
  }[];
  readonly information: readonly { readonly distance: number; readonly bits: number }[];
  readonly pmi: { readonly [pair: string]: number };
  readonly zipf: number;
  readonly heaps: { readonly points: readonly [number, number][]; readonly k: number; readonly beta: number };
}

describe.each(Object.entries(readGolden<{ [name: string]: Golden }>('information')))('%s', (_, golden) => {
  const { rows, names } = symbolsOf([golden.text]);

  test('block entropies, plain and corrected', () => {
    const own = blockEntropies(rows, golden.blocks.length);
    golden.blocks.forEach(({ n, blocks, kinds, once, entropy, corrected }, i) => {
      expect(own[i]).toMatchObject({ n, blocks, kinds });
      expect(own[i].onceShare).toBeCloseTo(once, 12);
      expect(own[i].entropy).toBeCloseTo(entropy, 10);
      expect(own[i].corrected).toBeCloseTo(corrected, 10);
      const before = golden.blocks[i - 1]?.entropy ?? 0;
      expect(own[i].conditional).toBeCloseTo(entropy - before, 10);
    });
  });

  test('mutual information at a distance', () => {
    for (const { distance, bits } of golden.information) {
      expect(mutualInformation(rows, distance).bits).toBeCloseTo(bits, 10);
    }
  });

  test('pointwise mutual information of every pair of neighbours', () => {
    // The first symbol again at the end, as in the reference: each symbol then stands first as often as second.
    const ring = [Int32Array.of(...rows[0], rows[0][0])];
    const own = neighbourPairs(ring, { minCount: 1, most: 1000 });
    expect(own.map(({ first, second }) => names[first] + names[second]).sort()).toEqual(
      Object.keys(golden.pmi).sort(),
    );
    for (const { first, second, pmi } of own) {
      expect(pmi).toBeCloseTo(golden.pmi[names[first] + names[second]], 10);
    }
  });

  test('the exponents of Zipf and Heaps', () => {
    expect(zipfCoefficient(rows)).toBeCloseTo(golden.zipf, 10);
    const { points, k, beta } = golden.heaps;
    for (const [symbols, kinds] of points) expect(new Set(rows[0].subarray(0, symbols)).size).toBe(kinds);
    const law = heapsLaw(points.map(([symbols, kinds]) => ({ symbols, kinds })));
    expect(law.k).toBeCloseTo(k, 10);
    expect(law.beta).toBeCloseTo(beta, 10);
  });
});
